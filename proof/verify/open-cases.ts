import type { AuditRecord, RecordKind } from "../../domain/audit-record.ts";
import { caseName } from "./finding.ts";

/** Records that a decision is taken again from; the others of a case are not held. */
const needed: readonly RecordKind[] = ["proposal", "review", "decision", "escalation", "approval"];

/** Records held at once. A million is some gigabytes; what is left out is said to be so. */
const MOST_RECORDS = 100_000;

/**
 * The records of cases that have not ended, in order. A case's end closes what came before it: later decisions of the case
 * are about later events. Past the bound the case that was touched longest ago is let go.
 */
export class OpenCases {
  readonly #cases = new Map<string, AuditRecord[]>();
  readonly #most: number;
  #held = 0;

  /** `most`: records held at once. */
  constructor(most = MOST_RECORDS) {
    this.#most = most;
  }

  /** Answers the case's records so far, this one included. */
  add(log: string, record: AuditRecord): readonly AuditRecord[] {
    const name = caseName(log, record.caseId);
    const records = this.#cases.get(name) ?? [];
    if (record.kind === "case_end") {
      this.#drop(name);
      return [];
    }
    if (!needed.includes(record.kind)) return records;
    records.push(record);
    this.#held += 1;
    this.#cases.delete(name);
    this.#cases.set(name, records);
    for (const oldest of this.#cases.keys()) {
      if (this.#held <= this.#most || oldest === name) break;
      this.#drop(oldest);
    }
    return records;
  }

  #drop(name: string): void {
    this.#held -= this.#cases.get(name)?.length ?? 0;
    this.#cases.delete(name);
  }
}
