import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFreeModelLedger, createModelLedger } from "../../audit/ledgers/model-turns.ts";
import type { KeptCall } from "../../audit/ledgers/model-turns.ts";
import { recordProposal } from "../../audit/ledgers/turns.ts";
import { recordKeys } from "../../audit/record-keys.ts";
import { readRecord } from "../../audit/records.ts";
import { turnKeyOf, type ModelCall } from "../../domain/model-call.ts";
import { AT, stepNames, turnOf } from "../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** Keeps a proposal to which Intelligence came by these calls. */
async function keep(step: string, calls: readonly KeptCall[]): Promise<void> {
  const names = stepNames(step);
  const { citation } = turnOf(names, "intelligence");
  const chain = { findings: [], sources: [], reasoning: "asked", turns: [], origin: "agents" as const };
  const action = { tool: "quotes.approve-discount", args: {} };
  const draft = { actionId: "quoting", action, recordVersion: "1", chain, at: AT };
  const prompted = { ...citation, model: "offline", promptDigest: "p" };
  const intelligence = { citation: prompted, calls };
  await recordProposal(database.pool, names, draft, { intelligence, orchestration: turnOf(names, "orchestration") });
}

function call(step: string, seq: number): ModelCall {
  const names = stepNames(step);
  const turnKey = turnKeyOf(names.stepKey, "intelligence");
  const asked = { requestDigest: `digest-${seq}`, model: "offline", offline: true, request: { seq } };
  return { company: names.company, caseId: names.caseId, turnKey, seq, ...asked };
}

const answer = (text: string) => async () => ({ response: { text }, usage: { inputTokens: 3, outputTokens: 5 } });

async function keptOf(step: string) {
  const { company, stepKey } = stepNames(step);
  const record = await readRecord(database.pool, company, recordKeys.turn(turnKeyOf(stepKey, "intelligence")));
  return record?.body;
}

describe("the calls of a free model", () => {
  test("are durable with what their turn leaves, each once and in order", async () => {
    const ledger = createFreeModelLedger();
    await ledger.readThrough(call("kept", 0), answer("first"));
    expect(await ledger.readThrough(call("kept", 1), answer("second"))).toEqual({ text: "second" });
    expect(await keptOf("kept")).toBeUndefined();
    const calls = ledger.take(call("kept", 0).turnKey);
    await keep("kept", calls);
    const both = {
      role: "intelligence",
      model: "offline",
      offline: true,
      promptDigest: "p",
      usage: { inputTokens: 6, outputTokens: 10 },
      calls: [
        { requestDigest: "digest-0", request: { seq: 0 }, response: '{"text":"first"}' },
        { requestDigest: "digest-1", request: { seq: 1 }, response: '{"text":"second"}' },
      ],
    };
    expect(await keptOf("kept")).toMatchObject(both);
    await keep("kept", calls);
    expect(await keptOf("kept")).toMatchObject(both);
    expect(ledger.take(call("kept", 0).turnKey)).toEqual([]);
  });

  test("of an attempt that left nothing are asked again, and only those of the last attempt are kept", async () => {
    const ledger = createFreeModelLedger();
    await ledger.readThrough(call("again", 0), answer("lost"));
    await ledger.readThrough(call("again", 1), answer("lost too"));
    await ledger.readThrough(call("again", 0), answer("kept"));
    const calls = ledger.take(call("again", 0).turnKey);
    await keep("again", calls);
    expect(await keptOf("again")).toMatchObject({ calls: [{ response: '{"text":"kept"}' }] });
  });

  test("that fail pass the failure on and keep nothing", async () => {
    const ledger = createFreeModelLedger();
    const failing = () => Promise.reject(new Error("model down"));
    await expect(ledger.readThrough(call("down", 0), failing)).rejects.toThrow("model down");
    expect(ledger.take(call("down", 0).turnKey)).toEqual([]);
  });
});

describe("the calls of a paid model", () => {
  const paidLedger = () => createModelLedger(database.pool, { leaseMs: 30_000 });
  const recorded = (text: string) => ({
    calls: [{ requestDigest: "digest-0", request: { seq: 0 }, response: JSON.stringify({ text }) }],
    usage: { inputTokens: 3, outputTokens: 5 },
  });

  test("are recorded with what their turn leaves", async () => {
    const ledger = paidLedger();
    await ledger.readThrough(call("paid", 0), answer("bought"));
    const calls = ledger.take(call("paid", 0).turnKey);
    await keep("paid", calls);
    expect(await keptOf("paid")).toMatchObject(recorded("bought"));
  });

  test("are recorded just so by an attempt that reads the answer another one paid for and did not live to use", async () => {
    await paidLedger().readThrough(call("read", 0), answer("bought"));
    const ledger = paidLedger();
    await ledger.readThrough(call("read", 0), () => Promise.reject(new Error("nobody pays twice")));
    const calls = ledger.take(call("read", 0).turnKey);
    await keep("read", calls);
    expect(await keptOf("read")).toMatchObject(recorded("bought"));
  });
});
