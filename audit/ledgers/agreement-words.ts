import {
  comesAfter,
  hasSaid,
  transition,
  whyClosed,
  type AgreementState,
  type AgreementWord,
  type NotTaken,
  type Said,
} from "../../domain/agreement.ts";
import type { JsonObject } from "../../domain/json.ts";
import { recordKeys } from "../record-keys.ts";
import { readRecord, type Ledger, type LedgerPool } from "../records.ts";
import {
  lockAgreement,
  moveAgreement,
  readAsked,
  recordAgreement,
  type AgreementName,
  type AgreementRow,
  tellSides,
} from "./agreements.ts";
import { whoIs } from "./directory.ts";
import { holdName, inTransaction } from "./transaction.ts";
import { wakeCase } from "./wake-case.ts";

/** A word of a side. Times are ISO 8601. */
export type GivenWord = AgreementName & {
  readonly side: string;
  readonly word: AgreementWord;
  /** The digest of what was shown. A word about anything else is refused. */
  readonly digest: string;
  /** By the company's clock. */
  readonly at: string;
  /** Who says it for this company; absent for another company's word, and for what a case takes back itself. */
  readonly by?:
    | {
        readonly personId: string;
        readonly role: string;
        readonly via: "door" | "link";
        readonly reason?: string;
        /** A digest of who says it and their name for the request. */
        readonly requestKey: string;
      }
    | undefined;
};

export type WordRefusal =
  | Exclude<NotTaken, "not-due" | "not-ready">
  | "not-found"
  | "own-request"
  | "unknown-requester"
  | "wrong-role"
  | "key-reused";

/** `fresh`: it was not said before. `state`: where the agreement stands now. */
export type WordOutcome =
  | { readonly kind: "taken"; readonly fresh: boolean; readonly row: AgreementRow }
  | { readonly kind: "refused"; readonly code: WordRefusal; readonly row?: AgreementRow };

/**
 * Takes a side's word: the word, its record, and the rows that wake the case and tell the others, in one transaction under
 * the agreement's lock. A repeated word has its first answer. Only the executor's agreement moves by it: another side's
 * copy stands where the executor says.
 */
export async function sayWord(pool: LedgerPool, given: GivenWord): Promise<WordOutcome> {
  return inTransaction(pool, async (ledger) => {
    if (await isKeyOfAnother(ledger, given)) return { kind: "refused", code: "key-reused" };
    const row = await lockAgreement(ledger, given);
    if (row === undefined) return { kind: "refused", code: "not-found" };
    const { side, word, digest, at } = given;
    const no = (code: WordRefusal): WordOutcome => ({ kind: "refused", code, row });
    const answer = transition(row, { kind: "said", side, word, digest, at });
    if (answer.kind === "repeated") return { kind: "taken", fresh: false, row };
    if (answer.kind === "not-taken") return no(answer.because as WordRefusal);
    const barred = await whyBarred(ledger, given, row);
    if (barred !== undefined) return no(barred);
    const { state } = answer.agreement;
    await keepWord(ledger, given, row);
    if (row.executor !== given.company) await tellSides(ledger, given, word);
    else await moved(ledger, given, row, state);
    return { kind: "taken", fresh: true, row: { ...row, state: row.executor === given.company ? state : row.state } };
  });
}

/** Who answers for a company has its role and did not make the request, which nobody can tell while who asks is not known. */
async function whyBarred(ledger: Ledger, given: GivenWord, row: AgreementRow): Promise<WordRefusal | undefined> {
  const { by, company, word } = given;
  if (by === undefined) return undefined;
  if (by.role !== row.role) return "wrong-role";
  const asking = await readAsked(ledger, given);
  if (asking === undefined || asking.requestedBy === "") return undefined;
  const { requestedBy, asked } = asking;
  if (requestedBy === by.personId) return "own-request";
  const requester = await whoIs(ledger, company, asked.object.system, requestedBy);
  if (requester === undefined) return word === "ok" ? "unknown-requester" : undefined;
  return requester === by.personId ? "own-request" : undefined;
}

