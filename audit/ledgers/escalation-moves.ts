import { isDecideCase } from "../../domain/decide-case.ts";
import { INFO_WAIT_MS, MOST_INFO_WAIT_MS, type EscalationStanding } from "../../domain/escalation.ts";
import { recordKeys } from "../record-keys.ts";
import { openRecordsByKey, type Ledger, type LedgerPool } from "../records.ts";
import { isAsker, no, whyMayNot, whyNotNow, type Mover, type Refusal } from "./answering.ts";
import { readPerson } from "./directory.ts";
import { lockEscalation, moveRow, recordMove, type EscalationRow } from "./escalation-row.ts";
import { later, resume } from "./escalations.ts";
import { inTransaction } from "./transaction.ts";
import { wakeCase } from "./wake-case.ts";

/**
 * What somebody does to a question beside giving a verdict. `ask`: something is asked back, and the clock stands still for `waitMs` at
 * most. `answer`: what was asked back is said, by whom it concerns. `take`, `delegate`: of those who may answer, it is left to one.
 * `hold`: put off within its deadline. `undo`: the approval that does not count yet is taken back, by who gave it. `withdraw`: by
 * who asked.
 */
export type QuestionMove =
  | { readonly move: "ask"; readonly words: string; readonly waitMs?: number | undefined }
  | { readonly move: "answer" | "undo" | "withdraw"; readonly words: string }
  | { readonly move: "take" }
  | { readonly move: "delegate"; readonly to: string; readonly words: string }
  | { readonly move: "hold"; readonly until: string };

export type MadeMove = {
  readonly kind: "moved";
  readonly caseId: string;
  readonly state: EscalationStanding;
  readonly version: number;
};

type Given = Mover & QuestionMove;

/** What each move is called in its record; `edit` is made in `edits.ts`. */
const changeOf = {
  edit: "edited",
  ask: "asked-back",
  answer: "answered-back",
  take: "taken",
  delegate: "delegated",
  hold: "held",
  undo: "undone",
  withdraw: "withdrawn",
} as const satisfies { readonly [M in ToldMove["move"]]: string };

/** What a move makes of a question: the row as it then stands, and what its record says besides who and when. */
type Made = {
  readonly row: EscalationRow;
  readonly said?: { readonly [name: string]: string };
  /** The case has something to do about it. */
  readonly wakes: boolean;
};

/** Makes a move, with its record, under the question's lock; a case that it concerns is woken once it is durable. */
export async function moveQuestion(pool: LedgerPool, given: Given): Promise<MadeMove | Refusal> {
  return inTransaction(pool, async (ledger) => {
    const row = await lockEscalation(ledger, given);
    if (row === undefined) return no("not-found", `no escalation \`${given.escalationId}\``);
    const refusal = whyNotNow(given, row, given.move) ?? (await whyBarred(ledger, given, row));
    if (refusal !== undefined) return refusal;
    const made = await makeMove(ledger, given, row);
    const reason = "words" in given ? given.words : "";
    const { said = {} } = made;
    const change = changeOf[given.move];
    await recordMove(ledger, given, made.row, { change, person: given.personId, reason, ...said });
    const { case_id: caseId, state, version } = made.row;
    if (made.wakes && !isDecideCase(given.company, caseId)) await wake(ledger, given, made.row);
    return { kind: "moved", caseId, state, version };
  });
}

/** Who may answer a question may ask back, take it, hand it on and put it off; what is said back and withdrawn is the requester's. */
async function whyBarred(ledger: Ledger, given: Given, row: EscalationRow): Promise<Refusal | undefined> {
  const isRequester = await isAsker(ledger, given, row);
  switch (given.move) {
    case "withdraw":
      return isRequester ? undefined : no("not-requester", "only who asked it takes a question back");
    case "answer":
      // Whoever knows may say it: the requester, or who asks on their behalf.
      return undefined;
    case "undo":
      if (row.answered_by !== given.personId)
        return no("wrong-person", `${row.answered_by ?? "somebody"} approved it last`);
      return given.at > (row.until_at ?? "")
        ? no("too-late", `it could be undone until ${row.until_at ?? ""}`)
        : undefined;
    case "hold":
      return whyMayNot(given, row, isRequester) ?? whyNotUntil(given.until, given.at, row);
    case "delegate":
      return whyMayNot(given, row, isRequester) ?? (await whyNotTo(ledger, given, row));
    case "ask":
    case "take":
      return whyMayNot(given, row, isRequester);
  }
}

