import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFreeModelLedger } from "../../audit/ledgers/model-turns.ts";
import { storeFindings, type StoredFindings } from "../../audit/ledgers/turns.ts";
import { recordKeys } from "../../audit/record-keys.ts";
import { readRecord } from "../../audit/records.ts";
import { turnKeyOf, type ModelCall } from "../../domain/model-call.ts";
import { AT, stepNames } from "../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

function findingsOf(step: string): StoredFindings {
  const turnKey = turnKeyOf(stepNames(step).stepKey, "intelligence");
  const prompt = { model: "offline", offline: true, promptDigest: "p", requestDigests: [] };
  return { findings: [], evidence: [], citation: { turnKey, role: "intelligence", ...prompt } };
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
    await storeFindings(database.pool, stepNames("kept"), findingsOf("kept"), { calls, at: AT });
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
    await storeFindings(database.pool, stepNames("kept"), findingsOf("kept"), { calls, at: AT });
    expect(await keptOf("kept")).toMatchObject(both);
    expect(ledger.take(call("kept", 0).turnKey)).toEqual([]);
  });

  test("of an attempt that left nothing are asked again, and only those of the last attempt are kept", async () => {
    const ledger = createFreeModelLedger();
    await ledger.readThrough(call("again", 0), answer("lost"));
    await ledger.readThrough(call("again", 1), answer("lost too"));
    await ledger.readThrough(call("again", 0), answer("kept"));
    const calls = ledger.take(call("again", 0).turnKey);
    await storeFindings(database.pool, stepNames("again"), findingsOf("again"), { calls, at: AT });
    expect(await keptOf("again")).toMatchObject({ calls: [{ response: '{"text":"kept"}' }] });
  });

  test("that fail pass the failure on and keep nothing", async () => {
    const ledger = createFreeModelLedger();
    const failing = () => Promise.reject(new Error("model down"));
    await expect(ledger.readThrough(call("down", 0), failing)).rejects.toThrow("model down");
    expect(ledger.take(call("down", 0).turnKey)).toEqual([]);
  });
});
