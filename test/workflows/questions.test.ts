import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { giveVerdict } from "../../audit/ledgers/approvals.ts";
import { moveQuestion, type QuestionMove } from "../../audit/ledgers/escalation-moves.ts";
import { personRefOf } from "../../audit/person-ref.ts";
import { readNotices } from "../../audit/ledgers/notices.ts";
import { takingBackActions } from "../../functions/index.ts";
import { scriptFault } from "../../tools/sandbox/door.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { givenCrmObject, givenPartner, givenQuote } from "../fixtures/programme.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

/** A question as the case that asks it goes on by it: on the real engine, with the messages that the gateway sends. */
let system: System;
beforeAll(async () => {
  system = await startSystem();
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

const result = (caseId: string) => system.client.workflow.getHandle(caseId).result();

async function asked(deal: string) {
  await givenQuote(system.pool, system.company, deal, 180_000);
  const caseId = await system.arrive("quoting", deal, { eventId: "evt_asked" });
  return { caseId, question: await openEscalationOf(system, caseId) };
}

type Asked = Awaited<ReturnType<typeof asked>>;

const wake = (caseId: string, escalationId: string) =>
  system.client.workflow.getHandle(caseId).signal("questionMoved", { escalationId });

async function moved({ caseId, question: { escalationId } }: Asked, move: QuestionMove, by = "dana"): Promise<void> {
  const who = { company: system.company, escalationId, personId: by, role: "partner-manager" };
  const made = await moveQuestion(system.pool, { ...who, at: new Date().toISOString(), ...move });
  expect(made).toMatchObject({ kind: "moved" });
  await wake(caseId, escalationId);
}

/** Approves so that it may be undone for a while. */
async function approved({ caseId, question }: Asked, undoMs: number): Promise<void> {
  const { company, pool, client } = system;
  const { escalationId, actionDigest } = question;
  const by = { company, escalationId, personId: "dana", role: "partner-manager", at: new Date().toISOString() };
  const given = await giveVerdict(pool, { ...by, verdict: "approve", actionDigest, reason: "seen", undoMs });
  expect(given).toMatchObject({ state: "committing" });
  const person = personRefOf(pool.vault, company, "dana");
  const message = { escalationId, actionDigest, person, role: "partner-manager" };
  await client.workflow.getHandle(caseId).executeUpdate("deliverVerdict", { args: [message] });
}

async function stateOf({ question: { escalationId } }: Asked): Promise<string | undefined> {
  const { rows } = await system.pool.query<{ state: string }>(
    "select state from escalation where company = $1 and escalation_id = $2",
    [system.company, escalationId],
  );
  return rows[0]?.state;
}

/** But for the note that people are asked. */
const effectsOf = async (caseId: string) =>
  (
    await system.pool.query("select from effect where company = $1 and case_id = $2 and tool <> 'crm.add-note'", [
      system.company,
      caseId,
    ])
  ).rowCount;

describe("what is approved", () => {
  test("has no effect before the time for undoing is over, and is executed then", async () => {
    const one = await asked("committed");
    const began = Date.now();
    await approved(one, 1_500);
    expect(await effectsOf(one.caseId)).toBe(0);
    expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_500);
    expect(await stateOf(one)).toBe("executed");
  });

  test("and is undone has none: the question waits, and is answered anew", async () => {
    const one = await asked("undone");
    await approved(one, 3_600_000);
    await moved(one, { move: "undo", words: "the wrong deal" });
    const again = await openEscalationOf(system, one.caseId);
    expect(again.escalationId).toBe(one.question.escalationId);
    expect(await effectsOf(one.caseId)).toBe(0);
    await answer(system, one.caseId, "reject", again);
    expect(await result(one.caseId)).toEqual({ outcomes: ["rejected"] });
    expect(await stateOf(one)).toBe("rejected");
  });

  test("of a record that is another by then comes to nothing, and its question says so", async () => {
    const one = await asked("changed");
    await givenCrmObject(system.pool, system.company, "deal", "changed", { quote_net_price: "81000.00" });
    await answer(system, one.caseId, "approve", one.question);
    expect(await eventually(async () => ((await stateOf(one)) === "approved" ? undefined : stateOf(one)))).toBe(
      "superseded",
    );
    const anew = await openEscalationOf(system, one.caseId, one.question.escalationId);
    await answer(system, one.caseId, "approve", anew);
    expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
  });

  test("while it may be undone, a newer event makes it moot", async () => {
    const one = await asked("newer");
    await approved(one, 3_600_000);
    await givenCrmObject(system.pool, system.company, "deal", "newer", { quote_net_price: "90000.00" });
    await system.arrive("quoting", "newer", { eventId: "evt_newer" });
    expect(await result(one.caseId)).toEqual({ outcomes: ["superseded", "executed"] });
    expect(await stateOf(one)).toBe("superseded");
  });
});

/** What Dana is to know, of one deal's case. */
async function noticesOf({ caseId }: Asked) {
  const { pool, company } = system;
  const since = new Date(Date.now() - 3_600_000).toISOString();
  const asking = { company, personId: "dana", since, takingBack: takingBackActions, limit: 100 };
  const notices = await readNotices(pool, asking);
  return notices.filter((notice) => notice.caseId === caseId).map(({ what, detail }) => [what, detail]);
}

describe("who approved it is told", () => {
  test("nothing while it is done as it was approved", async () => {
    const one = await asked("as approved");
    await answer(system, one.caseId, "approve", one.question);
    expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
    expect(await noticesOf(one)).toEqual([]);
  });

  test("that the rules block it by then, and why", async () => {
    await givenPartner(system.pool, system.company, { partnerId: "partner-8" });
    await givenQuote(system.pool, system.company, "blocked", 180_000);
    await givenCrmObject(system.pool, system.company, "deal", "blocked", { partner_id: "partner-8" });
    const caseId = await system.arrive("quoting", "blocked", { eventId: "evt_asked" });
    const one = { caseId, question: await openEscalationOf(system, caseId) };
    const suspend =
      "update programme.partner set standing = 'suspended' where company = $1 and partner_id = 'partner-8'";
    await system.database.pool.query(suspend, [system.company]);
    await answer(system, caseId, "approve", one.question);
    expect(await result(caseId)).toEqual({ outcomes: ["blocked"] });
    expect(await stateOf(one)).toBe("execution-failed");
    expect(await noticesOf(one)).toEqual([["not-done", expect.stringMatching(/suspended/)]]);
  });

  test("that the quote desk refuses it, and why", async () => {
    const one = await asked("refused");
    const { pool, company } = system;
    await scriptFault(pool, { company, system: "quotes", operation: "approve-discount" }, { kind: "refuse", times: 1 });
    await answer(system, one.caseId, "approve", one.question);
    await result(one.caseId);
    expect(await stateOf(one)).toBe("execution-failed");
    expect(await noticesOf(one)).toEqual([["not-done", expect.any(String)]]);
  });

  test("that what was read changed before anything was done", async () => {
    const one = await asked("moot");
    await givenCrmObject(system.pool, system.company, "deal", "moot", { quote_net_price: "81000.00" });
    await answer(system, one.caseId, "approve", one.question);
    await openEscalationOf(system, one.caseId, one.question.escalationId);
    expect(await noticesOf(one)).toEqual([["moot", null]]);
  });

  test("that it was taken back since", async () => {
    const one = await asked("taken back");
    await answer(system, one.caseId, "approve", one.question);
    expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
    await givenCrmObject(system.pool, system.company, "deal", "taken back", { quote_net_price: "60000.00" });
    await system.arrive("quoting", "taken back", { eventId: "evt_changed" });
    await result(one.caseId);
    expect((await noticesOf(one)).map(([what]) => what)).toContain("taken-back");
  });
});

describe("while something is asked back", () => {
  test("the case waits, whatever its deadline was, and goes on where it is answered", async () => {
    const one = await asked("asked back");
    await moved(one, { move: "ask", words: "Who is the competitor?", waitMs: 3_600_000 });
    await moved(one, { move: "answer", words: "Globex" }, "sam");
    await answer(system, one.caseId, "approve", await openEscalationOf(system, one.caseId));
    expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
  });

  test("and nobody answers, the question goes on by itself", async () => {
    const one = await asked("no answer");
    await moved(one, { move: "ask", words: "Who?", waitMs: 1_200 });
    expect(await stateOf(one)).toBe("info-requested");
    expect(await eventually(async () => ((await stateOf(one)) === "open" ? "open" : undefined))).toBe("open");
    await answer(system, one.caseId, "approve", await openEscalationOf(system, one.caseId));
    expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
  });
});

test("a question that who asked it takes back ends its case, and nothing is written over", async () => {
  const one = await asked("withdrawn");
  await moved(one, { move: "withdraw", words: "the customer left" }, "sam");
  expect(await result(one.caseId)).toEqual({ outcomes: ["superseded"] });
  expect([await stateOf(one), await effectsOf(one.caseId)]).toEqual(["withdrawn", 0]);
});

test("a move of another question does not wake the case for its own", async () => {
  const one = await asked("another");
  await wake(one.caseId, "esc_another");
  expect(await stateOf(one)).toBe("open");
  await answer(system, one.caseId, "approve", await openEscalationOf(system, one.caseId));
  expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
});
