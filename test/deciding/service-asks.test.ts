import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerPool } from "../../audit/records.ts";
import { versioned, policiesOf } from "../../deciding/policies.ts";
import { createDecideService, type Asked, type DecideService } from "../../deciding/service.ts";
import type { JsonObject } from "../../domain/json.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";
import { quarterLimit, withLimits } from "../fixtures/limits.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  pool = database.pool;
});
afterAll(() => database.drop());

let companies = 0;
/** The decide service of a company of its own, under quotes' rules and room for 100,000.00 USD of discounts per partner. */
function given() {
  companies += 1;
  const company = `asks-${companies}`;
  const policy = withLimits(quarterLimit({ cap: 10_000_000 }));
  const service = createDecideService({
    pool,
    company,
    policies: policiesOf({ quoting: versioned(policy) }),
    alarm: () => {},
    now: () => new Date().toISOString(),
  });
  const totals = async () => {
    const { rows } = await pool.query<{ used: number; reserved: number }>(
      "select used, reserved from account where company = $1",
      [company],
    );
    const [row] = rows;
    return row && [row.used, row.reserved];
  };
  const records = async (kind: string) => {
    const text = "select count(*)::int as count from audit_record where company = $1 and kind = $2";
    return (await pool.query<{ count: number }>(text, [company, kind])).rows[0]?.count;
  };
  return { service, totals, records };
}

let keys = 0;
/** Asks 12,000.00 USD of discount on the deal Q-1001, under a key of its own. */
function asked(facts: JsonObject = {}, changes: Partial<Asked> = {}): Asked {
  keys += 1;
  const { effectiveDiscount } = facts;
  const all = quoteFacts({
    ...facts,
    ...(effectiveDiscount !== undefined && { worstLineDiscount: effectiveDiscount }),
  });
  const who = { caller: "cpq", requestedBy: "sam" };
  return { ...who, key: `key-${keys}`, policy: "quoting", facts: all, action: null, ref: "R-1", ...changes };
}

async function decided(service: DecideService, request: Asked) {
  const answered = await service.decide(request);
  if (answered.kind !== "decided") throw new Error(answered.kind);
  return answered;
}

describe("the same ask under another key", () => {
  test("is answered with the decision and permit that stand, and counted once", async () => {
    const { service, totals, records } = given();
    const first = await decided(service, asked());
    for (let n = 0; n < 8; n += 1) {
      const again = await decided(service, asked());
      expect(again).toMatchObject({ again: "permitted", decision: first.decision });
    }
    expect(first.again).toBeUndefined();
    expect(first.decision.permitId).not.toBeNull();
    expect(await totals()).toEqual([0, 1_200_000]);
    expect([await records("decision"), await records("repeat")]).toEqual([1, 8]);
  });

  test("is one ask though fifty come at once", async () => {
    const { service, totals, records } = given();
    const all = await Promise.all(Array.from({ length: 50 }, () => decided(service, asked())));
    expect(new Set(all.map(({ decision }) => decision.permitId)).size).toBe(1);
    expect(await totals()).toEqual([0, 1_200_000]);
    expect(await records("decision")).toBe(1);
  });

  test("is done already once its caller said so", async () => {
    const { service, totals } = given();
    const { decision } = await decided(service, asked());
    await service.settle("cpq", decision.decisionId, { state: "done" });
    expect(await decided(service, asked())).toMatchObject({ again: "already-done", decision: { verdict: "execute" } });
    expect(await totals()).toEqual([1_200_000, 0]);
  });

  test("is decided anew once it is known to have failed", async () => {
    const { service, totals } = given();
    const { decision } = await decided(service, asked());
    await service.settle("cpq", decision.decisionId, { state: "failed", detail: "no" });
    const anew = await decided(service, asked());
    expect(anew.again).toBeUndefined();
    expect(anew.decision.decisionId).not.toBe(decision.decisionId);
    expect(await totals()).toEqual([0, 1_200_000]);
  });

  test("waits with the first for the same people, and opens no second question", async () => {
    const { service, records } = given();
    const first = await decided(service, asked({ effectiveDiscount: 180_000, discountAmount: 1_800_000 }));
    const again = await decided(service, asked({ effectiveDiscount: 180_000, discountAmount: 1_800_000 }));
    expect(again).toMatchObject({ again: "waiting", decision: { decisionId: first.decision.decisionId } });
    expect(await records("escalation")).toBe(1);
  });

  test("is decided anew where it was blocked", async () => {
    const { service } = given();
    const facts = { effectiveDiscount: 300_000, discountAmount: 3_000_000 };
    const [first, second] = [await decided(service, asked(facts)), await decided(service, asked(facts))];
    expect([second.again, second.decision.verdict]).toEqual([undefined, "block"]);
    expect(second.decision.decisionId).not.toBe(first.decision.decisionId);
  });

  test.for<[string, JsonObject, Partial<Asked>]>([
    ["another caller", {}, { caller: "crm" }],
    ["another requester", {}, { requestedBy: "kim" }],
    ["other facts", { discountAmount: 1_200_001, effectiveDiscount: 120_001 }, {}],
    ["other words for what is to be done", {}, { action: { name: "approve", args: {} } }],
  ])("is not the same from %s, and takes the first one's place in limits", async ([, facts, changes]) => {
    const { service, totals } = given();
    const first = await decided(service, asked());
    const other = await decided(service, asked(facts, changes));
    expect(other.again).toBeUndefined();
    expect(other.decision.permitId).not.toBe(first.decision.permitId);
    expect(await totals()).toEqual([0, facts["discountAmount"] ?? 1_200_000]);
  });

  test("is asked of another deal, and counted beside the first", async () => {
    const { service, totals } = given();
    await decided(service, asked());
    expect((await decided(service, asked({ deal: "Q-1002" }))).again).toBeUndefined();
    expect(await totals()).toEqual([0, 2_400_000]);
  });

  test("is not known of a request that names no deal", async () => {
    const { service, totals } = given();
    const { deal: _, ...facts } = quoteFacts();
    for (let n = 0; n < 2; n += 1) {
      const { again, decision } = await decided(service, asked({}, { facts }));
      expect([again, decision.verdict]).toEqual([undefined, "escalate"]);
    }
    expect(await totals()).toEqual([0, 2_400_000]);
  });
});

