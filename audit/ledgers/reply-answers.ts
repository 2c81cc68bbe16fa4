import type { JsonObject } from "../../domain/json.ts";
import { recordKeys, replyIdOf } from "../record-keys.ts";
import { readRecord, type Ledger, type LedgerPool } from "../records.ts";
import {
  isInTime,
  lockReply,
  readAnswerRow,
  readReplyRow,
  recordReply,
  settleAnswered,
  type AnswerRow,
  type ReplyName,
  type ReplyRow,
} from "./replies.ts";
import { holdName, inTransaction } from "./transaction.ts";
import { wakeCase } from "./wake-case.ts";

/** What the outside says. Times are ISO 8601. */
export type GivenAnswer = ReplyName & {
  /** A short word such as `accepted`. */
  readonly answer: string;
  /** Where the proof of it is kept. */
  readonly evidence?: string;
  readonly reason?: string;
  /** The person, or the system's token, that brings it. */
  readonly by: string;
  /** Names the request: a digest of who brings it and their own name for it. */
  readonly requestKey: string;
  /** When it was said, by which it is in time or late. */
  readonly answeredAt: string;
  /** When it came, by the company's clock. */
  readonly at: string;
};

/** `fresh`: it was not known before. `standing`: the answer that was given first. */
export type AnswerOutcome =
  | ({ readonly kind: "taken"; readonly fresh: boolean; readonly replyId: string } & Pick<
      AnswerRow,
      "answer" | "came" | "answeredAt"
    >)
  | { readonly kind: "answered-otherwise"; readonly standing: Pick<AnswerRow, "answer" | "answeredAt"> }
  | { readonly kind: "key-reused" };

/**
 * Takes an answer from the outside: answer, record and, where a case awaits it or did, the outbox row that wakes it, in one
 * transaction. The first one wins; the same again has the same outcome, another one is refused. A late one is kept and told.
 */
export async function giveReply(pool: LedgerPool, given: GivenAnswer): Promise<AnswerOutcome> {
  return inTransaction(pool, async (ledger) => {
    if (await isKeyOfAnother(ledger, given)) return { kind: "key-reused" };
    const { row, given: standing } = await lockReply(ledger, given);
    if (standing !== undefined) return againstStanding(ledger, given, standing);
    const came = cameOf(given, row);
    const { company, correlation, answer, answeredAt, requestKey } = given;
    await ledger.query({
      name: "give-reply",
      text: `insert into reply_answer (company, correlation, answer, came, answered_at, request_key)
             values ($1, $2, $3, $4, $5, $6)`,
      values: [company, correlation, answer, came, answeredAt, requestKey],
    });
    await record(ledger, given, came, row);
    if (came === "in-time") await settleAnswered(ledger, given, given.at);
    const replyId = replyIdOf(company, correlation);
    if (row !== undefined) {
      // The case is told that something came, not what.
      const payload = { caseId: row.caseId, correlation };
      await wakeCase(ledger, { company, topic: "reply", key: replyId, payload });
    }
    return { kind: "taken", fresh: true, replyId, answer, came, answeredAt };
  });
}

function cameOf({ answeredAt }: GivenAnswer, row: ReplyRow | undefined): AnswerRow["came"] {
  if (row === undefined || row.state === "withdrawn") return "early";
  return row.state === "waiting" && isInTime(answeredAt, row.deadline) ? "in-time" : "late";
}

/** Two requests under one key come one after the other. */
async function isKeyOfAnother(ledger: Ledger, { company, correlation, requestKey }: GivenAnswer): Promise<boolean> {
  await holdName(ledger, company, "reply-key", requestKey);
  const { rowCount } = await ledger.query({
    name: "reply-of-key",
    text: "select from reply_answer where company = $1 and request_key = $2 and correlation <> $3",
    values: [company, requestKey, correlation],
  });
  return rowCount === 1;
}

/** The same answer on the same evidence is the same, whoever says it and in whatever words. */
async function againstStanding(ledger: Ledger, given: GivenAnswer, standing: AnswerRow): Promise<AnswerOutcome> {
  const { answer, came, answeredAt } = standing;
  const isSame = answer === given.answer && (await wordsOf(ledger, given, standing)).evidence === given.evidence;
  const replyId = replyIdOf(given.company, given.correlation);
  if (isSame) return { kind: "taken", fresh: false, replyId, answer, came, answeredAt };
  if (standing.requestKey === given.requestKey) return { kind: "key-reused" };
  return { kind: "answered-otherwise", standing: { answer, answeredAt } };
}

/** An answer that no case waits for is a small case of its own until one does; what is kept and erased goes by it. */
async function record(ledger: Ledger, given: GivenAnswer, came: AnswerRow["came"], row: ReplyRow | undefined) {
  const { company, correlation, answer, answeredAt, by, evidence, reason, at } = given;
  const replyId = replyIdOf(company, correlation);
  const words = { by, ...(evidence !== undefined && { evidence }), ...(reason !== undefined && { reason }) };
  const said: JsonObject = { answer, came, answeredAt, ...words };
  if (came === "early" || row === undefined) {
    const key = recordKeys.replyEarly(replyId);
    return recordReply(ledger, given, `${company}:reply:${replyId}`, { change: "early", key, at, said });
  }
  const key = recordKeys.replyGiven(replyId);
  const parents = [recordKeys.replyExpected(replyId, row.n)];
  return recordReply(ledger, given, row.caseId, { change: "given", key, at, said, parents });
}

/** Who answered and in which words, from the record; what was erased is not among them. */
export type AnswerWords = { readonly by?: string; readonly evidence?: string; readonly reason?: string };

async function wordsOf(ledger: Ledger, { company, correlation }: ReplyName, { came }: AnswerRow): Promise<AnswerWords> {
  const replyId = replyIdOf(company, correlation);
  const key = came === "early" ? recordKeys.replyEarly(replyId) : recordKeys.replyGiven(replyId);
  const body = (await readRecord(ledger, company, key))?.body ?? {};
  const texts = (["by", "evidence", "reason"] as const).flatMap((name) =>
    typeof body[name] === "string" ? [[name, body[name]] as const] : [],
  );
  return Object.fromEntries(texts);
}

/** The answer that counts, with who gave it and where its proof is kept, as far as they were not erased. */
export async function readStandingAnswer(
  ledger: Ledger,
  name: ReplyName,
): Promise<
  { readonly answer: string; readonly answeredAt: string; readonly by?: string; readonly evidence?: string } | undefined
> {
  const told = await readToldReply(ledger, name);
  if (told?.reply?.state !== "answered" || told.given === null) return undefined;
  const { answer, answeredAt, by, evidence } = told.given;
  return { answer, answeredAt, ...(by !== undefined && { by }), ...(evidence !== undefined && { evidence }) };
}

/** What is known under a correlation. `reply`: null while no case awaited it. */
export type ToldReply = {
  readonly replyId: string;
  readonly reply: ReplyRow | null;
  readonly given: (AnswerRow & AnswerWords) | null;
};

/** Undefined when nothing is known under it. */
export async function readToldReply(ledger: Ledger, name: ReplyName): Promise<ToldReply | undefined> {
  const [reply, answer] = [await readReplyRow(ledger, name), await readAnswerRow(ledger, name)];
  if (reply === undefined && answer === undefined) return undefined;
  const given = answer === undefined ? null : { ...answer, ...(await wordsOf(ledger, name, answer)) };
  return { replyId: replyIdOf(name.company, name.correlation), reply: reply ?? null, given };
}
