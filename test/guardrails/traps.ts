import { expect, test } from "vitest";
import { governedCatalogue } from "../../guardrails/fact-types.ts";
import type { Catalogue } from "../../guardrails/fact-types.ts";
import { loadPolicy } from "../../guardrails/load/policy.ts";
import type { Problem } from "../../guardrails/problem.ts";

/** A sound policy. Each case below changes one piece of it and marks with `▸` where the problem has to be reported. */
export const sound = `policy: quoting
default: escalate
params:
  auto_max: { percent: 15%, allowed: 5%..20% }
  tier_up: { money: 500000.00 USD, protected: true }
rules:
  - id: small
    effect: execute
    when:
      all:
        - { fact: effectiveDiscount, operator: lessThanInclusive, value: { param: auto_max } }
        - { fact: listPrice, operator: lessThanInclusive, value: { param: tier_up } }
        - { fact: belowFloorPrice, operator: equal, value: false }
        - { fact: seats, operator: greaterThan, value: 3 }
    reason: "Discount {effectiveDiscount} is within {auto_max}"
  - id: touchy
    effect: escalate
    when: { fact: protectedTerms, operator: in, value: [liability, data] }
    reason: "Touches {protectedTerms}"
    route: manager
routes:
  manager: { who: role:manager, sla: 4h, then: { who: role:director, sla: 1d }, onExpiry: deny, notRequester: true }
defaultRoute: manager
`;

/** A sound policy with every section that a policy may have. */
export const whole = `policy: quoting
default: escalate
timezone: Europe/Paris
mode: assisted
subject: partner
demote: { blocked: 20%, rejected: 10%, minimum: 50 }
params:
  auto_max: { percent: 15%, allowed: 5%..20% }
  ceiling: { percent: 25%, protected: true }
  quarter_cap: { money: 600000.00 USD }
  max_open: { number: 9, allowed: 5..20 }
  cutoff: { date: 2026-12-31, allowed: 2026-12-01..2027-01-31 }
overrides:
  - id: emea-platinum
    for: { partnerTier: [platinum], region: [EMEA] }
    effective: { from: 2026-01-01, until: 2026-07-01 }
    set: { auto_max: 18%, max_open: 12 }
    reason: H1 programme, PO-412
  - id: acme-late
    for: { partner: [acme, "9"] }
    effective: { from: 2026-06-01, until: 2027-01-01 }
    set: { cutoff: 2027-01-31, auto_max: 20% }
    reason: Signed in writing, PO-9
rules:
  - id: late
    effect: escalate
    when: { fact: startDate, operator: greaterThan, value: { param: cutoff } }
    reason: "Starts on {startDate}, after {cutoff}"
    route: desk
  - id: crowded
    effect: block
    when: { fact: openDeals, operator: greaterThanInclusive, value: { param: max_open } }
    reason: "{openDeals} open deals"
    state: active
  - id: ai-in-emea
    effect: escalate
    when: { fact: products, operator: contains, value: ai }
    reason: "Holds {products}"
    state: candidate
  - id: resold
    effect: escalate
    when: { fact: note, operator: matches, value: "(?i)resell" }
    reason: "Speaks of reselling: {note}"
  - id: small
    effect: execute
    when:
      all:
        - { fact: effectiveDiscount, operator: lessThanInclusive, value: { param: auto_max } }
        - { fact: startDate, operator: notIn, value: [2026-12-25, 2026-12-26] }
        - { fact: products, operator: doesNotContain, value: data }
    reason: "Discount {effectiveDiscount} is within {auto_max}"
    obligations: [crm-note]
limits:
  - id: quarter-discount
    sum: discountAmount
    per: [partner, region]
    window: calendar-quarter
    cap: { param: quarter_cap }
    warnAt: 80%
    over: escalate
    route: desk
  - id: daily
    count: true
    per: []
    window: calendar-day
    cap: 40
    over: block
routes:
  manager: { who: role:manager, sla: 4h, onExpiry: deny, notRequester: true }
  desk: { who: role:desk, quorum: 2, sla: 8h, onExpiry: deny, notRequester: true }
defaultRoute: manager
invariants:
  - id: ceiling-holds
    never: execute
    when: { fact: effectiveDiscount, operator: greaterThan, value: { param: ceiling } }
  - id: crowds-out
    always: block
    when: { fact: openDeals, operator: equal, value: 100 }
`;

const kept = ["effectiveDiscount", "listPrice", "belowFloorPrice", "protectedTerms", "partnerStanding"];
const quoteFacts = (governedCatalogue()["quoting"] ?? []).filter(({ name }) => kept.includes(name));
const about = (name: string) => ({ name, title: name, adjustable: false });
export const catalogue: Catalogue = {
  ...governedCatalogue(),
  quoting: [
    ...quoteFacts,
    { ...about("seats"), kind: "number", min: 1, max: 500 },
    { ...about("partner"), kind: "text", maxLength: 40 },
    { ...about("partnerTier"), kind: "choice", values: ["silver", "gold", "platinum"] },
    { ...about("region"), kind: "choice", values: ["EMEA", "AMER"] },
    { ...about("products"), kind: "set", values: ["core", "ai", "data"] },
    { ...about("startDate"), kind: "date", min: 0, max: 100_000 },
    { ...about("openDeals"), kind: "number", min: 0, max: 100 },
    { ...about("discountAmount"), kind: "minor", min: 0, max: 1_000_000_000, currency: "USD" },
    { ...about("drift"), kind: "number", min: -5, max: 5 },
    { ...about("note"), kind: "text", maxLength: 500, optional: true },
  ],
};

type Trap = {
  readonly name: string;
  readonly change: string;
  readonly also?: readonly [from: string, to: string];
  /** The new text; `▸` stands where the first problem belongs. */
  readonly to: string;
  /** `message; fix` of each problem, in the order of the file. */
  readonly says: readonly string[];
};

/** A file and how it is loaded: what is refused is in `problems`. */
type Loaded = { readonly kind: "loaded" } | { readonly kind: "refused"; readonly problems: readonly Problem[] };
type Loader = { readonly file: string; readonly load: (file: string, text: string) => Loaded };

const asPolicy: Loader = { file: "policies/quoting.yaml", load: (file, text) => loadPolicy(file, text, catalogue) };

function refusal(text: string, { change, to, also = ["", ""] }: Trap, { file, load }: Loader) {
  expect(text.split(change), "the change names one place").toHaveLength(2);
  const marked = text.replace(also[0], also[1]).replace(change, () => to);
  const before = marked.slice(0, marked.indexOf("▸")).split("\n");
  const loaded = load(file, marked.replace("▸", ""));
  return {
    problems: loaded.kind === "refused" ? loaded.problems : [],
    place: { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 },
  };
}

/** One test per trap: every problem it causes in a sound file, and the place of the first. */
export function refuses(traps: readonly Trap[], text = sound, loader: Loader = asPolicy): void {
  test.for(traps)("$name", (trap) => {
    const { problems, place } = refusal(text, trap, loader);
    expect(problems.map(({ message, fix }) => `${message}; ${fix}`)).toEqual(trap.says);
    expect(problems[0]).toMatchObject(place);
  });
}