describe("a changed ask of the same deal", () => {
  const twice = { listPrice: 20_000_000, discountAmount: 2_400_000 };

  test("takes the place of what was permitted and not acted on", async () => {
    const { service, totals } = given();
    await decided(service, asked());
    expect((await decided(service, asked(twice))).decision.details.limits).toMatchObject([{ used: 0, reserved: 0 }]);
    expect(await totals()).toEqual([0, 2_400_000]);
  });

  test("books the difference to what was done", async () => {
    const { service, totals } = given();
    const first = await decided(service, asked());
    await service.settle("cpq", first.decision.decisionId, { state: "done" });
    const change = await decided(service, asked(twice));
    expect(await totals()).toEqual([1_200_000, 1_200_000]);
    await service.settle("cpq", change.decision.decisionId, { state: "done" });
    expect(await totals()).toEqual([2_400_000, 0]);
  });

  test("that is not permitted leaves what was", async () => {
    const { service, totals } = given();
    await decided(service, asked());
    await decided(service, asked({ ...twice, listPrice: 8_000_000, effectiveDiscount: 300_000 }));
    expect(await totals()).toEqual([0, 1_200_000]);
    await decided(service, asked({ ...twice, listPrice: 13_333_334, effectiveDiscount: 180_000 }));
    expect(await totals()).toEqual([0, 3_600_000]);
  });

  test("and then the first again is an ask of its own", async () => {
    const { service, totals } = given();
    const first = await decided(service, asked());
    await decided(service, asked(twice));
    const back = await decided(service, asked());
    expect(back.again).toBeUndefined();
    expect(back.decision.decisionId).not.toBe(first.decision.decisionId);
    expect(await totals()).toEqual([0, 1_200_000]);
  });

  test("and what was replaced counts all the same when its caller did it", async () => {
    const { service, totals } = given();
    const first = await decided(service, asked());
    await decided(service, asked(twice));
    await service.settle("cpq", first.decision.decisionId, { state: "done" });
    expect(await totals()).toEqual([1_200_000, 2_400_000]);
  });
});

test("a key names one request, whatever stands for another", async () => {
  const { service } = given();
  const first = asked();
  await decided(service, first);
  const other = asked({ deal: "Q-1002" });
  await decided(service, other);
  expect(await service.decide({ ...first, facts: other.facts })).toEqual({ kind: "key-reused" });
  expect(await service.decide(first)).toMatchObject({ kind: "decided" });
  expect((await decided(service, first)).again).toBeUndefined();
});
