import { expect, test } from "vitest";
import { schedulesOf } from "../../../app/schedules/company-schedules.ts";
import { warranties } from "../../fixtures/dated.ts";
import { functionLike, withFunctions } from "../../fixtures/functions.ts";

const HOUR_MS = 3_600_000;

test("a company sweeps nightly for each function that dates open, ends retention nightly, watches its checkpoints, and verifies the whole", () => {
  const functions = { warranties, others: functionLike("others", [{ kind: "asked" }]) };
  expect(schedulesOf("acme", functions).filter(({ work }) => work !== "reconcile")).toEqual([
    {
      id: "acme:warranties:sweep",
      company: "acme",
      functionId: "warranties",
      work: "sweep",
      everyMs: 24 * HOUR_MS,
      offsetMs: 2 * HOUR_MS,
      jitterMs: HOUR_MS / 2,
      catchUpMs: 24 * HOUR_MS,
    },
    {
      id: "acme:record:retention",
      company: "acme",
      functionId: "record",
      work: "retention",
      everyMs: 24 * HOUR_MS,
      offsetMs: 3.25 * HOUR_MS,
      jitterMs: HOUR_MS / 2,
      catchUpMs: 24 * HOUR_MS,
    },
    {
      id: "acme:record:checkpoint",
      company: "acme",
      functionId: "record",
      work: "checkpoint",
      everyMs: HOUR_MS / 12,
      offsetMs: 0,
      jitterMs: 30_000,
      catchUpMs: 10_000,
    },
    {
      id: "acme:record:verification",
      company: "acme",
      functionId: "record",
      work: "verification",
      everyMs: 12 * HOUR_MS,
      offsetMs: 5 * HOUR_MS,
      jitterMs: HOUR_MS / 2,
      catchUpMs: 6 * HOUR_MS,
    },
  ]);
});

test("what a function did is looked at by the hour, where something takes it back", () => {
  const reconciling = schedulesOf("acme").filter(({ work }) => work === "reconcile");
  expect(reconciling.map(({ functionId, everyMs }) => [functionId, everyMs])).toContainEqual(["quoting", HOUR_MS]);
});

test("protections that ended are looked for by the hour, where others wait for them", () => {
  const telling = schedulesOf("acme").filter(({ work }) => work === "protection");
  expect(telling.map(({ functionId, everyMs }) => [functionId, everyMs])).toEqual([["deal-registration", HOUR_MS]]);
});

test("no schedule is due twice before it has begun, and none makes up for more than one run", () => {
  for (const { everyMs, offsetMs, jitterMs, catchUpMs } of schedulesOf("acme", withFunctions(warranties))) {
    expect(jitterMs).toBeLessThan(everyMs);
    expect(offsetMs).toBeLessThan(everyMs);
    expect(catchUpMs).toBeLessThanOrEqual(everyMs);
  }
});
