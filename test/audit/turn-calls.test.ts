import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFreeModelLedger } from "../../audit/ledgers/model-turns.ts";
import { storeFindings } from "../../audit/ledgers/turns.ts";
import { turnKeyOf, type ModelCall } from "../../domain/model-call.ts";
import { stepNames } from "../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const citation = { role: "intelligence", promptHash: "p", toolSchemaHash: "t", requestDigests: [], offline: true };
const findings = { findings: [], evidence: [], citation } as unknown as Parameters<typeof storeFindings>[2];

function call(step: string, seq: number): ModelCall {
  const names = stepNames(step);
  const turnKey = turnKeyOf(names.stepKey, "intelligence");
  const asked = { requestDigest: `digest-${seq}`, model: "offline", offline: true, request: { seq } };
  return { company: names.company, caseId: names.caseId, turnKey, seq, ...asked };
}

const answer = (text: string) => async () => ({ response: { text }, usage: { inputTokens: 3, outputTokens: 5 } });

async function keptOf(step: string) {
  const { rows } = await database.pool.query<{ seq: number; response: string; state: string }>(
    "select seq, response, state, input_tokens, output_tokens from model_turn where turn_key = $1 order by seq",
    [turnKeyOf(stepNames(step).stepKey, "intelligence")],
  );
  return rows.map(({ seq, response, state }) => [seq, JSON.parse(response) as object, state]);
}

describe("the calls of a free model", () => {
  test("are durable with what their turn leaves, each once and in order", async () => {
    const ledger = createFreeModelLedger();
    await ledger.readThrough(call("kept", 0), answer("first"));
    expect(await ledger.readThrough(call("kept", 1), answer("second"))).toEqual({ text: "second" });
    expect(await keptOf("kept")).toEqual([]);
    const calls = ledger.take(call("kept", 0).turnKey);
    await storeFindings(database.pool, stepNames("kept"), findings, calls);
    const both = [
      [0, { text: "first" }, "done"],
      [1, { text: "second" }, "done"],
    ];
    expect(await keptOf("kept")).toEqual(both);
    await storeFindings(database.pool, stepNames("kept"), findings, calls);
    expect(await keptOf("kept")).toEqual(both);
    expect(ledger.take(call("kept", 0).turnKey)).toEqual([]);
  });

  test("of an attempt that left nothing are asked again, and only those of the last attempt are kept", async () => {
    const ledger = createFreeModelLedger();
    await ledger.readThrough(call("again", 0), answer("lost"));
    await ledger.readThrough(call("again", 1), answer("lost too"));
    await ledger.readThrough(call("again", 0), answer("kept"));
    const calls = ledger.take(call("again", 0).turnKey);
    await storeFindings(database.pool, stepNames("again"), findings, calls);
    expect(await keptOf("again")).toEqual([[0, { text: "kept" }, "done"]]);
  });

  test("that fail pass the failure on and keep nothing", async () => {
    const ledger = createFreeModelLedger();
    const failing = () => Promise.reject(new Error("model down"));
    await expect(ledger.readThrough(call("down", 0), failing)).rejects.toThrow("model down");
    expect(ledger.take(call("down", 0).turnKey)).toEqual([]);
  });
});
