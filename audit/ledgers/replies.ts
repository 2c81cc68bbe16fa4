import type { Json, JsonObject } from "../../domain/json.ts";
import type { Awaited, ReplyState } from "../../domain/reply.ts";
import { recordKeys, replyIdOf } from "../record-keys.ts";
import { appendRecord, readRecord, type Ledger, type LedgerPool, type Sql } from "../records.ts";
import { holdName, inTransaction } from "./transaction.ts";

/** Names a reply. */
export type ReplyName = { readonly company: string; readonly correlation: string };

/** A reply that a case awaits, as it is kept. `n`: how often it was awaited, or awaited until another time. */
export type ReplyRow = {
  readonly caseId: string;
  readonly state: ReplyState["kind"];
  readonly openedAt: string;
  readonly deadline: string;
  readonly n: number;
};

/** The first answer under a correlation. `came`: whether a case waited for it, and had not waited long enough. */
export type AnswerRow = {
  readonly answer: string;
  readonly came: "early" | "in-time" | "late";
  readonly answeredAt: string;
  readonly requestKey: string;
};

/** Another case awaits this correlation already, or did: two things outside bear one name, and nobody can tell which is meant. */
export class CorrelationTaken extends Error {
  override readonly name = "CorrelationTaken";
  constructor({ correlation }: ReplyName, caseId: string) {
    super(`the reply to \`${correlation}\` is awaited by ${caseId}; use a reference that is this case's own`);
  }
}

/** What is kept under a correlation: a case's waiting, and the first answer. */
type KeptReply = { readonly row: ReplyRow | undefined; readonly given: AnswerRow | undefined };

/**
 * Nobody else reads or writes about this correlation until the transaction ends: whoever comes first wins. The statements
 * go to the server together, the lock ahead: what is read was read under it.
 */
export async function lockReply(ledger: Ledger, name: ReplyName): Promise<KeptReply> {
  const [, row, given] = await Promise.all([
    holdName(ledger, name.company, "reply", name.correlation),
    readReplyRow(ledger, name),
    readAnswerRow(ledger, name),
  ]);
  return { row, given };
}

export async function readReplyRow(sql: Sql, { company, correlation }: ReplyName): Promise<ReplyRow | undefined> {
  const { rows } = await sql.query<ReplyRow>({
    name: "read-reply",
    text: `select case_id as "caseId", state, opened_at as "openedAt", deadline, n from reply
           where company = $1 and correlation = $2`,
    values: [company, correlation],
  });
  return rows[0];
}

export async function readAnswerRow(sql: Sql, { company, correlation }: ReplyName): Promise<AnswerRow | undefined> {
  const { rows } = await sql.query<AnswerRow>({
    name: "read-reply-answer",
    text: `select answer, came, answered_at as "answeredAt", request_key as "requestKey" from reply_answer
           where company = $1 and correlation = $2`,
    values: [company, correlation],
  });
  return rows[0];
}

/** Whether an answer given at `answeredAt` is in time. At the very deadline it is. */
export function isInTime(answeredAt: string, deadline: string): boolean {
  return Date.parse(answeredAt) <= Date.parse(deadline);
}

/** An answer that came in time stands. */
export async function settleAnswered(ledger: Ledger, name: ReplyName, at: string): Promise<void> {
  await close(ledger, name, "answered", at);
}

type Closed = "answered" | "lapsed" | "withdrawn";

async function close(ledger: Ledger, { company, correlation }: ReplyName, state: Closed, at: string): Promise<void> {
  await ledger.query({
    name: "close-reply",
    text: "update reply set state = $3, closed_at = $4 where company = $1 and correlation = $2",
    values: [company, correlation, state, at],
  });
}

type Change = {
  readonly change: "expected" | "early" | "given" | "lapsed" | "withdrawn";
  readonly key: string;
  readonly at: string;
  readonly said?: JsonObject;
  readonly parents?: readonly string[];
};

/** Appends to the record of a case: the one that awaits it, or an early answer's own. What is said by somebody is sealed as theirs. */
export async function recordReply(ledger: Ledger, name: ReplyName, caseId: string, told: Change): Promise<void> {
  const { company, correlation } = name;
  const { change, key, at, said = {}, parents = [] } = told;
  const body = { replyId: replyIdOf(company, correlation), correlation, change, ...said };
  const by: Json | undefined = said["by"];
  const person = typeof by === "string" ? { person: by } : {};
  await appendRecord(ledger, { company, caseId, kind: "reply", key, at, body, parents, ...person });
}

function stateOf({ state, deadline }: ReplyRow, given: AnswerRow | undefined): ReplyState {
  switch (state) {
    case "waiting":
      return { kind: "waiting", deadline };
    case "answered":
      return { kind: "answered", answer: given?.answer ?? "" };
    case "lapsed":
      return { kind: "lapsed", late: given?.answer ?? null };
    case "withdrawn":
      return { kind: "withdrawn" };
  }
}

