import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beginEffect, settleEffect } from "../../audit/ledgers/effects.ts";
import { recordKeys, relationshipLogOf } from "../../audit/record-keys.ts";
import { readRecord, readRecords } from "../../audit/records.ts";
import { AT, givenDecision, stepNames } from "../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const receipt = { externalRef: "QA-1", answeredAt: AT };

/** An effect of a decision with these facts, begun and settled as `state`. */
async function settled(step: string, facts: { [name: string]: string | number }, state: "done" | "failed" = "done") {
  const { pool } = database;
  const names = stepNames(step);
  const { permit } = await givenDecision(pool, names, { facts });
  const effect = await beginEffect(pool, permit, { functionId: "quoting", at: AT });
  if (effect.state !== "intent") throw new Error(effect.state);
  const settlement = state === "done" ? { state, receipt } : { state, detail: "refused" };
  await settleEffect(pool, permit, settlement, AT, effect);
  await settleEffect(pool, permit, settlement, AT, effect);
  return names;
}

describe("what is done with a partner", () => {
  test("is told once in the log of both companies, and the receipt rests on that leaf", async () => {
    const { stepKey, caseId } = await settled("joint", { partner: "partner 7/b", effectiveDiscount: 150_000 });
    const joint = await readRecord(database.pool, "acme", recordKeys.commitment(stepKey));
    expect(joint).toMatchObject({
      log: "acme~partner%207%2Fb",
      caseId,
      n: 1,
      body: { effectKey: stepKey, tool: "quotes.approve-discount", args: { quoteId: "Q-1" }, externalRef: "QA-1" },
    });
    const { records, intact } = await readRecords(database.pool, "acme", caseId);
    expect(intact).toBe(true);
    const last = records.at(-1);
    expect(last).toMatchObject({ kind: "receipt", body: { commitment: relationshipLogOf("acme", "partner 7/b") } });
    expect(last?.parents).toContain(joint?.digest);
  });

  test.for([
    ["was refused", { partner: "partner-7" }, "failed"],
    ["concerns no partner", { effectiveDiscount: 1 }, "done"],
  ] as const)("is no commitment when it %s", async ([name, facts, state]) => {
    const { stepKey } = await settled(name, facts, state);
    expect(await readRecord(database.pool, "acme", recordKeys.commitment(stepKey))).toBeUndefined();
    const kept = await readRecord(database.pool, "acme", recordKeys.receipt(stepKey, state));
    expect(kept?.body).toMatchObject({ state, commitment: null });
  });
});
