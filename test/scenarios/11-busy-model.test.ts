import { expect, inject, test } from "vitest";
import { playBusyModel } from "../soak/busy-model-play.ts";

/** `npm run soak busy-model` plays ten minutes of it. */
test(
  "45 s of a supplier that answers 529, at 2 events a second: the rules execute all of it and nobody is asked",
  {
    timeout: 240_000,
  },
  async () => {
    const engines = { postgresUrl: inject("postgresUrl"), temporalAddress: inject("temporalAddress") };
    const waited = await playBusyModel({ engines, forMs: 45_000, eventsPerSecond: 2, patienceMs: 120_000 });
    expect(waited).toMatchObject({ ends: { executed: waited.cases }, questions: 0 });
    expect(waited.cases).toBeGreaterThan(30);
    expect(waited.longestWaitMs).toBeLessThanOrEqual(30_000);
    const turns = Object.entries(waited.turns);
    expect(turns.reduce((sum, [, times]) => sum + times, 0)).toBe(3 * waited.cases);
    expect(turns.map(([by]) => by)).toEqual(["mandate-offline-1 for claude-sonnet-5-5: MODEL_UNAVAILABLE"]);
  },
);
