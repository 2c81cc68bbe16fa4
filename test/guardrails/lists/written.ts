import type { FactType } from "../../../guardrails/fact-types.ts";
import { loadFacts } from "../../../guardrails/load/facts.ts";
import { loadPolicy } from "../../../guardrails/load/policy.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { formatProblem } from "../../../guardrails/problem.ts";

/** A basket: its lines, and what all of it lists at. */
export const factsFile = `facts:
  lines:
    title: Lines of the quote
    list:
      family: { title: Product family, choice: [hardware, software, service] }
      discount: { title: Discount of the line, percent: 0%..100% }
      price: { title: Price of the line, money: 0.00 USD..100000.00 USD }
      seats: { title: Seats of the line, number: 0..500 }
      bought: { title: Seats that were bought before, number: 0..500 }
      starts: { title: When it starts, date: true }
      renewed: { title: It is a renewal, boolean: true }
    length: 1..50
  spares:
    title: Spare parts
    optional: true
    list:
      price: { title: Price of the part, money: 0.00 USD..1000.00 USD }
    length: 0..5
  listPrice: { title: List price, adjustable: true, money: 0.00 USD..5000000.00 USD }
`;

export function factsOf(text: string): readonly FactType[] {
  const read = loadFacts("basket.facts.yaml", text);
  if (read.kind === "refused") throw new Error(read.problems.map(formatProblem).join("\n"));
  return read.facts;
}

export const facts = factsOf(factsFile);

const routes = `routes:
  manager: { who: role:manager, sla: 4h, onExpiry: deny, notRequester: true }
defaultRoute: manager
`;

export const fileOf = (sections: string): string => `policy: basket\ndefault: escalate\n${sections}${routes}`;

/** The policy of these sections, or its problems and then its warnings as they are told. */
export function loaded(
  sections: string,
): { readonly policy: Policy; readonly warnings: readonly string[] } | readonly string[] {
  const read = loadPolicy("basket.yaml", fileOf(sections), { basket: facts });
  if (read.kind === "refused") return read.problems.map(formatProblem);
  return { policy: read.policy, warnings: read.warnings.map(formatProblem) };
}

/** The policy of these sections. Throws its problems. */
export function policyWith(sections: string): Policy {
  const read = loaded(sections);
  if ("policy" in read) return read.policy;
  throw new Error(read.join("\n"));
}

/** A line with some of its fields changed. */
export const line = (changed: object = {}) => ({
  family: "software",
  discount: 100_000,
  price: 100_00,
  seats: 1,
  bought: 1,
  starts: "2026-01-01",
  renewed: false,
  ...changed,
});

/** A request with these lines. */
export const basket = (lines: readonly object[], more: object = {}) =>
  ({ lines, listPrice: 1_000_00, ...more }) as never;
