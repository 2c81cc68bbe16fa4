import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { giveVerdict } from "../../audit/ledgers/approvals.ts";
import { moveQuestion, readMoves, type QuestionMove } from "../../audit/ledgers/escalation-moves.ts";
import { passEscalation, raiseEscalation, readEscalationState } from "../../audit/ledgers/escalations.ts";
import { readRecords } from "../../audit/records.ts";
import { tellStory } from "../../audit/story.ts";
import { isStanding, mayMove } from "../../domain/escalation.ts";
import { givenEscalation } from "../fixtures/asked.ts";
import { DIGEST } from "../fixtures/ledger.ts";
import { givenPerson } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

const company = "acme";
const OPENED = "2026-03-02T09:00:00.000Z";
const HOUR = 3_600_000;
const after = (hours: number) => new Date(Date.parse(OPENED) + hours * HOUR).toISOString();

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  const people = [
    ["dana", "partner-manager"],
    ["erin", "partner-manager"],
    ["rita", "regional-director"],
    ["olga", "ops-engineer"],
    ["sam", "partner-manager"],
  ] as const;
  for (const [personId, role] of people) await givenPerson(database.pool, company, { personId, name: personId, role });
});
afterAll(() => database.drop());

const ask = (name: string, quorum = 1) => givenEscalation(database.pool, name, { at: OPENED, quorum });

type By = { readonly by?: string; readonly role?: string; readonly hours?: number; readonly version?: number };

const mover = (escalationId: string, { by = "dana", role = "partner-manager", hours = 1, version }: By) => {
  return { company, escalationId, personId: by, role, at: after(hours), version };
};
const move = (escalationId: string, made: QuestionMove, by: By = {}) =>
  moveQuestion(database.pool, { ...mover(escalationId, by), ...made });
const approve = (escalationId: string, by: By & { readonly undoMs?: number } = {}) =>
  giveVerdict(database.pool, {
    ...mover(escalationId, by),
    verdict: "approve",
    actionDigest: DIGEST,
    reason: "seen",
    undoMs: by.undoMs,
  });
const pass = (escalationId: string, hours: number) =>
  passEscalation(database.pool, { company, escalationId, at: after(hours) });
const stands = (escalationId: string) => readEscalationState(database.pool, company, escalationId);

async function rowOf(escalationId: string) {
  const { rows } = await database.pool.query<{ [column: string]: unknown }>(
    "select state, version, assignee, due_at, held_until from escalation where escalation_id = $1",
    [escalationId],
  );
  return rows[0]!;
}

async function woken(escalationId: string): Promise<number> {
  const { rowCount } = await database.pool.query(
    "select from outbox where topic in ('question', 'verdict') and payload->>'escalationId' = $1",
    [escalationId],
  );
  return rowCount ?? 0;
}

describe("something is asked back", () => {
  test("the deadline stands still until it is said, and the case is woken by both", async () => {
    const { escalationId } = await ask("asked back");
    const asked = await move(escalationId, { move: "ask", words: "Who is the competitor?" });
    expect(asked).toMatchObject({ kind: "moved", state: "info-requested", version: 2 });
    expect(await stands(escalationId)).toMatchObject({ kind: "paused", until: after(1 + 72) });
    const said = await move(escalationId, { move: "answer", words: "Globex" }, { by: "sam", hours: 11 });
    expect(said).toMatchObject({ kind: "moved", state: "open", version: 3 });
    // Four hours were given, one was over when it stood still.
    expect(await stands(escalationId)).toMatchObject({ kind: "waiting", level: 0, dueAt: after(14) });
    expect(await woken(escalationId)).toBe(2);
    expect(await raise(escalationId, 13.9)).toMatchObject({ kind: "waiting", level: 0 });
    expect(await raise(escalationId, 14)).toMatchObject({ kind: "waiting", level: 1 });
  });

  const raise = (escalationId: string, hours: number) =>
    raiseEscalation(database.pool, { company, escalationId, at: after(hours) }, 0);

  test("when nobody says it the question goes on by itself, at its time and not before", async () => {
    const { escalationId } = await ask("never answered");
    await move(escalationId, { move: "ask", words: "Why?", waitMs: 5 * HOUR });
    expect(await pass(escalationId, 5.9)).toMatchObject({ kind: "paused" });
    expect(await pass(escalationId, 6)).toMatchObject({ kind: "waiting", dueAt: after(9) });
    expect(await pass(escalationId, 7)).toMatchObject({ kind: "waiting", dueAt: after(9) });
  });

  test("it may be decided all the same, after what would have been its deadline", async () => {
    const { escalationId } = await ask("decided meanwhile");
    await move(escalationId, { move: "ask", words: "Why?" });
    expect(await approve(escalationId, { hours: 30 })).toMatchObject({ kind: "taken", state: "approved" });
  });
});

