import { describe, expect, test } from "vitest";
import { versioned } from "../../deciding/policies.ts";
import { policyLoosenings, loosenings } from "../../releases/loosening.ts";
import { readBundle, writeBundle } from "../../releases/bundle.ts";
import type { JsonObject } from "../../domain/json.ts";
import { decisionOf } from "../../guardrails/analyse/verdict.ts";
import { jsonValue } from "../../guardrails/fact-types.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { requestsOf, rulesOf } from "../bench/rule-set.ts";
import { policyOf } from "../fixtures/policy.ts";

/** A quoting policy of the test's own, so that the shipped one may change. */
const written = `policy: quoting
default: escalate
params:
  auto_max: { percent: 15%, allowed: 5%..20% }
  manager_max: { percent: 25%, protected: true }
rules:
  - id: over-ceiling
    effect: block
    when: { fact: effectiveDiscount, operator: greaterThan, value: { param: manager_max } }
    reason: "Over the ceiling"
  - id: below-floor-price
    effect: block
    when: { fact: belowFloorPrice, operator: equal, value: true }
    reason: "The net price less concessions is below the floor price"
  - id: partner-suspended
    effect: block
    when: { fact: partnerStanding, operator: equal, value: suspended }
    reason: "The partner is suspended from the programme"
  - id: manager-band
    effect: escalate
    when: { fact: effectiveDiscount, operator: greaterThan, value: { param: auto_max } }
    reason: "A manager's decision"
    route: partner-manager

  - id: large-quote
    effect: escalate
    when: { fact: listPrice, operator: greaterThan, value: 500000.00 USD }
    reason: "One tier up decides"
    route: regional-director

  - id: protected-terms
    effect: escalate
    when: { fact: protectedTerms, operator: notEqual, value: none }
    reason: "A protected term"
  - id: within-mandate
    effect: execute
    when: { fact: effectiveDiscount, operator: lessThanInclusive, value: { param: auto_max } }
    reason: "Within the mandate"
routes:
  partner-manager: { who: role:partner-manager, sla: 4h, onExpiry: deny, notRequester: true }
  regional-director: { who: role:regional-director, sla: 8h, onExpiry: deny, notRequester: true }
defaultRoute: partner-manager
`;

/** It, with pieces of its text replaced. */
function quoting(changes: readonly (readonly [from: string, to: string])[] = []): Policy {
  let text = written;
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  return policyOf("quoting", text);
}

type Edit = readonly (readonly [from: string, to: string])[];

const limits = `limits:
  - { id: quarter, sum: listPrice, per: [partnerStanding], window: calendar-quarter, cap: 600000.00 USD, warnAt: 80%, over: escalate, route: partner-manager }

routes:`;

const override = (set: string) => `overrides:
  - id: some
    for: { partnerStanding: [active] }
    effective: { from: 2026-01-01, until: 2026-07-01 }
    set: { auto_max: ${set} }
    reason: a programme

rules:`;

const autoMax: (percent: string) => Edit = (percent) => [["percent: 15%, allowed", `percent: ${percent}, allowed`]];
const beforeLimits: Edit = [["routes:\n", `${limits}\n`]];

const blocksByDefault: Edit = [["default: escalate", "default: block"]];

const noSuspension: Edit = [
  [
    `  - id: partner-suspended
    effect: block
    when: { fact: partnerStanding, operator: equal, value: suspended }
    reason: "The partner is suspended from the programme"
`,
    "",
  ],
];

const alwaysRuns: Edit = [["sla: 4h, onExpiry", "sla: 4h, clock: always, onExpiry"]];

