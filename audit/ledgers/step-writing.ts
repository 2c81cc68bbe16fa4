import type { RecordDraft } from "../../domain/audit-record.ts";
import type { JsonObject } from "../../domain/json.ts";
import { sealDrafts, type Ledger, type SealedDraft } from "../records.ts";

/** Rows of one ledger as `record_step` takes them, and the records that tell of them. */
export type StepPart = { readonly row: JsonObject; readonly records: readonly RecordDraft[] };

/**
 * What one transaction makes durable of a step. A part that stands already is left as it is, with its records; `settled`
 * and `records` are written as often as they are told, and the same words change nothing.
 */
export type StepWriting = {
  readonly company: string;
  /** How an effect ended: its row. */
  readonly settled?: JsonObject;
  readonly records?: readonly RecordDraft[];
  readonly proposal?: StepPart;
  readonly decision?: StepPart;
  /** The case's end: what it holds of a limit and nothing acts on will not happen. */
  readonly end?: StepPart;
};

const parts = ["proposal", "decision", "end"] as const;

/**
 * Writes rows and records of a step in one statement: all or nothing, each record numbered in the order given. Answers
 * whether its decision is the one that stands now; false when the gate was passed before.
 */
export async function writeStep(ledger: Ledger, writing: StepWriting): Promise<boolean> {
  const { rows } = await ledger.query<{ fresh: boolean }>({
    name: "record-step",
    text: "select record_step($1) as fresh",
    values: [await stepText(ledger, writing)],
  });
  return rows[0]?.fresh === true;
}

/** What `record_step` takes, JSON text. Everything is sealed at once. */
export async function stepText(ledger: Ledger, writing: StepWriting): Promise<string> {
  const { company, settled, records = [] } = writing;
  const drafts = [...records, ...parts.flatMap((name) => writing[name]?.records ?? [])];
  const sealed = [...(await sealDrafts(ledger, drafts))];
  const take = (count: number) => listOf(sealed.splice(0, count));
  const members = [`"company":${JSON.stringify(company)}`];
  if (settled !== undefined) members.push(`"settled":${JSON.stringify(settled)}`);
  members.push(`"records":${take(records.length)}`);
  for (const name of parts) {
    const part = writing[name];
    if (part === undefined) continue;
    members.push(`"${name}":{"row":${JSON.stringify(part.row)},"records":${take(part.records.length)}}`);
  }
  return `{${members.join(",")}}`;
}

function listOf(sealed: readonly SealedDraft[]): string {
  return `[${sealed.map(({ text }) => text).join(",")}]`;
}