describe("an approval may be undone before it counts", () => {
  const undone: QuestionMove = { move: "undo", words: "wrong deal" };

  test("it counts once its time is over, and not before", async () => {
    const { escalationId } = await ask("committed");
    const taken = await approve(escalationId, { undoMs: HOUR });
    expect(taken).toMatchObject({ state: "committing", undoUntil: after(2) });
    expect(await stands(escalationId)).toMatchObject({ kind: "committing", until: after(2) });
    expect(await pass(escalationId, 1.99)).toMatchObject({ kind: "committing" });
    expect(await pass(escalationId, 2)).toMatchObject({ kind: "approved" });
    expect(await move(escalationId, undone, { hours: 2.1 })).toMatchObject({ code: "already-decided" });
  });

  test("undone, the question is open again, and who undid it may approve it after all", async () => {
    const { escalationId, caseId } = await ask("undone");
    await approve(escalationId, { undoMs: HOUR });
    expect(await move(escalationId, undone, { hours: 1.5 })).toMatchObject({ kind: "moved", state: "open" });
    expect(await pass(escalationId, 2)).toMatchObject({ kind: "waiting", level: 0 });
    expect(await approve(escalationId, { hours: 2 })).toMatchObject({ kind: "taken", state: "approved" });
    const { records } = await readRecords(database.pool, company, caseId);
    const lines = tellStory(records).map(({ who, text }) => `${who} ${text}`);
    expect(lines).toContain("dana takes the approval back before it counts: wrong deal");
  });

  test("by nobody but who approved it last, and of several approvals only that one", async () => {
    const { escalationId } = await ask("of two", 2);
    await approve(escalationId, { undoMs: HOUR });
    expect(await move(escalationId, undone)).toMatchObject({ code: "not-now" });
    await approve(escalationId, { by: "erin", undoMs: HOUR });
    expect(await move(escalationId, undone)).toMatchObject({ code: "wrong-person" });
    expect(await move(escalationId, undone, { by: "erin" })).toMatchObject({ state: "open" });
    expect(await approve(escalationId, { by: "erin" })).toMatchObject({ state: "approved", missing: 0 });
  });

  test("not in the database's eyes once it counts", async () => {
    const { escalationId } = await ask("counted");
    await approve(escalationId);
    const late = "update approval set undone_at = now() where escalation_id = $1";
    await expect(database.pool.query(late, [escalationId])).rejects.toThrow(/APPEND_ONLY/);
    const other = "update approval set reason = 'another' where escalation_id = $1";
    await expect(database.pool.query(other, [escalationId])).rejects.toThrow(/APPEND_ONLY/);
  });

  test("of undoing and its time passing at once, one is first", async () => {
    const { escalationId } = await ask("raced");
    await approve(escalationId, { undoMs: HOUR });
    const [undid, passed] = await Promise.all([move(escalationId, undone, { hours: 2 }), pass(escalationId, 2)]);
    const { state } = await rowOf(escalationId);
    expect([undid.kind, passed.kind, state]).toEqual(
      undid.kind === "moved" ? ["moved", "waiting", "open"] : ["refused", "approved", "approved"],
    );
  });
});

