import type { FactType } from "../../../guardrails/fact-types.ts";
import { loadPolicy } from "../../../guardrails/load/policy.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { formatProblem } from "../../../guardrails/problem.ts";

const about = (name: string) => ({ name, title: name, adjustable: true });

/** What a request for a quote and a journey may bring. */
export const facts: readonly FactType[] = [
  { ...about("listPrice"), kind: "minor", min: 0, max: 1_000_000_00, currency: "USD" },
  { ...about("discount"), kind: "minor", min: 0, max: 1_000_000_00, currency: "USD" },
  { ...about("floorPrice"), kind: "minor", min: 0, max: 1_000_000_00, currency: "USD" },
  { ...about("euros"), kind: "minor", min: 0, max: 1_000_00, currency: "EUR" },
  { ...about("rate"), kind: "ppm", min: 0, max: 1_000_000 },
  { ...about("seats"), kind: "number", min: 0, max: 500 },
  { ...about("included"), kind: "number", min: 0, max: 500, optional: true },
  { ...about("bags"), kind: "number", min: 0, max: 9 },
  { ...about("starts"), kind: "date", min: 0, max: 40_000 },
  { ...about("ends"), kind: "date", min: 0, max: 40_000 },
  { ...about("membership"), kind: "choice", values: ["none", "silver", "gold"], adjustable: false },
  { ...about("cabin"), kind: "choice", values: ["economy", "business"] },
  { ...about("payer"), kind: "choice", values: ["silver", "gold", "other"] },
  { ...about("urgent"), kind: "boolean" },
  { ...about("partner"), kind: "text", maxLength: 40, adjustable: false },
];

const routes = `routes:
  manager: { who: role:manager, sla: 4h, onExpiry: deny, notRequester: true }
  director: { who: role:director, sla: 8h, onExpiry: deny, notRequester: true }
defaultRoute: manager
`;

/** A policy's file with these sections. */
export const fileOf = (sections: string): string => `policy: trip\ndefault: escalate\n${sections}${routes}`;

/** The policy of these sections, or its problems as they are told. */
export function loaded(sections: string, tables: { readonly [file: string]: string } = {}): Policy | readonly string[] {
  const read = loadPolicy("trip.yaml", fileOf(sections), { trip: facts }, { tables });
  return read.kind === "loaded" ? read.policy : read.problems.map(formatProblem);
}

/** The policy of these sections. Throws its problems. */
export function policyWith(sections: string, tables: { readonly [file: string]: string } = {}): Policy {
  const read = loaded(sections, tables);
  if ("rules" in read) return read;
  throw new Error(read.join("\n"));
}

/** A request that brings every fact, with some changed. */
export const trip = (changed: { readonly [fact: string]: unknown } = {}) =>
  ({
    listPrice: 100_00,
    discount: 10_00,
    floorPrice: 80_00,
    euros: 0,
    rate: 100_000,
    seats: 10,
    included: 5,
    bags: 1,
    starts: "2026-01-01",
    ends: "2026-01-11",
    membership: "silver",
    cabin: "economy",
    payer: "silver",
    urgent: false,
    partner: "acme",
    ...changed,
  }) as never;
