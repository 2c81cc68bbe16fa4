import { describe, expect, test } from "vitest";
import { stricter } from "../../../domain/decision.ts";
import { diffPolicies } from "../../../guardrails/analyse/diff.ts";
import { runCases } from "../../../guardrails/cases.ts";
import { cellOf, startOfDay } from "../../../guardrails/cell.ts";
import type { Edit } from "../../../guardrails/draft/edit.ts";
import { readWords } from "../../../guardrails/draft/read.ts";
import { patchCases } from "../../../guardrails/draft/sides.ts";
import { patchPolicy } from "../../../guardrails/draft/write.ts";
import { layOut } from "../../../guardrails/layout/layout.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { readRules } from "../../../guardrails/reading.ts";
import type { Known } from "../../../guardrails/ternary.ts";
import { tieredCases, tieredLoadedCases, tieredPolicy, tieredText } from "../../fixtures/tiered.ts";

const TODAY = "2026-11-30";
const policy = tieredPolicy();

/** The only reading of the words, with the files that it makes. */
function drafted(words: string) {
  const reading = readWords(policy, words, TODAY);
  if (reading.kind === "unread") throw new Error(`${words}: ${JSON.stringify(reading.unread)}`);
  const [edit, ...others] = reading.edits;
  const patched = edit && patchPolicy(policy, tieredText, edit, words);
  if (edit === undefined || patched === undefined || others.length > 0) throw new Error(`${words}: no only draft`);
  const after = tieredPolicy(patched.text);
  const { base } = tieredLoadedCases(policy);
  const cases = patchCases({ policy: after, base, text: tieredCases }, edit, patched);
  if (cases === undefined) throw new Error(`${words}: no cases`);
  return { edit, text: patched.text, after, cases };
}

/** The lines that a text has more than another; throws where it has not all of that one's, in their order. */
function added(before: string, after: string): readonly string[] {
  const rest = before.split("\n");
  const more = after.split("\n").filter((line) => {
    if (rest[0] !== line) return true;
    rest.shift();
    return false;
  });
  expect(rest).toEqual([]);
  return more;
}

describe("the files keep every line they had, comments too, and gain", () => {
  test.for([
    [
      "gold partners up to 18 % until March",
      [
        "overrides:",
        "  - id: gold-until-2027-03-01",
        "    for: { tier: [gold] }",
        "    effective: { from: 2026-11-30, until: 2027-03-01 }",
        "    set: { auto_max: 18% }",
        '    reason: "gold partners up to 18 % until March"',
        "",
      ],
      [
        '  - name: "gold-until-2027-03-01: 18 % passes"',
        "    given: { tier: gold, discount: 18% }",
        "    at: 2026-11-30",
        "    expect: { decision: execute, rules: [within] }",
        '  - name: "gold-until-2027-03-01: just over 18 % is not covered"',
        "    given: { tier: gold, discount: 18.0001% }",
        "    at: 2026-11-30",
        "    expect: { decision: escalate, rules: [deep], route: manager }",
        '  - name: "gold-until-2027-03-01: 18 % for anybody else is as before"',
        "    given: { tier: silver, discount: 18% }",
        "    at: 2026-11-30",
        "    expect: { decision: escalate, rules: [deep], route: manager }",
        '  - name: "gold-until-2027-03-01: 18 % on the day it has ended is as before"',
        "    given: { tier: gold, discount: 18% }",
        "    at: 2027-03-01",
        "    expect: { decision: escalate, rules: [deep], route: manager }",
      ],
    ],
    [
      "ask the deal desk over 300000 USD list price",
      [
        "  - id: list-price-over-300-000-00-usd",
        "    effect: escalate",
        "    when: { fact: listPrice, operator: greaterThan, value: 300000.00 USD }",
        '    reason: "List price {listPrice} is over 300,000.00 USD"',
        "    route: deal-desk",
        "",
      ],
      [
        '  - name: "list-price-over-300-000-00-usd: 300,000.00 USD is as before"',
        "    given: { listPrice: 300000.00 USD }",
        "    expect: { decision: execute, rules: [within] }",
        '  - name: "list-price-over-300-000-00-usd: just over 300,000.00 USD asks"',
        "    given: { listPrice: 300000.01 USD }",
        "    expect: { decision: escalate, rules: [list-price-over-300-000-00-usd, within], route: deal-desk }",
      ],
    ],
    [
      "at most 3 a month per partner, else block",
      [
        "  - id: requests-per-partner-in-a-month",
        "    count: true",
        "    per: [partner]",
        "    window: calendar-month",
        "    cap: 3",
        "    over: block",
        "",
      ],
      [],
    ],
  ] as const)("%s", ([words, policyLines, caseLines]) => {
    const { text, cases } = drafted(words);
    const sorted = (lines: readonly string[]) => lines.toSorted();
    expect(sorted(added(tieredText, text))).toEqual(sorted(policyLines));
    expect(added(tieredCases, cases.text)).toEqual(caseLines);
  });
});

test("a second draft of the same goes beside the first under a name of its own", () => {
  const words = "block over 12 % line discount";
  const once = drafted(words);
  const twice = patchPolicy(once.after, once.text, once.edit, words);
  expect(twice?.id).toBe("line-discount-over-12-2");
  expect(
    tieredPolicy(twice?.text)
      .rules.map(({ id }) => id)
      .slice(-2),
  ).toEqual(["line-discount-over-12", "line-discount-over-12-2"]);
});