describe("of those who may answer it", () => {
  test("one takes it, or it is left to one; the others still may answer", async () => {
    const { escalationId } = await ask("taken");
    expect(await move(escalationId, { move: "take" })).toMatchObject({ state: "open" });
    expect(await rowOf(escalationId)).toMatchObject({ assignee: "dana" });
    await move(escalationId, { move: "delegate", to: "rita", words: "too large for me" });
    expect(await rowOf(escalationId)).toMatchObject({ assignee: "rita", version: 3 });
    expect(await woken(escalationId)).toBe(0);
    expect(await approve(escalationId, { by: "erin" })).toMatchObject({ state: "approved" });
  });

  test.for([
    ["nobody", /nobody here is `nobody`/],
    ["olga", /olga may not answer it: needs partner-manager or regional-director/],
    ["sam", /sam may not answer it: a request is never answered by who made it/],
  ] as const)("it is not left to %s, who may not", async ([to, detail]) => {
    const { escalationId } = await ask(`left to ${to}`);
    const refused = await move(escalationId, { move: "delegate", to, words: "please" });
    expect(refused).toMatchObject({
      kind: "refused",
      code: "wrong-person",
      detail: expect.stringMatching(detail) as string,
    });
  });

  test("it is put off within its deadline only", async () => {
    const { escalationId } = await ask("held");
    expect(await move(escalationId, { move: "hold", until: after(5) })).toMatchObject({ code: "past-deadline" });
    expect(await move(escalationId, { move: "hold", until: after(0.5) })).toMatchObject({ code: "too-late" });
    expect(await move(escalationId, { move: "hold", until: after(3) })).toMatchObject({ kind: "moved" });
    expect(await rowOf(escalationId)).toMatchObject({ held_until: after(3), due_at: after(4) });
  });

  test("who climbs to the next level is asked anew: it is left to nobody", async () => {
    const { escalationId } = await ask("climbed");
    await move(escalationId, { move: "take" });
    await raiseEscalation(database.pool, { company, escalationId, at: after(4) }, 0);
    expect(await rowOf(escalationId)).toMatchObject({ assignee: null });
  });
});

describe("who climbs a level has that level's own time", () => {
  const levels = [
    { role: "partner-manager", slaMs: 4 * HOUR },
    { role: "regional-director", slaMs: 9 * HOUR },
    { role: "ops-engineer", slaMs: 2 * HOUR },
  ];

  test("at every level of the route, in its row, its record and what the case waits for", async () => {
    const { escalationId, caseId } = await givenEscalation(database.pool, "every level", { at: OPENED, levels });
    // The first level's silence is noticed at once, the second's an hour late.
    const raised = [
      { level: 1, atHours: 4, dueAt: after(4 + 9) },
      { level: 2, atHours: 14, dueAt: after(14 + 2) },
    ];
    for (const { level, atHours, dueAt } of raised) {
      const change = { company, escalationId, at: after(atHours) };
      const { role, slaMs } = levels[level]!;
      const state = await raiseEscalation(database.pool, change, level - 1);
      expect(state).toEqual({ kind: "waiting", level, slaMs, dueAt });
      expect(await rowOf(escalationId)).toMatchObject({ due_at: dueAt });
      const { records } = await readRecords(database.pool, company, caseId);
      expect(records.at(-1)?.body).toMatchObject({ change: "raised", level, role, dueAt });
    }
  });
});

