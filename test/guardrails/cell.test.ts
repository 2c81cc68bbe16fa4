import { describe, expect, test } from "vitest";
import { cellOf, startOfDay } from "../../guardrails/cell.ts";
import { evaluate, judge } from "../../guardrails/evaluate.ts";
import type { Override, Policy } from "../../guardrails/policy.ts";
import { policyOf } from "../fixtures/policy.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";

const quoting = policyOf("quoting");
const h1: Override = {
  id: "h1",
  for: { partnerStanding: ["active", "unknown"] },
  from: "2026-01-01",
  until: "2026-07-01",
  set: { auto_max: 180_000 },
  reason: "H1 programme",
};
const withOverrides = (overrides: readonly Override[], timezone = "UTC"): Policy => ({
  ...quoting,
  timezone,
  overrides,
});
const autoMax = (policy: Policy, known: Parameters<typeof cellOf>[1], at: string) =>
  cellOf(policy, known, at).params.find(({ name }) => name === "auto_max");

describe("an override is in effect", () => {
  test.for([
    ["UTC", "2025-12-31T23:59:59.999Z", 150_000],
    ["UTC", "2026-01-01T00:00:00.000Z", 180_000],
    ["UTC", "2026-06-30T23:59:59.999Z", 180_000],
    ["UTC", "2026-07-01T00:00:00.000Z", 150_000],
    ["Pacific/Auckland", "2025-12-31T11:00:00.000Z", 180_000],
    ["America/New_York", "2026-01-01T04:59:59.999Z", 150_000],
    ["America/New_York", "2026-07-01T03:59:59.999Z", 180_000],
  ] as const)("from the start of its first day up to the start of its last, in %s at %s", ([zone, at, value]) => {
    expect(autoMax(withOverrides([h1], zone), { partnerStanding: "active" }, at)?.value).toBe(value);
  });

  test("only for requests in its scope", () => {
    expect(autoMax(withOverrides([h1]), { partnerStanding: "suspended" }, "2026-03-01T00:00:00Z")).toMatchObject({
      value: 150_000,
    });
  });

  test("unless a more specific one sets the same parameter", () => {
    const narrow = { ...h1, id: "narrow", for: { ...h1.for, protectedTerms: ["none"] }, set: { auto_max: 100_000 } };
    const policy = withOverrides([h1, narrow]);
    const known = { partnerStanding: "active", protectedTerms: "none" };
    const params = [known, { ...known, protectedTerms: "data" }].map((facts) =>
      autoMax(policy, facts, "2026-03-01T00:00:00Z"),
    );
    expect(params).toMatchObject([
      { value: 100_000, override: "narrow" },
      { value: 180_000, override: "h1" },
    ]);
  });
});

test("requests under the same overrides share one cell, which is compiled once", () => {
  const policy = withOverrides([h1]);
  const cell = (standing: string, at: string) => cellOf(policy, { partnerStanding: standing }, at);
  expect(cell("active", "2026-02-01T00:00:00Z")).toBe(cell("unknown", "2026-03-01T00:00:00Z"));
  expect(cell("active", "2026-08-01T00:00:00Z")).toBe(policy);
});

describe("when nobody can say whether an override applies", () => {
  const { partnerStanding: _left, ...unknown } = quoteFacts();
  const at = "2026-03-01T00:00:00Z";

  test("nothing that reads its parameter is certain, and the request asks people", async () => {
    const { decision, cell } = await judge(withOverrides([h1]), { ...unknown, effectiveDiscount: 160_000 }, { at });
    expect(decision).toMatchObject({ kind: "escalate", rules: [], missing: ["partnerStanding"] });
    expect(cell.params.find(({ name }) => name === "auto_max")).toMatchObject({ unsettled: true });
  });

  test("a block that no override can lift stays one", async () => {
    const facts = { ...unknown, effectiveDiscount: 250_001 };
    expect(await evaluate(withOverrides([h1]), facts, { at })).toMatchObject({ kind: "block" });
  });
});

test("18 % executes under an override that allows it, and one millionth more asks", async () => {
  const at = "2026-03-01T12:00:00Z";
  const kinds = [180_000, 180_001].map(async (effectiveDiscount) => {
    return (await evaluate(withOverrides([h1]), { ...quoteFacts(), effectiveDiscount }, { at })).kind;
  });
  expect(await Promise.all(kinds)).toEqual(["execute", "escalate"]);
});

test("a day begins when it begins in the policy's time zone, a missing midnight included", () => {
  expect(startOfDay("2026-03-01", "Europe/Paris")).toBe("2026-02-28T23:00:00Z");
  expect(startOfDay("2026-04-24", "Africa/Cairo")).toBe("2026-04-23T22:00:00Z");
});
