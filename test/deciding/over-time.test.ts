import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDecider } from "../../deciding/decider.ts";
import { policiesOf, versioned } from "../../deciding/policies.ts";
import type { JsonObject } from "../../domain/json.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";
import { givenRequesters } from "../fixtures/people.ts";
import { givenProposal, stepNames } from "../fixtures/ledger.ts";
import { policyOf } from "../fixtures/policy.ts";
import { acted } from "../fixtures/reservations.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const DAY_MS = 86_400_000;
let companies = 0;

/** A company whose quotes are decided, and done, under the shipped policy, one after the other. */
function given() {
  companies += 1;
  const company = `over-time-${companies}`;
  const { pool } = database;
  const policies = policiesOf({ quoting: versioned(policyOf("quoting")) });
  const decide = createDecider({ pool, policies, alarm: () => undefined });
  const known = givenRequesters(pool, company);
  return async (deal: string, afterMs: number, facts: JsonObject, remarks: readonly string[] = []) => {
    await known;
    const names = stepNames(deal, company);
    const proposalId = await givenProposal(pool, names);
    const tool = "quotes.approve-discount";
    const proposal = {
      proposalId,
      actionId: "quoting",
      action: { tool, args: { quoteId: "Q-1" } },
      recordVersion: "1",
    };
    const at = new Date(Date.UTC(2026, 0, 1) + afterMs).toISOString();
    const question = { ...names, gate: 1, approvalId: null, at, proposal, review: "exempt" as const, remarks };
    const stored = await decide({
      ...question,
      facts: { ...quoteFacts(facts), deal },
      sources: [],
      requestedBy: "sam",
    });
    const { permitId, decisionId, actionDigest, decidedAt } = stored;
    const { caseId, stepKey } = names;
    if (permitId !== null) {
      const permit = { permitId, company, caseId, decisionId, tool, decidedAt, actionDigest, effectKey: stepKey };
      await acted(pool, permit, "done");
    }
    return [stored.verdict, stored.route?.id, stored.reason] as const;
  };
}

const of = (listPrice: number, customer?: string): JsonObject => ({
  listPrice,
  discountAmount: Math.floor(listPrice / 10),
  effectiveDiscount: 100_000,
  ...(customer !== undefined && { customer }),
});

describe("under the shipped policy the list prices of one customer count together for 90 days", () => {
  test("so that a large deal in two halves asks one tier up", async () => {
    const quote = given();
    expect((await quote("D-1", 0, of(40_000_000, "acme.example")))[0]).toBe("execute");
    expect(await quote("D-2", DAY_MS, of(40_000_000, "acme.example"))).toEqual([
      "escalate",
      "regional-director",
      "listPrice of this customer in 90 days comes to 800,000.00 USD with this one, over the cap of 500,000.00 USD",
    ]);
  });

  test.for([
    ["up to the tier, they are the agents' own", DAY_MS, 10_000_000, "execute"],
    ["a cent over it they are not", DAY_MS, 10_000_001, "escalate"],
    ["a millisecond before the 90 days are over, neither", 90 * DAY_MS - 1, 10_000_001, "escalate"],
    ["then the first counts no more", 90 * DAY_MS, 50_000_000, "execute"],
  ] as const)("%s", async ([, afterMs, listPrice, verdict]) => {
    const quote = given();
    await quote("D-1", 0, of(40_000_000, "acme.example"));
    expect((await quote("D-2", afterMs, of(listPrice, "acme.example")))[0]).toBe(verdict);
  });

  test("another customer's do not, and who names none is neither counted nor asked about for that", async () => {
    const quote = given();
    await quote("D-1", 0, of(40_000_000, "acme.example"));
    expect((await quote("D-2", 0, of(40_000_000, "globex.example")))[0]).toBe("execute");
    expect((await quote("D-3", 0, of(40_000_000)))[0]).toBe("execute");
    expect((await quote("D-4", 0, of(40_000_000)))[0]).toBe("execute");
  });

  test("the same deal told again counts once", async () => {
    const quote = given();
    expect((await quote("D-1", 0, of(40_000_000, "acme.example")))[0]).toBe("execute");
    expect((await quote("D-1", 0, of(40_000_000, "acme.example")))[0]).toBe("execute");
    expect((await quote("D-2", 0, of(10_000_000, "acme.example")))[0]).toBe("execute");
  });
});

test("what a discount is measured against is said to whom is asked or refused", async () => {
  const quote = given();
  const remark = "the discount is measured against 100,000.00 USD";
  const at = (effectiveDiscount: number) => quote(`D-${effectiveDiscount}`, 0, { effectiveDiscount }, [remark]);
  const said = [await at(150_000), await at(190_000), await at(260_400)].map(([verdict, , reason]) => [
    verdict,
    reason.endsWith(`; ${remark}`),
  ]);
  expect(said).toEqual([
    ["execute", false],
    ["escalate", true],
    ["block", true],
  ]);
});

test("the largest quote that executes is within its deal's cap, whatever the mandate may be set to", () => {
  const { params } = policyOf("quoting");
  const value = (name: string) => params.find((param) => param.name === name);
  const most = ((value("one_tier_up")?.value ?? 0) * (value("auto_max")?.allowed?.max ?? 0)) / 1_000_000;
  expect(value("deal_cap")?.value).toBe(most);
  expect(value("customer_cap")?.value).toBe(value("one_tier_up")?.value);
});
