import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groupCommit, type Written } from "../../db/group-commit.ts";

/** A writer that is let go by hand, and remembers its batches. */
function heldWriter() {
  const batches: (readonly number[])[] = [];
  const goes: (() => void)[] = [];
  const write = async (batch: readonly number[]): Promise<readonly Written<string>[]> => {
    batches.push(batch);
    await new Promise<void>((go) => goes.push(go));
    return batch.map((item) => ({ kind: "written", answer: `kept ${item}` }));
  };
  const next = async () => {
    while (goes.length === 0) await turn();
    goes.shift()?.();
    await turn();
  };
  return { batches, write, next };
}

const turn = () => new Promise((resume) => setImmediate(resume));

describe("a batch", () => {
  test("of one is written at once when nothing is under way", async () => {
    const { batches, write, next } = heldWriter();
    const { submit } = groupCommit({ write, maxBatch: 10 });
    const answer = submit(1);
    await turn();
    expect(batches).toEqual([[1]]);
    await next();
    expect(await answer).toBe("kept 1");
  });

  test("takes everyone who came while the one before it was written, first come first", async () => {
    const { batches, write, next } = heldWriter();
    const { submit } = groupCommit({ write, maxBatch: 10 });
    const first = submit(0);
    await turn();
    const rest = [1, 2, 3].map(submit);
    await turn();
    expect(batches).toEqual([[0]]);
    await next();
    expect(batches).toEqual([[0], [1, 2, 3]]);
    await next();
    expect(await Promise.all([first, ...rest])).toEqual(["kept 0", "kept 1", "kept 2", "kept 3"]);
  });

  test("is never larger than its bound, and leaves nobody waiting behind those who came later", async () => {
    const { batches, write, next } = heldWriter();
    const { submit } = groupCommit({ write, maxBatch: 2 });
    const answers = [0, 1, 2, 3, 4].map(submit);
    for (let round = 0; round < 3; round += 1) await next();
    await Promise.all(answers);
    expect(batches).toEqual([[0, 1], [2, 3], [4]]);
  });
});

describe("two writers", () => {
  test("write two batches at a time, and whoever comes meanwhile goes with the one that is free first", async () => {
    const { batches, write, next } = heldWriter();
    const { submit } = groupCommit({ write, maxBatch: 2, writers: 2 });
    const answers = [0, 1, 2, 3, 4].map(submit);
    await turn();
    expect(batches).toEqual([
      [0, 1],
      [2, 3],
    ]);
    await next();
    expect(batches[2]).toEqual([4]);
    await next();
    await next();
    expect(await Promise.all(answers)).toEqual(["kept 0", "kept 1", "kept 2", "kept 3", "kept 4"]);
  });

  test("are both waited for by drain", async () => {
    const { write, next } = heldWriter();
    const { submit, drain } = groupCommit({ write, maxBatch: 1, writers: 2 });
    const answers = [0, 1].map(submit);
    let drained = false;
    const done = drain().then(() => (drained = true));
    await next();
    expect(drained).toBe(false);
    await next();
    await done;
    await Promise.all(answers);
  });
});

describe("a failure", () => {
  test("of one item is told to its own caller, the others are answered", async () => {
    const { submit } = groupCommit<number, number>({
      write: (batch) =>
        Promise.resolve(
          batch.map((item) =>
            item === 1 ? { kind: "failed", error: new Error("no 1") } : { kind: "written", answer: item },
          ),
        ),
      maxBatch: 10,
    });
    const ended = await Promise.allSettled([0, 1, 2].map(submit));
    expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  test.for<[string, () => Promise<readonly Written<number>[]>]>([
    ["of the writer", () => Promise.reject(new Error("cannot be sent"))],
    [
      "of a writer that throws at once",
      () => {
        throw new Error("no pool");
      },
    ],
    ["to answer for every item", () => Promise.resolve([])],
  ])("%s fails the callers whose items fail alone too, and the next batch is written", async ([, fail]) => {
    const { submit } = groupCommit<number, number>({
      write: (batch) =>
        batch.includes(1) ? fail() : Promise.resolve(batch.map((item) => ({ kind: "written", answer: item }))),
      maxBatch: 10,
    });
    const ended = await Promise.allSettled([0, 1, 2].map(submit));
    expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await submit(3)).toBe(3);
  });
});

test("whenever somebody comes, they are answered with their own item, and drain waits for them", async () => {
  const waits = fc.array(fc.nat(12), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(
      waits,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      async (pauses, maxBatch, writers) => {
        const { submit, drain } = groupCommit<number, number>({
          write: (batch) => Promise.resolve(batch.map((item) => ({ kind: "written", answer: item }))),
          maxBatch,
          writers,
        });
        const answers = pauses.map(async (pause, item) => {
          for (let tick = 0; tick < pause; tick += 1) await Promise.resolve();
          return submit(item);
        });
        await Promise.all(answers);
        const last = submit(-1);
        await drain();
        expect(await Promise.race([last, Promise.resolve("left behind")])).toBe(-1);
        expect(await Promise.all(answers)).toEqual(pauses.map((_, item) => item));
      },
    ),
  );
});
