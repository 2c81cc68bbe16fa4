import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { giveReply, readStandingAnswer, readToldReply, type GivenAnswer } from "../../audit/ledgers/reply-answers.ts";
import { expectReply, lapseReply, readReply, withdrawReply } from "../../audit/ledgers/replies.ts";
import { readRecords, type LedgerPool } from "../../audit/records.ts";
import { tellStory } from "../../audit/story.ts";
import { ledgerReadTools } from "../../deciding/read-tools.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

const company = "acme";
const OPENED = "2026-03-02T09:00:00.000Z";
const BEFORE = "2026-03-09T08:59:59.999Z";
const DEADLINE = "2026-03-09T09:00:00.000Z";
const AFTER = "2026-03-09T09:00:00.001Z";

let database: TestDatabase;
/** The company's own login. */
let acme: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  acme = await database.poolOf(company);
});
afterAll(() => database.drop());

const caseOf = (correlation: string) => `acme:quoting:crm-deal-${correlation}`;
const named = (correlation: string) => ({ company, correlation });

const awaits = (correlation: string, changes: { at?: string; deadline?: string; caseId?: string } = {}) =>
  expectReply(acme, { ...named(correlation), caseId: caseOf(correlation), at: OPENED, deadline: DEADLINE, ...changes });

function answers(correlation: string, changes: Partial<GivenAnswer> = {}) {
  const at = changes.at ?? BEFORE;
  const given = { ...named(correlation), answer: "accepted", by: "portal", requestKey: `${correlation}/k` };
  return giveReply(acme, { ...given, answeredAt: at, at, ...changes });
}

const story = async (caseId: string) =>
  tellStory((await readRecords(acme, company, caseId)).records).map(({ who, text }) => `${who} ${text}`);

describe("an answer", () => {
  test("in time stands, is told to the case by name alone, and is in its record", async () => {
    expect(await awaits("in-time")).toEqual({ kind: "waiting", deadline: DEADLINE });
    const words = { evidence: "portal:offers/1/acceptance", reason: "fits our plan" };
    expect(await answers("in-time", words)).toMatchObject({ kind: "taken", fresh: true, came: "in-time" });
    expect(await readReply(acme, named("in-time"))).toEqual({ kind: "answered", answer: "accepted" });
    const { rows } = await acme.query("select payload from outbox where payload->>'correlation' = 'in-time'");
    expect(rows).toEqual([{ payload: { caseId: caseOf("in-time"), correlation: "in-time" } }]);
    expect(await story(caseOf("in-time"))).toEqual([
      "mandate awaits the reply to in-time until 2026-03-09 09:00 UTC",
      "portal answers accepted to in-time: fits our plan",
    ]);
  });

  test("that comes early is kept, and found when the case begins to wait", async () => {
    expect(await answers("early", { reason: "at once" })).toMatchObject({ came: "early" });
    expect(await readToldReply(acme, named("early"))).toMatchObject({ reply: null, given: { answer: "accepted" } });
    expect(await awaits("early")).toEqual({ kind: "answered", answer: "accepted" });
    expect((await acme.query("select from outbox where payload->>'correlation' = 'early'")).rowCount).toBe(0);
    expect(await story(caseOf("early"))).toEqual([
      "mandate awaits the reply to early until 2026-03-09 09:00 UTC",
      "portal answers accepted to early, before it was awaited: at once",
    ]);
  });

  test("that came before a case waits, but after the time it waits until, is late", async () => {
    await answers("early-and-late", { at: AFTER });
    expect(await awaits("early-and-late")).toMatchObject({ kind: "waiting" });
    expect(await lapseReply(acme, named("early-and-late"), AFTER)).toEqual({ kind: "lapsed", late: "accepted" });
  });

  test("that comes late is kept and told, and changes nothing", async () => {
    await awaits("late");
    expect(await lapseReply(acme, named("late"), DEADLINE)).toEqual({ kind: "lapsed", late: null });
    // Said in time, but the ledger has closed the matter.
    expect(await answers("late", { at: AFTER, answeredAt: BEFORE })).toMatchObject({ kind: "taken", came: "late" });
    expect(await readReply(acme, named("late"))).toEqual({ kind: "lapsed", late: "accepted" });
    expect(await readStandingAnswer(acme, named("late"))).toBeUndefined();
    expect((await acme.query("select from outbox where payload->>'correlation' = 'late'")).rowCount).toBe(1);
    expect((await story(caseOf("late"))).slice(1)).toEqual([
      "mandate has waited for the reply to late until 2026-03-09 09:00 UTC in vain",
      "portal answers accepted to late, too late",
    ]);
  });

  test("given again is the same answer, whoever gives it and under whatever key", async () => {
    await awaits("double");
    const first = await answers("double", { evidence: "e" });
    const again = { ...first, fresh: false };
    expect(await answers("double", { evidence: "e", at: AFTER })).toEqual(again);
    expect(await answers("double", { evidence: "e", by: "dana", requestKey: "double/other" })).toEqual(again);
    expect((await readRecords(acme, company, caseOf("double"))).records).toHaveLength(2);
  });

  test.for([
    ["another word", { answer: "declined" }],
    ["other evidence", { evidence: "mail:7" }],
  ] as const)(
    "%s after the first is refused with what stands; under the first's key it is another request",
    async ([name, other]) => {
      const correlation = `contrary-${name.replace(" ", "-")}`;
      await awaits(correlation);
      await answers(correlation);
      const standing = { answer: "accepted", answeredAt: BEFORE };
      const requestKey = `${correlation}/other`;
      expect(await answers(correlation, { ...other, requestKey })).toEqual({ kind: "answered-otherwise", standing });
      expect(await answers(correlation, other)).toEqual({ kind: "key-reused" });
      expect(await readReply(acme, named(correlation))).toEqual({ kind: "answered", answer: "accepted" });
    },
  );

  test("under a key that brought another answer is refused", async () => {
    await answers("one-key", { requestKey: "shared" });
    expect(await answers("other-key", { requestKey: "shared" })).toEqual({ kind: "key-reused" });
  });

  test("of many at once, one wins", async () => {
    await awaits("race");
    const words = ["accepted", "declined", "countered"];
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, n) => answers("race", { answer: words[n % 3] ?? "", requestKey: `race/${n}` })),
    );
    expect(outcomes.filter((outcome) => outcome.kind === "taken" && outcome.fresh)).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === "taken")).toHaveLength(4);
    expect(outcomes.filter(({ kind }) => kind === "answered-otherwise")).toHaveLength(8);
  });
});