describe("a move is refused, and changes nothing", () => {
  const others: readonly QuestionMove[] = [
    { move: "ask", words: "why" },
    { move: "take" },
    { move: "hold", until: after(2) },
    { move: "delegate", to: "erin", words: "you" },
  ];
  test.for([
    ["sam", "partner-manager", "own-request"],
    ["olga", "ops-engineer", "wrong-role"],
  ] as const)("of %s, who may not answer it", async ([by, role, code]) => {
    const { escalationId } = await ask(`refused to ${by}`);
    for (const made of others) expect(await move(escalationId, made, { by, role })).toMatchObject({ code });
    expect(await rowOf(escalationId)).toMatchObject({ state: "open", version: 1, assignee: null });
  });

  test("of a version that stands no longer", async () => {
    const { escalationId } = await ask("two versions");
    await move(escalationId, { move: "take" }, { version: 1 });
    expect(await move(escalationId, { move: "take" }, { by: "erin", version: 1 })).toMatchObject({
      code: "changed-since",
    });
    expect(await approve(escalationId, { version: 1 })).toMatchObject({ code: "changed-since" });
    expect(await approve(escalationId, { version: 2 })).toMatchObject({ kind: "taken" });
  });

  test("of what it is too late for, with where the question stands", async () => {
    const { escalationId } = await ask("answered");
    await approve(escalationId);
    for (const made of others) expect(await move(escalationId, made)).toMatchObject({ code: "already-decided" });
    const answer = { move: "answer", words: "because" } as const;
    expect(await move(escalationId, answer)).toMatchObject({ code: "already-decided" });
  });

  test("of what nobody asked", async () => {
    expect(await move("esc_none", { move: "take" })).toMatchObject({ code: "not-found" });
  });
});

test("who asked takes the question back, also an approval that does not count yet; nobody else does", async () => {
  const back: QuestionMove = { move: "withdraw", words: "the customer left" };
  const { escalationId } = await ask("withdrawn");
  expect(await move(escalationId, back)).toMatchObject({ code: "not-requester" });
  await approve(escalationId, { undoMs: HOUR });
  expect(await move(escalationId, back, { by: "sam" })).toMatchObject({ kind: "moved", state: "withdrawn" });
  expect(await stands(escalationId)).toEqual({ kind: "withdrawn" });
  expect(await approve(escalationId)).toMatchObject({ code: "superseded" });
});

test("what people did is read back in order, with their words", async () => {
  const { escalationId } = await ask("told");
  await move(escalationId, { move: "take" });
  await move(escalationId, { move: "ask", words: "Who is the competitor?" });
  await move(escalationId, { move: "answer", words: "Globex" }, { by: "sam", hours: 2 });
  await move(escalationId, { move: "delegate", to: "erin", words: "I am away" }, { hours: 3 });
  const told = await readMoves(database.pool, company, { escalationId, version: 5 });
  expect(told.map(({ move: made, personId, words, to }) => [made, personId, words, to])).toEqual([
    ["take", "dana", "", null],
    ["ask", "dana", "Who is the competitor?", null],
    ["answer", "sam", "Globex", null],
    ["delegate", "dana", "I am away", "erin"],
  ]);
});

test("whatever two people do at once, one is first, and the other is told where it stands", async () => {
  const makes: readonly ((id: string, by: By) => ReturnType<typeof move> | ReturnType<typeof approve>)[] = [
    (id, by) => approve(id, by),
    (id, by) => approve(id, { ...by, undoMs: HOUR }),
    (id, by) => move(id, { move: "ask", words: "why" }, by),
    (id, by) => move(id, { move: "take" }, by),
    (id, by) => move(id, { move: "hold", until: after(2) }, by),
  ];
  for (const [i, first] of makes.entries()) {
    for (const [j, second] of makes.entries()) {
      const { escalationId } = await ask(`pair ${i} ${j}`);
      const both = await Promise.all([
        first(escalationId, { version: 1 }),
        second(escalationId, { by: "erin", version: 1 }),
      ]);
      const refused = both.filter(({ kind }) => kind === "refused");
      expect(refused).toEqual([expect.objectContaining({ code: "changed-since" })]);
      const { state, version } = await rowOf(escalationId);
      expect(version).toBe(2);
      expect(isStanding(state as "open") || !mayMove(state as "open", "approve")).toBe(true);
    }
  }
});
