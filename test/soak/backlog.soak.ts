import { expect, inject, test } from "vitest";
import { mostLost, playBacklog } from "./backlog-play.ts";

const CASES = 900;
const KILLS = 20;
const EVERY_MS = 3_000;
const PATIENCE_MS = 20 * 60_000;

test(`${CASES} cases wait while the worker is killed ${KILLS} times`, { timeout: 2 * PATIENCE_MS }, async () => {
  const engines = { postgresUrl: inject("postgresUrl"), temporalAddress: inject("temporalAddress") };
  const play = { engines, cases: CASES, kills: KILLS, everyMs: EVERY_MS, patienceMs: PATIENCE_MS };
  const drained = await playBacklog(play);
  console.log(JSON.stringify(drained));
  expect(drained).toMatchObject({ ends: { executed: (CASES / 3) * 2, asked: CASES / 3 }, deaths: KILLS });
  const most = mostLost(play);
  expect(drained.lostTasks).toBeLessThanOrEqual(most.tasks);
  expect(Object.values(drained.twice).reduce((sum, times) => sum + times, 0)).toBeLessThanOrEqual(most.activities);
});
