import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moveQuestion } from "../../../audit/ledgers/escalation-moves.ts";
import { differences, type Seen } from "../../../gateway/changes/differences.ts";
import { startChangeFeed, type ChangeFeed, type Told } from "../../../gateway/changes/feed.ts";
import { headersOf } from "../../fixtures/api.ts";
import { givenEscalation } from "../../fixtures/asked.ts";
import { keptLog } from "../../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

const seen = (questions: object, looking: object = {}): Seen => ({
  questions: new Map(Object.entries(questions)),
  looking: new Map(Object.entries(looking)),
});
const open = (version: number, state = "open") => ({ version, state, closedMs: null });

describe("what is otherwise than at the look before", () => {
  test.for([
    ["nothing", seen({ one: open(1) }), seen({ one: open(1) }), []],
    ["a new question", seen({}), seen({ one: open(1) }), [["escalation", "one"]]],
    ["a moved one", seen({ one: open(1) }), seen({ one: open(2) }), [["escalation", "one"]]],
    [
      "one that was done since",
      seen({ one: open(2, "approved") }),
      seen({ one: open(2, "executed") }),
      [["escalation", "one"]],
    ],
    ["somebody who looks", seen({ one: open(1) }), seen({ one: open(1) }, { one: ["dana"] }), [["presence", "one"]]],
    ["nobody who looks any more", seen({}, { one: ["dana"] }), seen({}), [["presence", "one"]]],
  ] as const)("%s", ([, before, now, told]) => {
    const found = differences(before, now).map((change) => [
      change.kind,
      "escalationId" in change ? change.escalationId : "",
    ]);
    expect(found).toEqual(told);
  });
});

describe("the feed", () => {
  let database: TestDatabase;
  let feed: ChangeFeed;
  beforeAll(async () => {
    database = await testDatabase();
    await headersOf(database.pool, "dana", "partner-manager");
    feed = startChangeFeed({ pool: database.pool, company: "acme", log: keptLog().log, everyMs: 20 });
  });
  afterAll(async () => {
    await feed.stop();
    await database.drop();
  });

  const take = (escalationId: string) =>
    moveQuestion(database.pool, {
      company: "acme",
      escalationId,
      personId: "dana",
      role: "partner-manager",
      at: new Date().toISOString(),
      move: "take",
    });
  const isAbout = (escalationId: string) => (told: Told) =>
    told.change.kind === "escalation" && told.change.escalationId === escalationId;

  test("tells who comes back with the last id what was missed, in order and once; with a strange one that all is to be read", async () => {
    const { escalationId } = await givenEscalation(database.pool, "feed");
    const [heard, stays]: [Told[], Told[]] = [[], []];
    feed.listen(
      undefined,
      (told) => stays.push(told),
      () => {},
    );
    const leave = feed.listen(
      undefined,
      (told) => heard.push(told),
      () => {},
    );
    await expect.poll(() => heard.map(({ change }) => change.kind)).toContain("sync");
    leave();
    const last = heard.at(-1)?.id;
    await take(escalationId);
    await expect.poll(() => stays.some(isAbout(escalationId))).toBe(true);
    const missed: Told[] = [];
    feed.listen(
      last,
      (told) => missed.push(told),
      () => {},
    )();
    expect(missed).toEqual(stays.filter(isAbout(escalationId)));
    const strange: Told[] = [];
    feed.listen(
      "another.7",
      (told) => strange.push(told),
      () => {},
    )();
    expect(strange.map(({ change }) => change)).toEqual([{ kind: "sync" }]);
  });

  test("ends for everybody when the gateway stops", async () => {
    let ended = 0;
    feed.listen(
      undefined,
      () => {},
      () => void (ended += 1),
    );
    await feed.stop();
    expect(ended).toBe(1);
  });
});