function whyNotUntil(until: string, at: string, row: EscalationRow): Refusal | undefined {
  if (until <= at) return no("too-late", `${until} is past`);
  return until <= row.due_at
    ? undefined
    : no("past-deadline", `it is due ${row.due_at}: it cannot be put off beyond that`);
}

/** A question is handed on to nobody who may not answer it. */
async function whyNotTo(
  ledger: Ledger,
  { company, to, at }: Extract<Given, { move: "delegate" }>,
  row: EscalationRow,
): Promise<Refusal | undefined> {
  const person = await readPerson(ledger, company, to);
  if (person === undefined) return no("wrong-person", `nobody here is \`${to}\``);
  const asked = await isAsker(ledger, { company, personId: to }, row);
  const refusal = whyMayNot({ role: person.role, at }, row, asked);
  return refusal && no("wrong-person", `${to} may not answer it: ${refusal.detail}`);
}

async function makeMove(ledger: Ledger, given: Given, row: EscalationRow): Promise<Made> {
  switch (given.move) {
    case "ask": {
      const waitMs = Math.min(given.waitMs ?? INFO_WAIT_MS, MOST_INFO_WAIT_MS);
      const untilAt = later(given.at, waitMs);
      const asked = await moveRow(ledger, given, row, { state: "info-requested", untilAt });
      return { row: asked, said: { until: untilAt }, wakes: true };
    }
    case "answer":
      return { row: await resume(ledger, given, row), wakes: true };
    case "take":
      return { row: await left(ledger, given, row, given.personId), wakes: false };
    case "delegate":
      return { row: await left(ledger, given, row, given.to), said: { to: given.to }, wakes: false };
    case "hold": {
      const held = await moveRow(ledger, given, row, {
        state: "open",
        held: { until: given.until, by: given.personId },
      });
      return { row: held, said: { until: given.until }, wakes: false };
    }
    case "undo":
      return { row: await undo(ledger, given, row), said: { undoes: row.approval_id ?? "" }, wakes: true };
    case "withdraw":
      return { row: await moveRow(ledger, given, row, { state: "withdrawn" }), wakes: true };
  }
}

/** Left to somebody; while its clock stands still that goes on. */
async function left(ledger: Ledger, given: Given, row: EscalationRow, assignee: string): Promise<EscalationRow> {
  const { state, until_at: untilAt } = row;
  return moveRow(ledger, given, row, { state, assignee, ...(untilAt !== null && { untilAt }) });
}

async function undo(ledger: Ledger, given: Given, row: EscalationRow): Promise<EscalationRow> {
  await ledger.query({
    name: "undo-approval",
    text: "update approval set undone_at = $3 where company = $1 and approval_id = $2",
    values: [given.company, row.approval_id, given.at],
  });
  return moveRow(ledger, given, row, { state: "open" });
}

async function wake(ledger: Ledger, { company, escalationId }: Given, row: EscalationRow): Promise<void> {
  const payload = { caseId: row.case_id, escalationId };
  await wakeCase(ledger, { company, topic: "question", key: `${escalationId}/${row.version}`, payload });
}

/** Values by argument. */
type Put = { readonly [argument: string]: string | number | boolean | null };

/** A move as its record tells it; what was erased is left out. `at`: ISO 8601. */
export type ToldMove = {
  readonly move: QuestionMove["move"] | "edit";
  readonly personId: string | null;
  readonly words: string | null;
  readonly to: string | null;
  /** What was put in place of what, by argument; null for another move. */
  readonly before: Put | null;
  readonly after: Put | null;
  readonly at: string;
};

/** What people did to a question beside deciding it, in order. `version`: where it stands now. */
export async function readMoves(
  ledger: Ledger,
  company: string,
  { escalationId, version }: { readonly escalationId: string; readonly version: number },
): Promise<readonly ToldMove[]> {
  const names = Object.entries(changeOf) as [ToldMove["move"], string][];
  const keys = Array.from({ length: version }, (_, n) =>
    names.map(([move, change]) => [recordKeys.moved(escalationId, change, n + 1), move] as const),
  ).flat();
  const moves = new Map(keys);
  const records = await openRecordsByKey(ledger, company, [...moves.keys()]);
  const byKey = new Map(records.map(({ record }) => [record.key, record]));
  return keys.flatMap(([key, move]) => {
    const record = byKey.get(key);
    if (record === undefined) return [];
    const { personId = null, reason: words = null, to = null } = record.body as { [name: string]: string | undefined };
    const { before = null, after = null } = record.body as { [name: string]: Put | undefined };
    return [{ move, personId, words, to, before, after, at: record.at }];
  });
}
