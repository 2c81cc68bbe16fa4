import type { Evidence } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { FactInput, Readings } from "../definition.ts";
import { evidenceOf, FIXTURE_AT } from "../shared/fixture.ts";
import { qualifyDeal } from "./qualify-deal.ts";

/** The CRM record of a deal of which every factor is known: it scores 93 %, and has no badge yet. */
export function opportunityRecord(changes: JsonObject = {}): JsonObject {
  return {
    customer_domain: "contoso.com",
    customer_name: "Contoso",
    stage: "qualified",
    currency: "USD",
    amount: "250000.00",
    // Still to come whenever a test runs.
    close_date: "2099-06-30",
    technographics: "aws;kubernetes",
    cloud_spend_propensity: "80%",
    win_pattern: "86.6667%",
    co_sell_badge: "",
    ...changes,
  };
}

/** What a batch said of the deal: of the customer itself, in a window that ended the day before. */
export function propensityReading(changes: JsonObject = {}, window: JsonObject = {}): JsonObject {
  return {
    source: "propensity",
    window: "2026-02",
    until: "2026-03-01T00:00:00.000Z",
    ...window,
    reading: { account: "contoso.com", accountName: null, cloudSpendPpm: 500_000, winPatternPpm: 400_000, ...changes },
  };
}

/** What was read of deal 1001. */
export function opportunityReadings(record: JsonObject, batch?: JsonObject): Readings {
  const source = { source: "crm.record", ref: "deal/1001", version: "1", observedAt: FIXTURE_AT };
  const crm: Evidence = { source, value: record };
  return { "crm.record": crm, ...(batch === undefined ? {} : evidenceOf({ "batch.reading": batch })) };
}

/** What the decision knows of the deal when the proposal is what its readings come to. */
export function qualifyInput(record: JsonObject, batch?: JsonObject): FactInput {
  const evidence = opportunityReadings(record, batch);
  const action = qualifyDeal.requested(record, evidence) ?? { tool: qualifyDeal.tool, args: {} };
  return { evidence, action, at: FIXTURE_AT };
}

/** The facts of that deal, by the action that they are for. */
export function coSellingFacts(): { readonly [action: string]: JsonObject } {
  return { [qualifyDeal.id]: qualifyDeal.facts(qualifyInput(opportunityRecord())) };
}
