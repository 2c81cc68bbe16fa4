import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WHOLE_PPM } from "../../domain/ppm.ts";
import { agent } from "../../functions/co-selling/agent.ts";
import {
  opportunityReadings,
  opportunityRecord,
  propensityReading,
  qualifyInput,
} from "../../functions/co-selling/fixture.ts";
import { readOpportunity, stages, technologies } from "../../functions/co-selling/opportunity.ts";
import { coSellingPlan } from "../../functions/co-selling/plan.ts";
import { propensityAggregate, propensityIn } from "../../functions/co-selling/propensity.ts";
import { qualifyDeal } from "../../functions/co-selling/qualify-deal.ts";
import { factors, rationaleOf, scoreOf } from "../../functions/co-selling/score.ts";
import type { JsonObject } from "../../domain/json.ts";

const scored = (changes: JsonObject = {}, batch?: JsonObject) => {
  const record = opportunityRecord(changes);
  const opportunity = readOpportunity(record);
  return scoreOf(opportunity, propensityIn(opportunityReadings(record, batch), opportunity));
};

describe("a deal's score", () => {
  test("weighs what the whole comes to", () => {
    expect(Object.values(factors).reduce((sum, weight) => sum + weight, 0)).toBe(WHOLE_PPM);
  });

  test.for<readonly [string, JsonObject, number, number]>([
    ["of which every factor is known", {}, 930_000, 1_000_000],
    ["is of what is known alone", { technographics: "" }, 906_666, 750_000],
    ["without a likeness to won deals still has 85 % known", { win_pattern: "" }, 941_176, 850_000],
    ["with half the full amount", { amount: "50000.00" }, 855_000, 1_000_000],
    ["of a committed deal", { stage: "committed" }, 770_000, 1_000_000],
    ["counts no other currency by guess", { currency: "EUR" }, 917_647, 850_000],
    ["takes the most telling thing that the customer runs", { technographics: "azure;vmware" }, 855_000, 1_000_000],
    [
      "of which nothing is known is nothing",
      { stage: "?", amount: "", technographics: "", cloud_spend_propensity: "", win_pattern: "" },
      0,
      0,
    ],
  ])("%s", ([, changes, scorePpm, confidencePpm]) => {
    const score = scored(changes);
    expect([score.scorePpm, score.confidencePpm]).toEqual([scorePpm, confidencePpm]);
  });

  test("is explained by each factor, with its weight and why it is not known", () => {
    expect(rationaleOf(scored({ technographics: "", currency: "EUR" }))).toBe(
      "Score 88.3333 %, 60 % of its weights known: technographics is not told (x 25 %); cloud spend 80 % (record) x 25 %; " +
        "stage 100 % (qualified) x 20 %; amount is in EUR, scores are kept in USD (x 15 %); win pattern 86.6667 % (record) x 15 %",
    );
  });

  test("never leaves 0 to 100 %, and never falls when a factor rises", () => {
    const share = fc.integer({ min: 0, max: WHOLE_PPM });
    const deals = fc.record({
      stage: fc.constantFrom(...stages),
      technographics: fc.constantFrom(...technologies),
      amount: fc.integer({ min: 0, max: 20_000_000 }),
      win: share,
      spend: share,
      more: share,
    });
    fc.assert(
      fc.property(deals, ({ stage, technographics, amount, win, spend, more }) => {
        const of = (spendPpm: number) =>
          scoreOf(
            {
              stage,
              technographics: [technographics],
              amount,
              currency: "USD",
              win_pattern: win,
              cloud_spend_propensity: spendPpm,
            },
            undefined,
          ).scorePpm;
        const [low, high] = [of(Math.min(spend, more)), of(Math.max(spend, more))];
        expect([low >= 0, high <= WHOLE_PPM, low <= high]).toEqual([true, true, true]);
      }),
    );
  });
});

describe("scores that come in bulk", () => {
  test.for<readonly [string, JsonObject, number, string]>([
    ["of the customer go before the record's", {}, 785_000, "the-customer"],
    [
      "of the customer's web address are the customer's",
      { account: "https://www.contoso.com/de" },
      785_000,
      "the-customer",
    ],
    ["of a name that is near are not used", { account: "contoso.de" }, 930_000, "one-near-to-it"],
    ["of somebody else are not used", { account: "fabrikam.com" }, 930_000, "another"],
    ["leave alone what they do not tell", { cloudSpendPpm: null }, 860_000, "the-customer"],
  ])("%s", ([, changes, scorePpm, of]) => {
    const batch = propensityReading(changes);
    const record = opportunityRecord();
    expect([
      scored({}, batch).scorePpm,
      propensityIn(opportunityReadings(record, batch), readOpportunity(record))?.of,
    ]).toEqual([scorePpm, of]);
  });

  test("of another account leave a factor unknown that the record does not have", () => {
    const score = scored({ cloud_spend_propensity: "" }, propensityReading({ account: "fabrikam.com" }));
    expect(score.confidencePpm).toBe(750_000);
    expect(rationaleOf(score)).toContain("cloud spend was sent for fabrikam.com, not for this customer (x 25 %)");
  });

  test("a deal's last row counts, and each row names its fault", () => {
    const { row, start } = propensityAggregate;
    const first = row.parse({ deal: "1001", account: "contoso.com", cloud_spend_ppm: 1 });
    const last = row.parse({ deal: "1001", account: "contoso.com", cloud_spend_ppm: 2, account_name: "Contoso" });
    const window = { from: "2026-02-01T00:00:00.000Z", until: "2026-03-01T00:00:00.000Z" };
    const sum = propensityAggregate.add(propensityAggregate.add(start, first), last);
    expect(propensityAggregate.reading(sum, window)).toEqual({
      account: "contoso.com",
      accountName: "Contoso",
      cloudSpendPpm: 2,
      winPatternPpm: null,
    });
    const faults = (given: JsonObject) => row.safeParse(given).error?.issues.map(({ path }) => path.join("."));
    expect(faults({ deal: "", account: "gmail.com", cloud_spend_ppm: 1_000_001 })).toEqual([
      "deal",
      "account",
      "cloud_spend_ppm",
    ]);
  });
});