describe("one person is enough for", () => {
  test.for<[string, Edit, Edit]>([
    ["other words for the same", [], [["is suspended from the programme", "is suspended"]]],
    ["a lower limit of what executes", [], autoMax("14%")],
    ["a lower ceiling", [], [["percent: 25%, protected", "percent: 22%, protected"]]],
    ["bounds that are narrower", [], [["allowed: 5%..20%", "allowed: 6%..18%"]]],
    ["a parameter that gets protected", [], [["allowed: 5%..20%", "allowed: 5%..20%, protected: true"]]],
    ["an override that lets less pass", [], [["rules:\n", `${override("10%")}\n`]]],
    [
      "a more senior route",
      [],
      [["route: partner-manager\n\n  - id: large-quote", "route: regional-director\n\n  - id: large-quote"]],
    ],
    ["a clock that always runs", [], alwaysRuns],
    ["a clock that goes by the calendar again", alwaysRuns, []],
    ["a limit that is new", [], beforeLimits],
    ["a lower cap", beforeLimits, [["routes:\n", `${limits.replace("600000.00", "500000.00")}\n`]]],
    ["a mode that is lower", [], [["default: escalate", "mode: assisted\ndefault: escalate"]]],
    ["a default that blocks", [], [["default: escalate", "default: block"]]],
    ["a loosening that is undone", autoMax("18%"), []],
    [
      "a block that is there again, beside a default that blocks",
      [...blocksByDefault, ...noSuspension],
      blocksByDefault,
    ],
  ])("%s", ([, from, to]) => expect(policyLoosenings(quoting(from), quoting(to))).toEqual([]));
});

test("what requests gain is told whatever else changed beside it", () => {
  const wider: Edit = [["percent: 15%, allowed: 5%..20%", "percent: 18%, allowed: 5%..25%"]];
  const reasons = policyLoosenings(quoting(), { ...quoting(wider), subject: "partnerStanding" });
  expect(reasons).toEqual([
    expect.stringMatching(/^escalate to partner-manager becomes execute where effectiveDiscount is over 15 %/),
    "the subject of canaries changed",
    "the parameter auto_max may be set to other values",
  ]);
});

describe("of required facts, undoing a loosening is a tightening", () => {
  // Of each fact the loosening and its undoing touch, none may be left out; the default escalates or blocks.
  const loosened: Edit = [
    ...autoMax("18%"),
    ["percent: 25%, protected", "percent: 28%, protected"],
    ["value: 500000.00 USD", "value: 700000.00 USD"],
    ...noSuspension,
  ];

  test.for<[string, Edit]>([
    ["where the default asks", []],
    ["where the default blocks", blocksByDefault],
  ])("%s: two people there, one back", ([, base]) => {
    const [before, after] = [quoting(base), quoting([...base, ...loosened])];
    expect(before.facts.filter(({ optional }) => optional === true).map(({ name }) => name)).not.toContain("listPrice");
    expect(policyLoosenings(before, after)).not.toEqual([]);
    expect(policyLoosenings(after, before)).toEqual([]);
  });

  test("a rule that narrows by a required fact comes and goes: one person for the wider block, two for the narrower", () => {
    const narrow: Edit = [
      [
        "    when: { fact: effectiveDiscount, operator: greaterThan, value: { param: manager_max } }",
        `    when:
      all:
        - { fact: effectiveDiscount, operator: greaterThan, value: { param: manager_max } }
        - { fact: listPrice, operator: greaterThan, value: 1000.00 USD }`,
      ],
    ];
    expect(policyLoosenings(quoting(), quoting(narrow))).toContainEqual(expect.stringMatching(/^block becomes/));
    expect(policyLoosenings(quoting(narrow), quoting())).toEqual([]);
  });
});

test("a block that is certain without the facts left out is not lost to a default that blocks", () => {
  const reasons = policyLoosenings(quoting(blocksByDefault), quoting([...blocksByDefault, ...noSuspension]));
  expect(reasons).toContainEqual(expect.stringMatching(/^block becomes/));
});

