import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WHOLE_PPM } from "../../domain/ppm.ts";
import { opportunityRecord } from "../../functions/co-selling/fixture.ts";
import { matchFactors, matchPartners, needOf, type Need, type PartnerRow } from "../../functions/co-selling/match.ts";
import { levels, readOpportunity } from "../../functions/co-selling/opportunity.ts";
import { partnerRow } from "../fixtures/partner-rows.ts";

/** A healthcare deal that nobody above VP has heard of. */
const need: Need = {
  productFamily: "analytics",
  industry: "healthcare",
  region: "dach",
  stuckAt: "vp",
  roles: ["sell"],
  competitors: [],
};

const matched = (rows: readonly PartnerRow[], changes: Partial<Need> = {}) =>
  matchPartners({ ...need, ...changes }, rows);
const scoreOf = (changes: Partial<PartnerRow>, of: Partial<Need> = {}) =>
  matched([partnerRow("a", changes)], of).roles[0]?.first?.scorePpm;

test("weights come to the whole", () => {
  expect(Object.values(matchFactors).reduce((sum, weight) => sum + weight, 0)).toBe(WHOLE_PPM);
});

describe("a partner's score", () => {
  test.for<readonly [string, Partial<PartnerRow>, number]>([
    ["of whom all speaks for the deal but half its conversion", {}, 932_000],
    ["without the industry", { industries: [] }, 832_000],
    ["without the certification", { certifiedFor: [] }, 782_000],
    ["outside the region", { regions: ["nordics"] }, 782_000],
    ["that reaches the level where it is stuck", { reach: "vp" }, 857_000],
    ["that reaches less", { reach: "director" }, 782_000],
    ["that shares counts alone", { shares: false }, 782_000],
    ["with half the overlap that counts in full", { overlap: 30 }, 857_000],
    ["with 5 common accounts", { overlap: 5, smallerBook: 20 }, 906_999],
    ["with 4, which could tell who they are", { overlap: 4, smallerBook: 20 }, 782_000],
    ["with 5 deals filed", { filed: 5, won: 5 }, 992_000],
    ["with 4, too few to tell", { filed: 4, won: 4 }, 932_000],
    ["whose sellers have 15 deals each", { openDeals: 60 }, 860_000],
  ])("%s", ([, changes, scorePpm]) => expect(scoreOf(changes)).toBe(scorePpm));

  test("counts seniority by itself where the deal is not stuck", () => {
    expect(levels.map((reach) => scoreOf({ reach }, { stuckAt: "none" }))).toEqual([
      782_000, 812_000, 842_000, 872_000, 902_000, 932_000,
    ]);
  });
});

