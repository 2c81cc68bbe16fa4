import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { checkModel, pollersOf, tryModel } from "../../app/doctor/model.ts";
import type { DoctorDeps } from "../../app/doctor/finding.ts";
import { loadConfig } from "../../app/config.ts";
import { modelsIn } from "../../app/worker-identity.ts";
import { taskQueue } from "../../temporal.config.ts";
import { startBusySupplier, type BusySupplier } from "../fixtures/busy-model.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

/** The doctor on a supplier over its real protocol, and on a worker that runs. */
let supplier: BusySupplier;
let system: System;
beforeAll(async () => {
  supplier = await startBusySupplier();
  system = await startSystem({ model: { ...supplier.model, fallback: "claude-haiku-5-5" } });
});
afterAll(async () => {
  await system.stop();
  await supplier.stop();
});

const KEY = "test-key-that-nobody-prints";

async function examined() {
  const { baseUrl = "" } = supplier.model;
  const config = loadConfig({ ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: baseUrl });
  const deps: DoctorDeps = {
    pendingMigrations: async () => [],
    now: () => new Date(),
    root: ".",
    externalTemporal: async () => undefined,
    tryModel,
  };
  const findings = await checkModel({ config, deps, runtime: { kind: "absent" }, databaseUrl: undefined });
  expect(JSON.stringify(findings)).not.toContain(KEY);
  return findings[0];
}

test("a key that is good is tried and said to be", async () => {
  supplier.answers();
  expect(await examined()).toMatchObject({ state: "ok", detail: expect.stringMatching(/ answers, the key is good$/) });
});

test.for([
  ["refused-key", "fail", /refused the key with `401` \(MODEL_KEY_REFUSED\)$/, /ANTHROPIC_API_KEY/],
  ["rate-limited", "warn", /\(MODEL_RATE_LIMITED\)$/, /MANDATE_MODEL_CALLS_PER_MINUTE/],
  ["overloaded", "warn", /`529` \(MODEL_UNAVAILABLE\)$/, /MANDATE_MODEL_FALLBACK/],
] as const)("%s is told with its cause and what mends it", async ([how, state, detail, fix]) => {
  supplier.fails(how);
  expect(await examined()).toMatchObject({
    state,
    detail: expect.stringMatching(detail),
    fix: expect.stringMatching(fix),
  });
});

test("a running worker says which models it asks", async () => {
  const place = { namespace: "default", connectionOptions: { address: inject("temporalAddress") } };
  const queue = taskQueue(system.queuePrefix, "agents");
  const identities = await eventually(async () => {
    const found = await pollersOf(place, queue);
    return found.length > 0 ? found : undefined;
  }, 30_000);
  expect(identities.map(modelsIn)).toEqual(["claude-sonnet-5-5, then claude-haiku-5-5"]);
});
