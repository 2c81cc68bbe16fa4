import { expect, test } from "vitest";
import { boundsText, conditionText, ruleText } from "../../guardrails/sentences.ts";
import type { Condition } from "../../guardrails/policy.ts";
import { loadPolicy } from "../../guardrails/load/policy.ts";
import { invariantText, limitText, modeTexts, overrideText } from "../../guardrails/section-sentences.ts";
import { policyOf } from "../fixtures/policy.ts";
import { catalogue, sound, whole } from "./traps.ts";

const policy = policyOf("quoting");
const over = { fact: "effectiveDiscount", operator: "greaterThan", value: { param: "auto_max" } } as const;
const price = { fact: "listPrice", operator: "lessThan", value: 8_500_000 } as const;

test.for<[string, Condition]>([
  ["effectiveDiscount is over 15 % (auto_max)", over],
  ["listPrice is under 85,000.00 USD", price],
  ["belowFloorPrice is not true", { fact: "belowFloorPrice", operator: "notEqual", value: true }],
  [
    "protectedTerms is one of liability, data",
    { fact: "protectedTerms", operator: "in", value: ["liability", "data"] },
  ],
  ["not (listPrice is under 85,000.00 USD)", { not: price }],
  [
    "effectiveDiscount is over 15 % (auto_max) and (listPrice is under 85,000.00 USD or not (listPrice is under 85,000.00 USD))",
    { all: [over, { any: [price, { not: price }] }] },
  ],
])("%s", ([text, condition]) => {
  expect(conditionText(policy, condition)).toBe(text);
});

test("a rule is one sentence, with who answers when it asks", () => {
  const said = (id: string) => policy.rules.filter((rule) => rule.id === id).map((rule) => ruleText(policy, rule));
  expect([said("large-quote"), said("over-ceiling")]).toEqual([
    ["escalate to regional-director when listPrice is over 500,000.00 USD (one_tier_up)"],
    ["block when effectiveDiscount is over 25 % (manager_max)"],
  ]);
});

function loaded(text: string) {
  const read = loadPolicy("quoting.yaml", text, catalogue);
  if (read.kind === "loaded") return read.policy;
  throw new Error("the policy is refused");
}

const full = loaded(whole);

test("a parameter says what may replace it", () => {
  expect(full.params.map(boundsText)).toEqual([
    "an override may set 5 % to 20 %",
    "protected: no override may touch it",
    "no override range",
    "an override may set 5 to 20",
    "an override may set 2026-12-01 to 2027-01-31",
  ]);
});

test("a candidate says that it has no effect, and a rule what it owes", () => {
  const said = full.rules.filter(({ id }) => id === "ai-in-emea" || id === "small").map((rule) => ruleText(full, rule));
  expect(said).toEqual([
    "candidate, watched without effect: escalate to manager when products holds ai",
    "execute when effectiveDiscount is at most 15 % (auto_max) and startDate is none of 2026-12-25, 2026-12-26 and " +
      "products does not hold data; then leave a note on the CRM record that tells the decision and its reason",
  ]);
});

test("an override says for whom, when, what in place of what, and why", () => {
  expect(full.overrides.map((override) => overrideText(full, override))).toEqual([
    "auto_max is 18 % in place of 15 % and max_open is 12 in place of 9 when partnerTier is platinum and region is EMEA, " +
      "from 2026-01-01 until 2026-07-01: H1 programme, PO-412",
    "cutoff is 2027-01-31 in place of 2026-12-31 and auto_max is 20 % in place of 15 % when partner is one of acme, 9, " +
      "from 2026-06-01 until 2027-01-01: Signed in writing, PO-9",
  ]);
});

test("a limit says what comes together to how much, for whom, over which time, and what is beyond", () => {
  expect(full.limits.map((limit) => limitText(full, limit))).toEqual([
    "discountAmount up to 600,000.00 USD (quarter_cap) per partner and region, a quarter; over it escalate to desk, warned from 80 % of it",
    "requests up to 40 for all together, a day; over it block",
  ]);
});

test("an invariant is one sentence", () => {
  expect(full.invariants.map((invariant) => invariantText(full, invariant))).toEqual([
    "never execute when effectiveDiscount is over 25 % (ceiling)",
    "always block when openDeals is 100",
  ]);
});

test("the mode says how far agents may go, and what takes it back", () => {
  expect([modeTexts(full), modeTexts(loaded(sound))]).toEqual([
    [
      "assisted: people decide all that would execute",
      "lowered by one when, of the last 50 decisions, over 20 % are blocked or people reject over 10 % of their escalations",
      "a canary keeps each partner to one side",
      "days and windows are counted in Europe/Paris",
    ],
    ["led: agents act inside it", "days and windows are counted in UTC"],
  ]);
});
