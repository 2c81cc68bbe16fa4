import type { RecordDraft } from "../../domain/audit-record.ts";
import type { JsonObject } from "../../domain/json.ts";
import { sealDrafts, type Ledger, type LedgerPool, type SealedDraft } from "../records.ts";
import { subjectsOf } from "../seal.ts";
import { inTransaction } from "./transaction.ts";

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

const RECORD_STEP = "select record_step($1) as fresh";

/**
 * Writes rows and records of a step in one statement: all or nothing, each record numbered in the order given. Answers
 * whether its decision is the one that stands now; false when the gate was passed before.
 */
export async function writeStep(ledger: Ledger, writing: StepWriting): Promise<boolean> {
  const { rows } = await ledger.query<{ fresh: boolean }>({
    name: "record-step",
    text: RECORD_STEP,
    values: [await stepText(ledger, writing)],
  });
  return rows[0]?.fresh === true;
}

/**
 * Settles an effect's row within a transaction whose later statement writes the records of it. The statement is on its way
 * when this returns: what is asked next reads the effect as settled.
 */
export function settleRow(ledger: Ledger, company: string, settled: JsonObject): Promise<unknown> {
  const text = JSON.stringify({ company, settled, records: [] });
  return ledger.query<{ fresh: boolean }>({ name: "record-step", text: RECORD_STEP, values: [text] });
}

/** As `writeStep`, for what a case begins with: keys that have to be made are committed along with it. */
export async function writeFirst(ledger: Ledger | LedgerPool, writing: StepWriting): Promise<boolean> {
  const names = draftsOf(writing).flatMap(subjectsOf);
  if (!("connect" in ledger) || ledger.vault.knows(writing.company, names)) return writeStep(ledger, writing);
  return inTransaction(ledger, (within) => writeStep(within, writing));
}

/** What `record_step` takes, JSON text. Everything is sealed at once. */
export async function stepText(ledger: Ledger, writing: StepWriting): Promise<string> {
  const { company, settled, records = [] } = writing;
  const sealed = [...(await sealDrafts(ledger, draftsOf(writing)))];
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

/** Every record of it, in the order in which they are appended. */
function draftsOf(writing: StepWriting): readonly RecordDraft[] {
  return [...(writing.records ?? []), ...parts.flatMap((name) => writing[name]?.records ?? [])];
}

function listOf(sealed: readonly SealedDraft[]): string {
  return `[${sealed.map(({ text }) => text).join(",")}]`;
}
