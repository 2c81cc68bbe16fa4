import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acceptEvents } from "../../../gateway/inbox/accept.ts";
import { createGroupCommit } from "../../../gateway/inbox/group-commit.ts";
import { incomingEvent, keptEvents } from "../../fixtures/inbox.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

/** A write that answers each number doubled, fails for a 13, and remembers its batches. */
function doubling({ delayMs = 5 } = {}) {
  const batches: number[][] = [];
  const write = async (rows: readonly number[]) => {
    batches.push([...rows]);
    await new Promise((resume) => setTimeout(resume, delayMs));
    if (rows.includes(13)) throw new Error("thirteen");
    return rows.map((row) => row * 2);
  };
  return { batches, group: createGroupCommit(write) };
}

describe("callers share a commit", () => {
  test("the first goes at once, those who come meanwhile go together, each gets its own answers", async () => {
    const { batches, group } = doubling();
    const first = group.submit([1]);
    await new Promise((resume) => setImmediate(resume));
    const answers = await Promise.all([first, group.submit([2, 3]), group.submit([4])]);
    expect(answers).toEqual([[2], [4, 6], [8]]);
    expect(batches).toEqual([[1], [2, 3, 4]]);
  });

  test("nobody is left behind who comes in the moment in which the one before is answered", async () => {
    const { group } = doubling({ delayMs: 0 });
    for (let steps = 0; steps < 12; steps += 1) {
      await group.submit([1]);
      for (let step = 0; step < steps; step += 1) await Promise.resolve();
      expect(await group.submit([2])).toEqual([4]);
    }
  });

  test("no commit takes more than 200 rows, and no caller's rows are split", async () => {
    const { batches, group } = doubling({ delayMs: 1 });
    const callers = Array.from({ length: 10 }, () => group.submit(Array.from({ length: 60 }, () => 1)));
    await Promise.all(callers);
    expect(batches.map((batch) => batch.length)).toEqual([180, 180, 180, 60]);
  });

  test("a caller with more rows than that goes alone", async () => {
    const { batches, group } = doubling({ delayMs: 1 });
    const many = Array.from({ length: 300 }, () => 1);
    await Promise.all([group.submit([1]), group.submit([2]), group.submit(many), group.submit([3])]);
    expect(batches.map((batch) => batch.length)).toEqual([2, 300, 1]);
  });

  test("nobody is answered before the commit", async () => {
    let commit = () => {};
    const group = createGroupCommit(
      (rows: readonly number[]) =>
        new Promise<readonly number[]>((resolve) => {
          commit = () => resolve(rows);
        }),
    );
    let answered = false;
    const caller = group.submit([1]).then(() => {
      answered = true;
    });
    await new Promise((resume) => setTimeout(resume, 20));
    expect(answered).toBe(false);
    commit();
    await caller;
    expect(answered).toBe(true);
  });

  test("drain waits for everything handed in", async () => {
    const { group } = doubling();
    const done: number[] = [];
    for (const row of [1, 2, 3]) void group.submit([row]).then(() => done.push(row));
    await group.drain();
    expect(done).toEqual([1, 2, 3]);
  });
});

describe("a caller whose rows cannot be kept", () => {
  test("fails alone: the others are written again without it", async () => {
    const { batches, group } = doubling();
    const answers = await Promise.allSettled([
      group.submit([1]),
      group.submit([2]),
      group.submit([13]),
      group.submit([3]),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(batches).toEqual([[1, 2, 13, 3], [1], [2], [13], [3]]);
    expect(await group.submit([4])).toEqual([8]);
  });

  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());

  test("does not take other events with it in the real inbox", async () => {
    const group = createGroupCommit((events: Parameters<typeof acceptEvents>[1]) =>
      acceptEvents(database.pool, events),
    );
    const broken = { ...incomingEvent("broken", { objectId: "9" }), occurredAt: "no time" };
    const events = [incomingEvent("a"), incomingEvent("b"), broken, incomingEvent("c")];
    const outcomes = await Promise.allSettled(events.map((event) => group.submit([event])));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect((await keptEvents(database.pool)).map(({ source_key: key }) => key)).toEqual(["a", "b", "c"]);
  });
});
