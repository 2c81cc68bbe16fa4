import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moveQuestion, type QuestionMove } from "../../audit/ledgers/escalation-moves.ts";
import { readRecords } from "../../audit/records.ts";
import { loadPolicies } from "../../deciding/policies.ts";
import { readCalls } from "../../tools/sandbox/door.ts";
import { heldAgainstSchema, historiesOf } from "../fixtures/engine-payloads.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { givenPartner, givenQuote, notesOn } from "../fixtures/programme.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

/** Done before a note is sent, where something is to happen meanwhile. */
let beforeNote: (() => Promise<void>) | undefined;
/** Whether the notes' own policy is away, so that each of them would be a question to people. */
let notesAskPeople = false;

let system: System;
beforeAll(async () => {
  const policies = await loadPolicies(resolve(import.meta.dirname, "../../policies"));
  system = await startSystem({
    policies: {
      inForce: (id, subjectOf) => (id === "crm-note" && notesAskPeople ? undefined : policies.inForce(id, subjectOf)),
    },
    interceptors: {
      activity: [
        () => ({
          inbound: {
            async execute(input, next) {
              const [permit] = input.args as [{ readonly tool?: string } | undefined];
              if (permit?.tool === "crm.add-note") await beforeNote?.();
              return next(input);
            },
          },
        }),
      ],
    },
  });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

async function asked(deal: string) {
  await givenQuote(system.pool, system.company, deal, 180_000);
  const caseId = await system.arrive("quoting", deal, { eventId: "evt_asked" });
  const question = await openEscalationOf(system, caseId);
  // What would pass without people is told as they are asked.
  await eventually(async () => ((await notesOn(system.pool, system.company, deal)).length === 1 ? true : undefined));
  return { deal, caseId, question };
}
type Asked = Awaited<ReturnType<typeof asked>>;

async function moved({ caseId, question: { escalationId } }: Asked, move: QuestionMove, by = "dana"): Promise<void> {
  const who = { company: system.company, escalationId, personId: by, role: "partner-manager" };
  const made = await moveQuestion(system.pool, { ...who, at: new Date().toISOString(), ...move });
  expect(made).toMatchObject({ kind: "moved" });
  await system.client.workflow.getHandle(caseId).signal("questionMoved", { escalationId });
}

/** The notes after the one that people are asked. */
const notesAfter = async ({ deal }: Asked) => (await notesOn(system.pool, system.company, deal)).slice(1);

const noted = (one: Asked, count: number) =>
  eventually(async () => {
    const notes = await notesAfter(one);
    return notes.length >= count ? notes : undefined;
  }, 30_000);

/** So many texts were sent about the quote. */
const written = ({ deal }: Asked, count: number) =>
  eventually(async () => {
    const calls = await readCalls(system.pool, system.company, "messages");
    return calls.filter(({ request }) => request["objectId"] === deal).length >= count ? true : undefined;
  }, 30_000);

const result = ({ caseId }: Asked) => system.client.workflow.getHandle(caseId).result();

async function endsOf({ caseId }: Asked): Promise<readonly string[]> {
  const { records, intact } = await readRecords(system.pool, system.company, caseId);
  expect(intact).toBe(true);
  const ends = records.filter(({ kind }) => kind === "case_end");
  const outcomes = ends.flatMap(({ body }) => body["outcomes"] as { step: string; kind: string }[]);
  return outcomes.map(({ step, kind }) => `${step} ${kind}`);
}

describe("what is asked back", () => {
  test("is noted on the record once for each asking, with how to answer; so is the answer", async () => {
    const one = await asked("back");
    const { escalationId } = one.question;
    await moved(one, { move: "ask", words: "which competitor is it" });
    const [first] = await noted(one, 1);
    expect(first).toContain("Asked back: which competitor is it. To answer, run");
    expect(first).toContain(`mandate escalations answer ${escalationId} --text ANSWER`);
    expect(first).toMatch(/Without an answer by \d{4}-\d\d-\d\dT\S+Z it goes on as it is\.$/);
    await moved(one, { move: "answer", words: "Fabrikam" }, "sam");
    const [, second] = await noted(one, 2);
    expect(second).toContain("Asked back: which competitor is it. Answer: Fabrikam.");
    await moved(one, { move: "ask", words: "until when" });
    const [, , third] = await noted(one, 3);
    expect(third).toContain("Asked back: until when. To answer, run");
    await moved(one, { move: "answer", words: "May" }, "sam");
    await noted(one, 4);
    await answer(system, one.caseId, "approve", await openEscalationOf(system, one.caseId));
    expect(await result(one)).toEqual({ outcomes: ["executed"] });
    expect(await notesAfter(one)).toHaveLength(4);
    expect(heldAgainstSchema(await historiesOf(system.client, system.company)).wrong).toEqual([]);
  });

  test("and is not answered in time is noted, and the question goes on", async () => {
    const one = await asked("lapsed");
    await moved(one, { move: "ask", words: "which competitor is it", waitMs: 6_000 });
    const notes = await noted(one, 2);
    expect(notes[1]).toContain("nobody answered in time what was asked back, and the question goes on without");
    await written(one, 2);
    await answer(system, one.caseId, "reject", await openEscalationOf(system, one.caseId));
    expect(await result(one)).toEqual({ outcomes: ["rejected"] });
    const ends = await endsOf(one);
    expect(ends.filter((end) => !end.startsWith("letter")).slice(0, 4)).toEqual([
      "crm-note-put-to-people executed",
      "crm-note-asked-back executed",
      "crm-note-asked-back executed",
      expect.stringMatching(/ rejected$/),
    ]);
    // The partner is asked once, and told once how it ended.
    expect(ends.filter((end) => end.startsWith("letter"))).toEqual([
      "letter-asked-back executed",
      "letter-asked-back executed",
      "letter executed",
    ]);
  });

  test("keeps no verdict from being given while the note is sent, and loses none", async () => {
    const one = await asked("meanwhile");
    let begun = (): void => undefined;
    const sending = new Promise<void>((resume) => (begun = resume));
    let send = (): void => undefined;
    const held = new Promise<void>((resume) => (send = resume));
    beforeNote = async () => {
      begun();
      await held;
    };
    await moved(one, { move: "ask", words: "which competitor is it" });
    await sending;
    expect(await answer(system, one.caseId, "approve", one.question)).toMatchObject({ kind: "taken" });
    beforeNote = undefined;
    send();
    expect(await result(one)).toEqual({ outcomes: ["executed"] });
    expect(await notesAfter(one)).toHaveLength(1);
  });

  test("is never a question to people itself: the note is left out, and its case says so", async () => {
    const one = await asked("unasked");
    notesAskPeople = true;
    await moved(one, { move: "ask", words: "which competitor is it" });
    await eventually(async () => {
      const { rows } = await system.pool.query(
        "select from decision where company = $1 and case_id = $2 and policy_id = 'crm-note' and verdict = 'escalate'",
        [system.company, one.caseId],
      );
      return rows.length === 1 ? true : undefined;
    }, 30_000);
    await answer(system, one.caseId, "approve", one.question);
    expect(await result(one)).toEqual({ outcomes: ["executed"] });
    notesAskPeople = false;
    expect(await endsOf(one)).toContain("crm-note-asked-back withheld");
    const open = await system.pool.query("select from escalation where company = $1 and case_id = $2", [
      system.company,
      one.caseId,
    ]);
    expect(open.rowCount).toBe(1);
    expect(await notesAfter(one)).toEqual([]);
  });
});
