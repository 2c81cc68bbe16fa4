import type { Answered } from "../../../domain/answered.ts";
import { quoteFacts } from "../../../functions/quoting/fixture.ts";

const people = ["dana", "kim", "lee"];

/** The n-th question about a quote of its own, approved after half a minute, with one changed fact. */
export function answered(n: number, effectiveDiscount: number, changed: Partial<Answered> = {}): Answered {
  return {
    decisionId: `dec_${String(n).padStart(3, "0")}`,
    caseId: `acme:quoting:crm-deal-${n}`,
    at: `2026-03-02T${String(9 + Math.floor(n / 60)).padStart(2, "0")}:${String(n % 60).padStart(2, "0")}:00.000Z`,
    facts: quoteFacts({ effectiveDiscount }),
    end: "approved",
    people: [people[n % people.length] ?? ""],
    seconds: 30,
    ...changed,
  };
}

/** So many approvals, spread evenly over the discounts from just over 15 % up to `highest`. */
export function approvals(count: number, highest: number, changed: Partial<Answered> = {}): Answered[] {
  const step = Math.floor((highest - 150_000) / count);
  return Array.from({ length: count }, (_, n) => answered(n, highest - n * step, changed));
}
