import type { AuditRecord, RecordKind } from "../../domain/audit-record.ts";

/** One sentence of a case's story. */
export type StoryLine = {
  /** The record it tells; 0 for a wait, which is the time between two records. */
  readonly n: number;
  /** ISO 8601. */
  readonly at: string;
  readonly kind: RecordKind | "wait";
  /** A system, an agent, the guardrail, or a person with the role they answered in. */
  readonly who: string;
  readonly text: string;
  /** Reasons, rules, readings and values behind the sentence, one line each. */
  readonly because: readonly string[];
};

/** What one record says, before it gets its number and time. */
export type Told = Pick<StoryLine, "who" | "text" | "because">;

export function lineOf(record: AuditRecord, { who, text, because }: Told): StoryLine {
  const gone = record.erased === undefined ? [] : [`erased under record ${record.erased}`];
  return { n: record.n, at: record.at, kind: record.kind, who, text, because: [...because, ...gone] };
}
