import { expect, test } from "vitest";
import { FundRef, fundAccountOf } from "../../domain/fund.ts";
import { sharedAccountText } from "../../domain/account.ts";
import { windowAt } from "../../guardrails/window.ts";

const fund = { fundId: "mdf", partnerId: "p-juniper", currency: "USD" } as const;

test.for([
  ["2026", "calendar-year", "2026-08-15T12:00:00Z"],
  ["2026-Q1", "calendar-quarter", "2026-03-31T23:59:59Z"],
  ["2026-Q4", "calendar-quarter", "2026-10-01T00:00:00Z"],
  ["2026-12", "calendar-month", "2026-12-31T23:59:59Z"],
  ["2024-02", "calendar-month", "2024-02-29T12:00:00Z"],
  ["ever", "ever", "2026-08-15T12:00:00Z"],
] as const)("a deposit for %s goes where a decision by %s at %s draws from", ([period, window, at]) => {
  const { text, from, until } = fundAccountOf("acme", { ...fund, period });
  expect(from === null ? null : { from, until }).toEqual(windowAt(window, at, "UTC"));
  const unit = { unit: "minor", currency: "USD" } as const;
  const values = { partner: "p-juniper" };
  expect(text).toBe(sharedAccountText({ company: "acme", kind: "fund", id: "mdf", window, unit, values }));
});

test("every part of a fund's name makes another account, and the order of its values makes none", () => {
  const base = { ...fund, period: "2026" };
  const others = [{ fundId: "spiff" }, { partnerId: "p-cedar" }, { period: "2026-Q1" }, { currency: "EUR" }] as const;
  const all = [base, ...others.map((other) => ({ ...base, ...other }))].map((one) => fundAccountOf("acme", one).text);
  expect(new Set([...all, fundAccountOf("globex", base).text]).size).toBe(6);
  const account = { company: "acme", kind: "limit", id: "x", window: "ever" } as const;
  const made = (values: { [name: string]: string }) =>
    sharedAccountText({ ...account, unit: { unit: "count", currency: null }, values });
  expect(made({ a: "1", b: "2" })).toBe(made({ b: "2", a: "1" }));
});

test.for(["2026-Q5", "2026-13", "26", "2026-1", "always", ""])("`%s` is no period", (period) => {
  expect(FundRef.safeParse({ ...fund, period }).success).toBe(false);
});
