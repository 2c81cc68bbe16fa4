import { loadFacts } from "../../../guardrails/load/facts.ts";
import { loadPolicy } from "../../../guardrails/load/policy.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { formatProblem } from "../../../guardrails/problem.ts";

const declared = `facts:
  registeredAt: { title: when the deal was registered, adjustable: true, date-time: true }
  answeredAt: { title: when it was answered, optional: true, date-time: true }
  grace: { title: how long may pass, duration: 0h..30d }
  closeDate: { title: the day it closes, date: true }
  partner: { title: who asks, text: 40 }
`;

const routes = `routes:
  manager: { who: role:manager, sla: 4h, onExpiry: deny, notRequester: true }
defaultRoute: manager
`;

function factsOf(text: string) {
  const read = loadFacts("deal.facts.yaml", text);
  if (read.kind === "refused") throw new Error(read.problems.map(formatProblem).join("\n"));
  return read.facts;
}

export const facts = factsOf(declared);

/** The policy of these sections, or its problems as they are told. `zone` is what its days are counted in. */
export function loaded(sections: string, zone = "Europe/Paris"): Policy | readonly string[] {
  const file = `policy: deal\ndefault: escalate\ntimezone: ${zone}\n${sections}${routes}`;
  const read = loadPolicy("deal.yaml", file, { deal: facts });
  return read.kind === "loaded" ? read.policy : read.problems.map(formatProblem);
}

/** The policy of these sections. Throws its problems. */
export function policyWith(sections: string, zone?: string): Policy {
  const read = loaded(sections, zone);
  if ("rules" in read) return read;
  throw new Error(read.join("\n"));
}

/** A policy of one rule, which executes when a condition holds; `before` are sections above it. */
export function executesWhen(when: string, before = "", zone?: string): Policy {
  return policyWith(`${before}rules:\n  - { id: fine, effect: execute, when: ${when}, reason: fine }\n`, zone);
}

/** A request that brings every fact but `answeredAt`, with some changed. */
export const deal = (changed: { readonly [fact: string]: unknown } = {}) =>
  ({
    registeredAt: "2026-03-28T12:00:00+01:00",
    grace: 86_400_000,
    closeDate: "2026-04-30",
    partner: "acme",
    ...changed,
  }) as never;