describe("the deadline", () => {
  test("is the last instant that is in time, whatever comes in which order", async () => {
    let n = 0;
    const deadlineMs = Date.parse(DEADLINE);
    const near = fc.integer({ min: -2, max: 2 }).map((ms) => new Date(deadlineMs + ms).toISOString());
    const step = fc.record({ what: fc.constantFrom("lapse", "answer"), at: near });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        const correlation = `boundary-${n++}`;
        await awaits(correlation);
        let model: "waiting" | "answered" | "lapsed" = "waiting";
        for (const { what, at } of steps) {
          if (what === "lapse") await lapseReply(acme, named(correlation), at);
          else await answers(correlation, { at });
          if (model !== "waiting") continue;
          if (what === "lapse" && at >= DEADLINE) model = "lapsed";
          // The first answer is the only one: a late one leaves nothing to come in time.
          if (what === "answer") {
            if (at > DEADLINE) break;
            model = "answered";
          }
        }
        expect((await readReply(acme, named(correlation))).kind).toBe(model);
      }),
      { numRuns: 60 },
    );
  });

  test("at its very instant, answer and lapse that come at once agree on who was first", async () => {
    for (let n = 0; n < 20; n += 1) {
      const correlation = `at-once-${n}`;
      await awaits(correlation);
      const [given, state] = await Promise.all([
        answers(correlation, { at: DEADLINE }),
        lapseReply(acme, named(correlation), DEADLINE),
      ]);
      const came = given.kind === "taken" ? given.came : "";
      expect([
        ["in-time", "answered"],
        ["late", "lapsed"],
      ]).toContainEqual([came, state.kind]);
      expect((await readReply(acme, named(correlation))).kind).toBe(state.kind);
    }
  });
});

describe("waiting", () => {
  test("told twice is one; until another time it is moved, in the record too", async () => {
    await awaits("moved");
    await awaits("moved", { at: BEFORE });
    expect(await awaits("moved", { deadline: "2026-04-01T00:00:00.000Z" })).toMatchObject({ kind: "waiting" });
    expect(await lapseReply(acme, named("moved"), AFTER)).toMatchObject({ kind: "waiting" });
    expect(await story(caseOf("moved"))).toEqual([
      "mandate awaits the reply to moved until 2026-03-09 09:00 UTC",
      "mandate awaits the reply to moved until 2026-04-01 00:00 UTC",
    ]);
  });

  test("that was withdrawn may begin again, and finds what came meanwhile; an answer is not withdrawn", async () => {
    await awaits("withdrawn");
    expect(await withdrawReply(acme, named("withdrawn"), OPENED)).toEqual({ kind: "withdrawn" });
    expect(await answers("withdrawn")).toMatchObject({ came: "early" });
    expect(await awaits("withdrawn")).toEqual({ kind: "answered", answer: "accepted" });
    expect(await withdrawReply(acme, named("withdrawn"), OPENED)).toEqual({ kind: "answered", answer: "accepted" });
  });

  test("for what another case waits for is refused: nobody could tell whose the answer is", async () => {
    await awaits("taken");
    await expect(awaits("taken", { caseId: "acme:quoting:crm-deal-other" })).rejects.toThrow(
      "the reply to `taken` is awaited by acme:quoting:crm-deal-taken",
    );
  });

  test("is not undone once it ended: the database refuses", async () => {
    await awaits("settled");
    await answers("settled");
    const undone = acme.query("update reply set state = 'waiting', closed_at = null where correlation = 'settled'");
    await expect(undone).rejects.toThrow("APPEND_ONLY: reply settled of acme is answered for ever");
    const forged = acme.query("update reply set state = 'answered', closed_at = now() where correlation = 'moved'");
    await expect(forged).rejects.toThrow(/foreign key/);
  });
});

test("a decision can rest on the answer that stands, with who gave it and its proof", async () => {
  const read = (correlation: string) =>
    ledgerReadTools(acme, () => AFTER)["ledger.reply"]?.read(company, { correlation });
  await awaits("read");
  expect(await read("read")).toBeUndefined();
  await answers("read", { evidence: "portal:offers/9" });
  expect(await read("read")).toEqual({
    source: { source: "ledger.reply", ref: "read", version: BEFORE, observedAt: AFTER },
    value: { answer: "accepted", answeredAt: BEFORE, by: "portal", evidence: "portal:offers/9" },
  });
});

test("another company has a reply of its own under the same reference", async () => {
  const globex = await database.poolOf("globex");
  await awaits("shared-name");
  await answers("shared-name");
  expect(await readToldReply(globex, { company: "globex", correlation: "shared-name" })).toBeUndefined();
  expect((await globex.query("select from reply")).rowCount).toBe(0);
  expect((await globex.query("select from reply_answer")).rowCount).toBe(0);
  await expect(readReply(globex, named("shared-name"))).rejects.toThrow("nobody awaits");
});
