import { expect, test } from "vitest";
import { policyDocument } from "../../guardrails/policy.ts";
import { policyFromDocument } from "../../guardrails/policy-document.ts";
import { cellOf } from "../../guardrails/cell.ts";
import { loadPolicy } from "../../guardrails/load/policy.ts";
import { catalogue, sound, whole } from "./traps.ts";

function policyIn(text: string) {
  const loaded = loadPolicy("quoting.yaml", text, catalogue);
  if (loaded.kind === "loaded") return loaded.policy;
  throw new Error(JSON.stringify(loaded.problems));
}

const days = (date: string) => Date.parse(date) / 86_400_000;

test("every section of a policy is read, its amounts in whole units", () => {
  const { params, overrides, limits, rules, routes, ...policy } = policyIn(whole);
  expect(policy).toMatchObject({
    timezone: "Europe/Paris",
    mode: "assisted",
    subject: "partner",
    demotion: { blockedPpm: 200_000, rejectedPpm: 100_000, minimum: 50 },
    invariants: [
      { id: "ceiling-holds", never: "execute" },
      { id: "crowds-out", always: "block", when: { fact: "openDeals", operator: "equal", value: 100 } },
    ],
  });
  expect(params.map(({ name, kind, value, allowed }) => [name, kind, value, allowed])).toEqual([
    ["auto_max", "ppm", 150_000, { min: 50_000, max: 200_000 }],
    ["ceiling", "ppm", 250_000, null],
    ["quarter_cap", "minor", 60_000_000, null],
    ["max_open", "number", 9, { min: 5, max: 20 }],
    ["cutoff", "date", days("2026-12-31"), { min: days("2026-12-01"), max: days("2027-01-31") }],
  ]);
  expect(overrides).toEqual([
    {
      id: "emea-platinum",
      for: { partnerTier: ["platinum"], region: ["EMEA"] },
      from: "2026-01-01",
      until: "2026-07-01",
      set: { auto_max: 180_000, max_open: 12 },
      reason: "H1 programme, PO-412",
    },
    {
      id: "acme-late",
      for: { partner: ["acme", "9"] },
      from: "2026-06-01",
      until: "2027-01-01",
      set: { cutoff: days("2027-01-31"), auto_max: 200_000 },
      reason: "Signed in writing, PO-9",
    },
  ]);
  expect(limits).toEqual([
    {
      id: "quarter-discount",
      sum: "discountAmount",
      per: ["partner", "region"],
      window: "calendar-quarter",
      cap: { param: "quarter_cap" },
      warnAtPpm: 800_000,
      over: "escalate",
      route: "desk",
    },
    {
      id: "daily",
      sum: null,
      per: [],
      window: "calendar-day",
      cap: 40,
      warnAtPpm: null,
      over: "block",
      route: "manager",
    },
  ]);
  expect(rules.map(({ id, state, obligations }) => [id, state, obligations])).toEqual([
    ["late", undefined, undefined],
    ["crowded", undefined, undefined],
    ["ai-in-emea", "candidate", undefined],
    ["resold", undefined, undefined],
    ["small", undefined, ["crm-note"]],
  ]);
  expect(routes.map(({ id, quorum }) => [id, quorum])).toEqual([
    ["manager", 1],
    ["desk", 2],
  ]);
});

test("a route says whose clock its deadlines run by, and says nothing of it otherwise", () => {
  const desk = "desk: { who: role:desk, quorum: 2, sla: 8h, onExpiry: deny, notRequester: true";
  const routeIn = (more: string) => policyIn(whole.replace(desk, `${desk}${more}`)).routes[1];
  expect(routeIn(", clock: always")).toMatchObject({ id: "desk", clock: "always" });
  expect(routeIn(", region: dach")).toMatchObject({ id: "desk", region: "dach" });
  expect(Object.keys(routeIn("") ?? {})).toEqual(["id", "quorum", "levels"]);
  for (const more of [", clock: always", ", region: dach"]) {
    const policy = policyIn(whole.replace(desk, `${desk}${more}`));
    expect(policyFromDocument(JSON.stringify(policyDocument(policy)))).toEqual(policy);
  }
});

