import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { startPump } from "../../db/pump.ts";
import { keptLog } from "../fixtures/log.ts";

const NEVER_MS = 3_600_000;

/** A pump that counts its rounds; each takes `roundMs`. */
function counting({ roundMs = 0, pollMs = NEVER_MS, fail = false } = {}) {
  const rounds: number[] = [];
  let underWay = 0;
  let most = 0;
  const { log, lines } = keptLog();
  const pump = startPump(
    async () => {
      rounds.push(performance.now());
      underWay += 1;
      most = Math.max(most, underWay);
      await setTimeout(roundMs);
      underWay -= 1;
      if (fail) throw new Error("no");
    },
    log,
    pollMs,
  );
  return { pump, rounds, lines, mostAtOnce: () => most, busy: () => underWay };
}

test("looks once at the start, and at once when poked after a rest", async () => {
  const { pump, rounds } = counting();
  await setTimeout(60);
  expect(rounds).toHaveLength(1);
  const pokedMs = performance.now();
  pump.poke();
  await setTimeout(15);
  expect(rounds).toHaveLength(2);
  expect((rounds[1] ?? 0) - pokedMs).toBeLessThan(15);
  await pump.stop();
});

test("takes many pokes as one, never runs two rounds at a time and keeps 20 ms between them", async () => {
  const { pump, rounds, mostAtOnce } = counting({ roundMs: 5 });
  for (let poke = 0; poke < 100; poke += 1) {
    pump.poke();
    await setTimeout(1);
  }
  await pump.stop();
  const gapsMs = rounds.slice(1).map((at, index) => at - (rounds[index] ?? 0));
  expect(mostAtOnce()).toBe(1);
  expect(rounds.length).toBeGreaterThan(2);
  expect(Math.min(...gapsMs)).toBeGreaterThan(18);
});

test("a poke during a round is followed by another round", async () => {
  const { pump, rounds } = counting({ roundMs: 30 });
  await setTimeout(5);
  pump.poke();
  await setTimeout(60);
  expect(rounds).toHaveLength(2);
  await pump.stop();
});

test("looks by itself as often as it is told to", async () => {
  const { pump, rounds } = counting({ pollMs: 30 });
  await setTimeout(200);
  await pump.stop();
  expect(rounds.length).toBeGreaterThan(3);
});

test("a failed round is logged and does not end it", async () => {
  const { pump, rounds, lines } = counting({ fail: true });
  await setTimeout(30);
  pump.poke();
  await setTimeout(30);
  await pump.stop();
  expect(rounds).toHaveLength(2);
  expect(lines.map(({ msg }) => msg)).toEqual(["round failed", "round failed"]);
});

test("stop waits for the round under way, and no poke wakes it again", async () => {
  const { pump, rounds, busy } = counting({ roundMs: 50 });
  await setTimeout(5);
  expect(busy()).toBe(1);
  await pump.stop();
  expect(busy()).toBe(0);
  pump.poke();
  await setTimeout(40);
  expect(rounds).toHaveLength(1);
});
