import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createModelLedger, TurnInProgress } from "../../audit/ledgers/model-turns.ts";
import type { ModelCall } from "../../domain/model-call.ts";
import { stepNames } from "../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const ledger = () => createModelLedger(database.pool, { leaseMs: 30_000 });

function call(step: string): ModelCall {
  const { company, caseId, stepKey } = stepNames(step);
  const asked = { requestDigest: "d", model: "claude", offline: false, request: { messages: [] } };
  return { company, caseId, turnKey: `${stepKey}/intelligence`, seq: 0, ...asked };
}

/** A model that counts what it is asked. */
function paid(text: string) {
  const asked = { times: 0 };
  const ask = async () => {
    asked.times += 1;
    return { response: { text }, usage: { inputTokens: 3, outputTokens: 5 } };
  };
  return { asked, ask };
}

test("a paid call is made once: whoever asks again reads its answer", async () => {
  const { asked, ask } = paid("yes");
  expect(await ledger().readThrough(call("once"), ask)).toEqual({ text: "yes" });
  expect(await ledger().readThrough(call("once"), ask)).toEqual({ text: "yes" });
  expect(asked.times).toBe(1);
});

test("while one attempt asks, another is told to come back, and for how long to wait", async () => {
  const { asked, ask } = paid("slow");
  let go = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  let begun = () => {};
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const first = ledger().readThrough(call("held"), async () => {
    begun();
    await held;
    return ask();
  });
  await started;
  const second: unknown = await ledger()
    .readThrough(call("held"), ask)
    .catch((error: unknown) => error);
  expect(second).toBeInstanceOf(TurnInProgress);
  expect((second as TurnInProgress).retryAfterMs).toBeGreaterThan(0);
  go();
  expect(await first).toEqual({ text: "slow" });
  expect(asked.times).toBe(1);
});

test("a call that failed gives its claim back: the next attempt asks at once", async () => {
  const failing = () => Promise.reject(new Error("529"));
  await expect(ledger().readThrough(call("failed"), failing)).rejects.toThrow("529");
  const { asked, ask } = paid("now");
  expect(await ledger().readThrough(call("failed"), ask)).toEqual({ text: "now" });
  expect(asked.times).toBe(1);
});

/** Milliseconds of a lease that is waited out here. */
const SHORT_MS = 600;

test("a lease is renewed for as long as its attempt lives", async () => {
  const short = createModelLedger(database.pool, { leaseMs: SHORT_MS });
  const { asked, ask } = paid("at last");
  const first = short.readThrough(call("renewed"), async () => {
    await sleep(3 * SHORT_MS);
    return ask();
  });
  await sleep(2 * SHORT_MS);
  await expect(short.readThrough(call("renewed"), ask)).rejects.toBeInstanceOf(TurnInProgress);
  expect(await first).toEqual({ text: "at last" });
  expect(asked.times).toBe(1);
});

test("a call whose attempt died is taken over once its lease lapses, and what comes late changes nothing", async () => {
  const { company, turnKey, seq, requestDigest } = call("dead");
  let late = () => {};
  const held = new Promise<void>((resolve) => {
    late = resolve;
  });
  const dead = ledger().readThrough(call("dead"), async () => {
    await held;
    return paid("too late").ask();
  });
  await expect(ledger().readThrough(call("dead"), paid("not yet").ask)).rejects.toBeInstanceOf(TurnInProgress);
  await database.pool.query(
    `update model_turn set lease_until = clock_timestamp()
     where company = $1 and turn_key = $2 and seq = $3 and request_digest = $4`,
    [company, turnKey, seq, requestDigest],
  );
  expect(await ledger().readThrough(call("dead"), paid("taken over").ask)).toEqual({ text: "taken over" });
  late();
  expect(await dead).toEqual({ text: "taken over" });
});