test("a date is compared as a day, a member and a pattern as they are written", () => {
  const comparisons = policyIn(whole).rules.flatMap(({ when }) => ("all" in when ? when.all : [when]));
  expect(comparisons.slice(2, 4).concat(comparisons.slice(5))).toEqual([
    { fact: "products", operator: "contains", value: "ai" },
    { fact: "note", operator: "matches", value: "(?i)resell" },
    { fact: "startDate", operator: "notIn", value: [days("2026-12-25"), days("2026-12-26")] },
    { fact: "products", operator: "doesNotContain", value: "data" },
  ]);
});

test("what a policy leaves out is UTC, led, and nothing else", () => {
  expect(policyIn(sound)).toMatchObject({
    timezone: "UTC",
    mode: "led",
    demotion: null,
    subject: null,
    overrides: [],
    limits: [],
    invariants: [],
  });
});

test("an override whose days are over is still listed", () => {
  expect(
    policyIn(whole.replace("from: 2026-01-01, until: 2026-07-01", "from: 1999-01-01, until: 1999-07-01")).overrides,
  ).toHaveLength(2);
});

test.for([
  [
    "one after the other, the later one first",
    "effective: { from: 2025-06-01, until: 2026-01-01 }",
    "for: { partnerTier: [platinum], region: [EMEA] }",
  ],
  [
    "one after the other",
    "effective: { from: 2026-07-01, until: 2026-08-01 }",
    "for: { partnerTier: [platinum], region: [EMEA] }",
  ],
  [
    "for other values of one fact",
    "effective: { from: 2026-01-01, until: 2026-08-01 }",
    "for: { partnerTier: [gold], region: [EMEA] }",
  ],
] as const)(
  "two overrides of a parameter as specific as each other stand side by side when they are %s",
  ([, effective, scope]) => {
    const text = whole
      .replace('for: { partner: [acme, "9"] }', scope)
      .replace("effective: { from: 2026-06-01, until: 2027-01-01 }", effective);
    expect(policyIn(text).overrides).toHaveLength(2);
  },
);

test("a parameter named as what every object has keeps its value where an override sets another", () => {
  const named = whole
    .replaceAll("ceiling: {", "constructor: {")
    .replace("{ param: ceiling }", "{ param: constructor }");
  const policy = policyIn(named);
  const cell = cellOf(policy, { partnerTier: "platinum", region: "EMEA", partner: "x" }, "2026-03-01T12:00:00Z");
  expect(cell.params.map(({ name, value, override }) => [name, value, override])).toEqual([
    ["auto_max", 180_000, "emea-platinum"],
    ["constructor", 250_000, undefined],
    ["quarter_cap", 60_000_000, undefined],
    ["max_open", 12, "emea-platinum"],
    ["cutoff", days("2026-12-31"), undefined],
  ]);
});

test.for([
  ["the last moment of the day before", "2025-12-31T22:59:59.999Z", undefined],
  ["the first moment of the first day", "2025-12-31T23:00:00Z", "emea-platinum"],
  ["the last moment of the last day", "2026-06-30T21:59:59.999Z", "emea-platinum"],
  ["the first moment of the day it ends", "2026-06-30T22:00:00Z", undefined],
] as const)(
  "an override applies from its first day up to its last in the policy's own time zone: %s",
  ([, at, override]) => {
    const cell = cellOf(policyIn(whole), { partnerTier: "platinum", region: "EMEA", partner: "x" }, at);
    expect(cell.params.find(({ name }) => name === "auto_max")?.override).toBe(override);
  },
);

test.for(["partnerTier", "region"] as const)("without %s nobody can say what the override's parameters are", (left) => {
  const { [left]: _, ...known } = { partnerTier: "platinum", region: "EMEA", partner: "x" };
  const cell = cellOf(policyIn(whole), known, "2026-03-01T12:00:00Z");
  expect(cell.params.flatMap(({ name, unsettled }) => (unsettled ? [name] : []))).toEqual(["auto_max", "max_open"]);
});

test("of two overrides that apply the one that names more facts sets what both set", () => {
  const cell = cellOf(
    policyIn(whole),
    { partnerTier: "platinum", region: "EMEA", partner: "acme" },
    "2026-06-15T12:00:00Z",
  );
  expect(
    cell.params.flatMap(({ name, value, override }) => (override === undefined ? [] : [[name, value, override]])),
  ).toEqual([
    ["auto_max", 180_000, "emea-platinum"],
    ["max_open", 12, "emea-platinum"],
    ["cutoff", days("2027-01-31"), "acme-late"],
  ]);
});