async function isKeyOfAnother(ledger: Ledger, { company, agreementId, word, by }: GivenWord): Promise<boolean> {
  if (by === undefined) return false;
  const { requestKey } = by;
  await holdName(ledger, company, "word-key", requestKey);
  const { rowCount } = await ledger.query({
    name: "word-of-key",
    text: "select from agreement_word where company = $1 and request_key = $2 and (agreement_id, word) <> ($3, $4)",
    values: [company, requestKey, agreementId, word],
  });
  return rowCount !== 0;
}

async function keepWord(ledger: Ledger, given: GivenWord, { caseId }: AgreementRow): Promise<void> {
  const { company, agreementId, side, word, digest, at, by } = given;
  await ledger.query({
    name: "keep-word",
    text: `insert into agreement_word (company, agreement_id, side, word, digest, said_at, request_key)
           values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [company, agreementId, side, word, digest, at, by?.requestKey],
  });
  const words: JsonObject =
    by === undefined ? {} : { by: by.personId, via: by.via, ...(by.reason !== undefined && { reason: by.reason }) };
  const key = recordKeys.agreementSaid(agreementId, side, word);
  const parents = [recordKeys.agreementAsked(agreementId)];
  const body = { change: word, side, digest, ...words };
  await recordAgreement(ledger, given, { caseId, key, at, body, parents, ...(by && { person: by.personId }) });
}

/** At the executor: its case is woken when something came of it, and the other sides are told of every word. */
async function moved(ledger: Ledger, given: GivenWord, { caseId, state: before }: AgreementRow, state: AgreementState) {
  const { company, agreementId, side, word, at } = given;
  if (state !== before) {
    await moveAgreement(ledger, given, state, at);
    const payload = { caseId, agreementId };
    await wakeCase(ledger, { company, topic: "agreement", key: `${agreementId}/${state}`, payload }, true);
  }
  await tellSides(ledger, given, `${word}-of-${side}`);
}

/** Who said a word for this company, and why, from the record; nothing of it once it was erased, nor of another company's. */
export async function readSpoken(
  ledger: Ledger,
  { company, agreementId }: AgreementName,
  { side, word }: Said,
): Promise<{ readonly by?: string; readonly reason?: string }> {
  if (side !== company) return {};
  const { by, reason } =
    (await readRecord(ledger, company, recordKeys.agreementSaid(agreementId, side, word)))?.body ?? {};
  return { ...(typeof by === "string" && { by }), ...(typeof reason === "string" && { reason }) };
}

/** Where the executor says that its agreement stands. */
export type Standing = AgreementName & {
  readonly executor: string;
  readonly digest: string;
  readonly state: AgreementState;
  /** The sides whose ok the executor has. */
  readonly oks: readonly string[];
  readonly at: string;
};

/**
 * A copy follows the executor, forward only. That nobody can say ok for this company is held here: what needs its ok is
 * not believed without one that it said itself.
 */
export async function followExecutor(pool: LedgerPool, standing: Standing): Promise<AgreementState | WordRefusal> {
  const { company, agreementId, executor, digest, state, oks, at } = standing;
  return inTransaction(pool, async (ledger) => {
    const row = await lockAgreement(ledger, standing);
    if (row === undefined) return "not-found";
    if (row.executor !== executor || executor === company) return "no-side";
    if (row.digest !== digest) return "other-digest";
    if (!hasSaid(row.said, company, "ok") && (oks.includes(company) || needsAll(state))) return "no-side";
    for (const side of oks) {
      if (row.sides.includes(side) && !hasSaid(row.said, side, "ok")) {
        await keepWord(ledger, { company, agreementId, side, word: "ok", digest, at }, row);
      }
    }
    if (!comesAfter(row.state, state)) return row.state;
    await moveAgreement(ledger, standing, state, at);
    const key = recordKeys.agreementStands(agreementId, state);
    const parents = [recordKeys.agreementAsked(agreementId)];
    const body = { change: "stands", executor, state };
    await recordAgreement(ledger, standing, { caseId: row.caseId, key, at, body, parents });
    return state;
  });
}

/** No agreement stands here without an ok of every side: it is neither asked nor ended. */
function needsAll(state: AgreementState): boolean {
  return state !== "asked" && whyClosed(state) !== "ended";
}
