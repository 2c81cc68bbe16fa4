import { expect, inject, test } from "vitest";
import { mostLost, playBacklog } from "../soak/backlog-play.ts";

/** `npm run soak backlog` plays the same with fifteen times as many. */
const play = { cases: 60, kills: 3, everyMs: 1_500, patienceMs: 240_000 };

test(
  "60 cases wait while the worker is killed three times: all come out once, and little is done twice",
  {
    timeout: 300_000,
  },
  async () => {
    const engines = { postgresUrl: inject("postgresUrl"), temporalAddress: inject("temporalAddress") };
    const drained = await playBacklog({ engines, ...play });
    expect(drained).toMatchObject({ ends: { executed: 40, asked: 20 }, deaths: 3 });
    expect(drained.lostTasks).toBeLessThanOrEqual(mostLost(play).tasks);
    const twice = Object.values(drained.twice).reduce((sum, times) => sum + times, 0);
    expect(twice).toBeLessThanOrEqual(mostLost(play).activities);
  },
);
