import { expect, inject, test } from "vitest";
import { playBusyModel } from "./busy-model-play.ts";

const FOR_MS = 10 * 60_000;
const PATIENCE_MS = 2 * 60_000;

test("ten minutes of 529 at 2 events a second ask nobody", { timeout: FOR_MS + 10 * 60_000 }, async () => {
  const engines = { postgresUrl: inject("postgresUrl"), temporalAddress: inject("temporalAddress") };
  const waited = await playBusyModel({ engines, forMs: FOR_MS, eventsPerSecond: 2, patienceMs: PATIENCE_MS });
  console.log(JSON.stringify(waited));
  expect(waited).toMatchObject({ ends: { executed: waited.cases }, questions: 0 });
  expect(waited.longestWaitMs).toBeLessThanOrEqual(30_000);
});