describe("qualifying a deal", () => {
  const facts = {
    score: 930_000,
    confidence: 1_000_000,
    badged: false,
    scoreAge: 0,
    proposedAsRequested: true,
    account: "contoso.com",
  };

  test.for<readonly [string, JsonObject, JsonObject | undefined, JsonObject]>([
    ["rests on the record", {}, undefined, {}],
    ["knows whether the deal has its badge", { co_sell_badge: "qualified" }, undefined, { badged: true }],
    ["counts the days since what was sent", {}, propensityReading(), { score: 785_000, scoreAge: 1 }],
    [
      "counts nothing that is to come",
      {},
      propensityReading({}, { until: "2026-04-01T00:00:00.000Z" }),
      { score: 785_000 },
    ],
  ])("%s", ([, changes, batch, expected]) => {
    expect(qualifyDeal.facts(qualifyInput(opportunityRecord(changes), batch))).toEqual({ ...facts, ...expected });
  });

  test("does not know what the record does not tell, and says why", () => {
    const input = qualifyInput(opportunityRecord({ customer_domain: "gmail.com", co_sell_badge: "gold" }));
    const { account: _account, badged: _badged, ...known } = facts;
    expect(qualifyDeal.facts(input)).toEqual(known);
    expect(Object.keys(qualifyDeal.unknown(input)).toSorted()).toEqual(["account", "badged"]);
  });

  test("is not asked of a deal that is closed, or has no stage", () => {
    expect(["launched", "closed-lost", ""].map((stage) => qualifyDeal.requested(opportunityRecord({ stage })))).toEqual(
      [undefined, undefined, undefined],
    );
  });

  test("another score than the readings come to is not as requested", () => {
    const { evidence, action, at } = qualifyInput(opportunityRecord());
    const other = { ...action, args: { ...action.args, scorePpm: 940_000 } };
    expect(qualifyDeal.facts({ evidence, action: other, at })).toEqual({
      ...facts,
      score: 940_000,
      proposedAsRequested: false,
    });
  });

  test("says what it rests on, and which scores it did not use", () => {
    const input = qualifyInput(opportunityRecord(), propensityReading({ account: "contoso.de" }));
    expect(qualifyDeal.remarks(input)).toEqual([
      input.action.args["rationale"],
      "`contoso.com` and `contoso.de` are the same but for suffix, legal form, hyphens and accents: its scores were not used",
    ]);
    expect(qualifyDeal.describe({ ...input.action.args, badgeFromPpm: 600_000 })).toBe(
      "Deal 1001 is to be scored 93 % for co-selling, with 100 % of the weights known; 60 % and more is qualified",
    );
  });

  test("its agents say each factor, and the badge", () => {
    const record = opportunityRecord({ technographics: "" });
    const { action, at } = qualifyInput(record);
    const said = agent.findings({ readings: { "crm.record": record }, requested: action, facts: {}, at });
    expect(said.map(({ code, statement }) => [code, statement])).toEqual([
      ["factor-unknown", "The technographics is not told, weight 25 %."],
      ["factor", "The cloud spend counts 80 % (record), weight 25 %."],
      ["factor", "The stage counts 100 % (qualified), weight 20 %."],
      ["factor", "The amount counts 100 % (250,000.00 USD), weight 15 %."],
      ["factor", "The win pattern counts 86.6667 % (record), weight 15 %."],
      ["badge", "The deal was not scored yet."],
    ]);
  });
});

describe("the dates of a deal", () => {
  const at = "2026-03-02T09:00:00.000Z";
  test.for<readonly [string, JsonObject, string, string, string]>([
    ["end with the day it is to close", { close_date: "2026-04-30" }, "", "2026-05-01", "2026-10-27"],
    ["are looked at again where it names none", { close_date: "" }, "", "2026-06-01", "2026-11-27"],
    ["are looked at again where it is past", { close_date: "2026-03-01" }, "", "2026-06-01", "2026-11-27"],
    ["say that it is closed", { close_date: "2026-04-30", stage: "launched" }, "closed", "2026-05-01", "2026-10-27"],
  ])("%s", ([, changes, state, looksAgain, endsBy]) => {
    expect(coSellingPlan(opportunityRecord({ co_sell_badge: "qualified", ...changes }), at)).toEqual({
      state,
      anchors: { looksAgain: `${looksAgain}T00:00:00.000Z` },
      deadlines: {},
      correlations: {},
      endsBy: `${endsBy}T23:59:59.999Z`,
    });
  });

  test.for<readonly [string, JsonObject, boolean]>([
    ["are long past for a deal that nobody scored", {}, true],
    ["are not once it is scored", { co_sell_badge: "not-qualified" }, false],
    ["are not for one that is closed", { stage: "closed-lost" }, false],
    ["are not for one that has no stage", { stage: "" }, false],
  ])("%s", ([, changes, isDue]) => {
    const { anchors } = coSellingPlan(opportunityRecord(changes), at);
    expect(Object.values(anchors).some((date) => date < at)).toBe(isDue);
  });
});