describe("of several partners", () => {
  test("the right one for a healthcare deal stuck at VP level is the one who reaches above, and the others hear why not", () => {
    const { roles } = matched([
      partnerRow("a", { reach: "director" }),
      partnerRow("b"),
      partnerRow("c", { industries: [] }),
      partnerRow("d", { certifiedFor: [] }),
      partnerRow("e", { regions: [], reach: "none" }),
    ]);
    expect(roles).toEqual([
      {
        role: "sell",
        first: {
          partnerId: "b",
          name: "Partner B",
          scorePpm: 932_000,
          reasons: [
            "sells analytics in healthcare",
            "certified for it",
            "4 sellers in dach",
            "60 common accounts of 200",
            "reaches c-level at the account",
            "10 of 20 deals won in 12 months",
            "6 open deals for 4 sellers",
          ],
        },
        next: [
          expect.objectContaining({
            partnerId: "c",
            whyNot: "capability: sells analytics, not in healthcare so far; Partner B: sells analytics in healthcare",
          }),
          expect.objectContaining({
            partnerId: "a",
            whyNot: "reach: reaches director at the account; Partner B: reaches c-level at the account",
          }),
          expect.objectContaining({
            partnerId: "d",
            whyNot: "certification: not certified for it; Partner B: certified for it",
          }),
        ],
        asks: [],
      },
    ]);
  });

  test("who is not active, not authorised or has no such role is out, and counted", () => {
    const { roles, looked, out } = matched([
      partnerRow("a", { standing: "suspended" }),
      partnerRow("b", { authorisedFor: ["storage"] }),
      partnerRow("c", { roles: ["keep"] }),
    ]);
    expect([looked, out]).toEqual([3, { "not active": 1, "not authorised": 1, "no such role": 1 }]);
    expect(roles).toEqual([{ role: "sell", first: null, next: [], asks: ["no partner fits the role"] }]);
  });

  test("each role of a deal has its own", () => {
    const rows = [
      partnerRow("a", { roles: ["deliver"] }),
      partnerRow("b", { roles: ["sell"] }),
      partnerRow("c", { roles: ["source"] }),
    ];
    const { roles } = matched(rows, { roles: ["source", "sell", "deliver"] });
    expect(roles.map(({ role, first }) => [role, first?.partnerId])).toEqual([
      ["source", "c"],
      ["sell", "b"],
      ["deliver", "a"],
    ]);
  });

  test.for<readonly [string, readonly PartnerRow[], Partial<Need>, readonly string[]]>([
    ["a lead of 5 % is clear", [partnerRow("a"), partnerRow("b", { overlap: 40 })], {}, []],
    [
      "a lead under it is a person's to settle",
      [partnerRow("a"), partnerRow("b", { overlap: 41 })],
      {},
      ["Partner A leads Partner B by 4.7501 %, under 5 %"],
    ],
    [
      "equals go by their id, and ask",
      [partnerRow("b"), partnerRow("a")],
      {},
      ["Partner A leads Partner B by 0 %, under 5 %"],
    ],
    [
      "who sells for a competitor in the deal asks",
      [partnerRow("a", { sellsFor: ["rival"] })],
      { competitors: ["rival"] },
      ["Partner A sells for rival, who is in the deal"],
    ],
    ["who sells for one who is not in the deal does not", [partnerRow("a", { sellsFor: ["rival"] })], {}, []],
    [
      "a competitor that is a partner asks",
      [partnerRow("a")],
      { competitors: ["a"] },
      ["Partner A sells for a, who is in the deal"],
    ],
    ["15 open deals for each seller are not too many", [partnerRow("a", { openDeals: 60 })], {}, []],
    [
      "one more asks",
      [partnerRow("a", { openDeals: 61 })],
      {},
      ["Partner A has 61 open deals for 4 sellers, over 15 each"],
    ],
  ])("%s", ([, rows, changes, asks]) => expect(matched(rows, changes).roles[0]?.asks).toEqual(asks));

  test("no small count is told, whoever it is about", () => {
    const counts = fc.record({ overlap: fc.integer({ min: 0, max: 8 }), smallerBook: fc.integer({ min: 0, max: 8 }) });
    fc.assert(
      fc.property(counts, (changes) => {
        const [, , , said = ""] = matched([partnerRow("a", changes)]).roles[0]?.first?.reasons ?? [];
        expect(said.replaceAll("< 5", "").match(/\b[0-4]\b/)).toBeNull();
      }),
    );
  });

  test("the order of the rows changes nothing", () => {
    const rows = fc.uniqueArray(
      fc.record({
        id: fc.string({ minLength: 1, maxLength: 3 }),
        reach: fc.constantFrom(...levels),
        overlap: fc.integer({ min: 0, max: 80 }),
        won: fc.integer({ min: 0, max: 20 }),
      }),
      { selector: ({ id }) => id, maxLength: 12 },
    );
    fc.assert(
      fc.property(rows, (given) => {
        const all = given.map(({ id, ...changes }) => partnerRow(id, changes));
        expect(matched(all.toReversed())).toEqual(matched(all));
      }),
    );
  });
});

test.for([
  [
    "what a deal needs is on its record",
    {},
    {
      productFamily: "analytics",
      industry: "healthcare",
      region: "dach",
      stuckAt: "vp",
      competitors: ["rival", "p-9"],
    },
  ],
  [
    "what it lacks is named",
    { industry: "", customer_region: "", stuck_at: "board" },
    { lacks: ["industry", "customer_region", "stuck_at"] },
  ],
] as const)("%s", ([, changes, expected]) => {
  const record = {
    product_family: "analytics",
    industry: "healthcare",
    customer_region: "dach",
    stuck_at: "VP",
    competitors: "rival; p-9",
  };
  expect(needOf(readOpportunity(opportunityRecord({ ...record, ...changes })))).toEqual(expected);
});