/** Where an awaited reply stands. Messages only wake the case; this is what it believes. */
export async function readReply(sql: Sql, name: ReplyName): Promise<ReplyState> {
  const row = await readReplyRow(sql, name);
  if (row === undefined) throw new Error(`nobody awaits a reply to \`${name.correlation}\``);
  return stateOf(row, await readAnswerRow(sql, name));
}

/**
 * A case begins to wait, or waits until another time. An answer that came before is found. What was withdrawn is awaited
 * again; what was answered or has lapsed stays so. @throws CorrelationTaken when it is another case's.
 */
export async function expectReply(
  pool: LedgerPool,
  {
    company,
    caseId,
    correlation,
    deadline,
    at,
  }: ReplyName & Awaited & { readonly caseId: string; readonly at: string },
): Promise<ReplyState> {
  const name = { company, correlation };
  return inTransaction(pool, async (ledger) => {
    const { row, given } = await lockReply(ledger, name);
    if (row !== undefined && row.caseId !== caseId) throw new CorrelationTaken(name, row.caseId);
    const isSettled = row?.state === "answered" || row?.state === "lapsed";
    const isSame = row?.state === "waiting" && Date.parse(row.deadline) === Date.parse(deadline);
    if (row !== undefined && (isSettled || isSame)) return stateOf(row, given);
    const n = (row?.n ?? 0) + 1;
    await ledger.query({
      name: "expect-reply",
      text: `insert into reply (company, correlation, case_id, state, opened_at, deadline, n)
             values ($1, $2, $3, 'waiting', $4, $5, $6)
             on conflict (company, correlation) do update
               set state = 'waiting', opened_at = $4, deadline = $5, n = $6, closed_at = null`,
      values: [company, correlation, caseId, at, deadline, n],
    });
    const key = recordKeys.replyExpected(replyIdOf(company, correlation), n);
    await recordReply(ledger, name, caseId, { change: "expected", key, at, said: { deadline } });
    if (given === undefined || !isInTime(given.answeredAt, deadline)) return { kind: "waiting", deadline };
    await settleAnswered(ledger, name, at);
    await recordFound(ledger, name, caseId, key, at);
    return { kind: "answered", answer: given.answer };
  });
}

/** The case's own record of an answer that came before it waited: in the words of the early one. */
async function recordFound(ledger: Ledger, name: ReplyName, caseId: string, expected: string, at: string) {
  const replyId = replyIdOf(name.company, name.correlation);
  const early = recordKeys.replyEarly(replyId);
  const words = await readRecord(ledger, name.company, early);
  if (words === undefined) return;
  const { change: _change, ...said } = words.body;
  const key = recordKeys.replyGiven(replyId);
  await recordReply(ledger, name, caseId, { change: "given", key, at, said, parents: [expected, early] });
}

/** Silence until the deadline. An answer that reached the ledger first wins; before the deadline nothing lapses. */
export async function lapseReply(pool: LedgerPool, name: ReplyName, at: string): Promise<ReplyState> {
  return ending(pool, name, async (ledger, row, given) => {
    if (Date.parse(at) < Date.parse(row.deadline)) return stateOf(row, given);
    const replyId = replyIdOf(name.company, name.correlation);
    await close(ledger, name, "lapsed", at);
    const said = { deadline: row.deadline };
    const parents = [recordKeys.replyExpected(replyId, row.n)];
    const key = recordKeys.replyLapsed(replyId);
    await recordReply(ledger, name, row.caseId, { change: "lapsed", key, at, said, parents });
    return { kind: "lapsed", late: given?.answer ?? null };
  });
}

/** The case awaits it no longer. An answer that reached the ledger first wins. */
export async function withdrawReply(pool: LedgerPool, name: ReplyName, at: string): Promise<ReplyState> {
  return ending(pool, name, async (ledger, row) => {
    const replyId = replyIdOf(name.company, name.correlation);
    await close(ledger, name, "withdrawn", at);
    const parents = [recordKeys.replyExpected(replyId, row.n)];
    const key = recordKeys.replyWithdrawn(replyId, row.n);
    await recordReply(ledger, name, row.caseId, { change: "withdrawn", key, at, parents });
    return { kind: "withdrawn" };
  });
}

type End = (ledger: Ledger, row: ReplyRow, given: AnswerRow | undefined) => Promise<ReplyState>;

/** Ends the waiting, unless it has ended. */
function ending(pool: LedgerPool, name: ReplyName, end: End): Promise<ReplyState> {
  return inTransaction(pool, async (ledger) => {
    const { row, given } = await lockReply(ledger, name);
    if (row === undefined) throw new Error(`nobody awaits a reply to \`${name.correlation}\``);
    return row.state === "waiting" ? end(ledger, row, given) : stateOf(row, given);
  });
}