describe("a second person is needed for", () => {
  test.for<[string, Edit, Edit, RegExp]>([
    ["a higher limit of what executes", [], autoMax("15.0001%"), /^escalate to partner-manager becomes execute where/],
    ["a higher ceiling", [], [["percent: 25%, protected", "percent: 25.0001%, protected"]], /block becomes escalate/],
    ["bounds that are wider", [], [["allowed: 5%..20%", "allowed: 5%..21%"]], /auto_max may be set to other values/],
    ["no bounds any more", [], [[", allowed: 5%..20%", ""]], /auto_max may be set to other values/],
    ["a parameter that loses its protection", [], [[", protected: true", ""]], /manager_max is not protected/],
    ["an override that lets more pass", [], [["rules:\n", `${override("18%")}\n`]], /becomes execute/],
    [
      "an override that lasts longer",
      [["rules:\n", `${override("18%")}\n`]],
      [["rules:\n", `${override("18%").replace("2026-07-01", "2026-07-02")}\n`]],
      /becomes execute/,
    ],
    [
      "a less senior route",
      [],
      [["route: regional-director\n\n  - id: protected-terms", "route: partner-manager\n\n  - id: protected-terms"]],
      /escalate to regional-director becomes escalate to partner-manager/,
    ],
    ["a limit that is gone", beforeLimits, [], /the limit quarter is gone/],
    ["a higher cap", beforeLimits, [["routes:\n", `${limits.replace("600000.00", "600000.01")}\n`]], /cap of quarter/],
    [
      "a limit counted by other windows",
      beforeLimits,
      [
        [
          "routes:\n",
          `${limits.replace("quarter,", "month,").replace("calendar-quarter", "calendar-month").replace("id: month", "id: quarter")}\n`,
        ],
      ],
      /counts otherwise/,
    ],
    [
      "a mode that is higher",
      [["default: escalate", "mode: assisted\ndefault: escalate"]],
      [],
      /mode is raised to led/,
    ],
    ["a longer wait", [], [["sla: 4h", "sla: 5h"]], /partner-manager asks other people/],
    ["other people", [], [["who: role:partner-manager", "who: role:seller"]], /partner-manager asks other people/],
    ["a rule that is gone", [], [["value: suspended", "value: unknown"]], /block becomes/],
    [
      "a block that is no longer certain while another fact is unknown",
      [],
      [
        [
          "    when: { fact: belowFloorPrice, operator: equal, value: true }",
          `    when:
      all:
        - { fact: belowFloorPrice, operator: equal, value: true }
        - { fact: listPrice, operator: greaterThanInclusive, value: 0.01 USD }`,
        ],
        ["The net price less concessions is below the floor price", "Below the floor price of {listPrice}"],
      ],
      /block becomes escalate/,
    ],
    ["another time zone", [], [["default: escalate", "timezone: Europe/Berlin\ndefault: escalate"]], /time zone/],
  ])("%s", ([, from, to, reason]) => {
    expect(policyLoosenings(quoting(from), quoting(to))).toContainEqual(expect.stringMatching(reason));
  });
});

describe("over a whole release", () => {
  const bundle = (...policies: Policy[]) => {
    const { release, document } = writeBundle(policies.map(versioned), null);
    return readBundle(release, document);
  };
  const both = bundle(quoting(), policyOf("write-back"));

  test("the same policies loosen nothing", () => expect(loosenings(both, both)).toEqual([]));

  test("a policy that is new or gone takes two people", () => {
    const one = bundle(quoting());
    expect([loosenings(one, both), loosenings(both, one)]).toEqual([
      ["write-back: the policy is not in force yet"],
      ["write-back: the policy is removed"],
    ]);
  });
});

test("what is proved to loosen nothing is refuted by no request, with facts left out or not", () => {
  const whole = rulesOf(40);
  const ranks = { execute: 0, escalate: 1, block: 2 };
  const requests = requestsOf(600).map((request, at): JsonObject => {
    const left = at % 3 === 0 ? Object.keys(request)[at % 9] : undefined;
    const given = whole.facts.filter(({ name }) => name !== left);
    return Object.fromEntries(given.map((type) => [type.name, jsonValue(type, request[type.name] ?? 0)]));
  });
  const verdicts = (policy: Policy) => requests.map((facts) => ranks[decisionOf(policy, facts, null).kind]);
  const before = verdicts(whole);
  let proved = 0;
  for (const gone of whole.rules) {
    const after = { ...whole, rules: whole.rules.filter((rule) => rule !== gone) };
    if (policyLoosenings(whole, after).length > 0) continue;
    proved += 1;
    const looser = verdicts(after).findIndex((rank, at) => rank < (before[at] ?? 0));
    expect([gone.id, requests[looser]]).toEqual([gone.id, undefined]);
  }
  expect([proved > 3, new Set(before).size]).toEqual([true, 3]);
});