test("a case whose verdict another rule makes impossible fails", async () => {
  const { edit, text, after } = drafted("gold partners up to 18 % until March");
  const base = { ...tieredLoadedCases(policy).base, lineDiscount: 300_000 };
  const changed = tieredCases.replace("lineDiscount: 12%", "lineDiscount: 30%");
  const cases = patchCases({ policy: after, base, text: changed }, edit, { id: "gold-until-2027-03-01", text });
  const results = await runCases(after, tieredLoadedCases(after, cases?.text).cases);
  expect(results.find(({ name }) => name.endsWith("18 % passes"))?.passed).toBe(false);
});

/** A generator of whole numbers under `below`, the same ones for the same seed. */
function seeded(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const spread = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return Math.floor((((spread ^ (spread >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

type Random = ReturnType<typeof seeded>;
const oneOf = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] as T;

function sentence(random: Random): string {
  const whom = oneOf(random, [
    "gold partners",
    "silver partners",
    "gold and registered partners",
    "gold partners in dach",
    'partner "p-2"',
    'customer "acme"',
  ]);
  const when = oneOf(random, [
    "until March",
    "through Q1",
    "in Q2",
    "from today until 2027-01-15",
    "from January until the end of May",
  ]);
  const percent = `${oneOf(random, [5, 7, 12, 14.9999, 15.0001, 18, 20])} %`;
  return oneOf(random, [
    `${whom} up to ${percent} ${when}`,
    `up to ${percent} discount for ${whom} ${when}`,
    `up to ${oneOf(random, [5, 7, 16, 20])} % discount`,
    `block ${whom} over ${percent} line discount`,
    `ask the deal desk over ${oneOf(random, [1, 85_000, 300_000])} USD list price`,
    `ask manager over ${percent} discount for ${whom}`,
    `at most ${1 + random(5)} a ${oneOf(random, ["day", "month", "quarter"])} per partner`,
    `at most ${1 + random(5)}000 USD rebate a month per customer, else ask deal desk`,
  ]);
}

const days = [
  "2026-11-29",
  "2026-11-30",
  "2027-01-01",
  "2027-01-15",
  "2027-02-28",
  "2027-03-01",
  "2027-03-31",
  "2027-04-01",
  "2027-06-01",
  "2027-07-01",
];
const edges = [
  0, 10_000, 49_999, 50_000, 70_000, 120_000, 149_999, 150_000, 150_001, 160_000, 180_000, 180_001, 200_000, 200_001,
];

function request(random: Random): Known {
  return {
    discount: oneOf(random, edges),
    lineDiscount: oneOf(random, [...edges, 250_000, 250_001]),
    listPrice: oneOf(random, [0, 100, 101, 8_500_000, 8_500_001, 30_000_001]),
    rebate: 10_000,
    tier: oneOf(random, ["gold", "silver", "registered"]),
    region: oneOf(random, ["dach", "uk-and-ireland", "silver"]),
    partner: oneOf(random, ["p-1", "p-2"]),
    customer: oneOf(random, ["acme", "globex"]),
  };
}

const verdict = (of: Policy, known: Known, day: string) =>
  readRules(cellOf(of, known, startOfDay(day, "UTC")), known).decision;

/** Whether an edit may let a request pass that did not: it says of it that it does. */
function mayLoosen(edit: Edit, known: Known, day: string): boolean {
  if (edit.kind === "param") return Number(known["discount"]) <= edit.value;
  if (edit.kind !== "override") return false;
  const isMeant = Object.entries(edit.scope).every(([fact, values]) => values.some((value) => value === known[fact]));
  return isMeant && edit.from <= day && day < edit.until && Number(known["discount"]) <= edit.value;
}

test("whatever is drafted loads, stays in the one layout, passes its cases, and loosens only what was said", async () => {
  const seed = Number(process.env["DRAFT_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
  const random = seeded(seed);
  const kinds = new Set<string>();
  let loosened = 0;
  for (let round = 0; round < 40; round += 1) {
    const words = sentence(random);
    const reading = readWords(policy, words, TODAY);
    // `silver` may be of either fact, and 15 % is what stands already: a person chooses, or nothing changes.
    if (reading.kind === "unread" || reading.edits.length !== 1) continue;
    const said = `seed ${seed}: ${words}`;
    const { edit, text, after, cases } = drafted(words);
    kinds.add(edit.kind);
    expect(layOut("tiered.yaml", text, "policy"), said).toEqual({ kind: "laid-out", text });
    const results = await runCases(after, tieredLoadedCases(after, cases.text).cases);
    const own = results.filter(({ name }) => cases.names.includes(name));
    expect([own.length, own.filter(({ passed }) => !passed)], said).toEqual([cases.names.length, []]);
    const loosening = diffPolicies(policy, after).changes.filter(({ direction }) => direction === "loosening");
    const beyond = loosening.filter(({ witness, day }) => !mayLoosen(edit, witness as Known, day ?? TODAY));
    expect(beyond, said).toEqual([]);
    for (let tried = 0; tried < 200; tried += 1) {
      const [known, day] = [request(random), oneOf(random, days)];
      const [was, is] = [verdict(policy, known, day), verdict(after, known, day)];
      if (was === is || stricter(was, is) === is) continue;
      loosened += 1;
      expect([said, known, day, mayLoosen(edit, known, day)]).toEqual([said, known, day, true]);
    }
  }
  expect([[...kinds].toSorted(), loosened > 0]).toEqual([["limit", "override", "param", "rule"], true]);
});
