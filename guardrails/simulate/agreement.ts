import type { Verdict } from "../../domain/decision.ts";
import { isApproved, type EscalationStanding } from "../../domain/escalation.ts";
import { compilePolicy } from "../compile.ts";
import { wilsonInterval } from "../learn/wilson.ts";
import type { Policy } from "../policy.ts";
import type { Replayed } from "./replay.ts";

/** What people said, as a verdict: of what was approved it counts, whatever came of it since. */
export type PersonSaid = "approved" | "rejected";

/** What people said about a question in this state; undefined while they have not, or never did: silence is no answer. */
export function personSaid(state: EscalationStanding): PersonSaid | undefined {
  if (state === "rejected") return "rejected";
  return isApproved(state) ? "approved" : undefined;
}

/** A share of decisions in ppm, rounded down, with Wilson's 95 % interval around it, rounded outwards. */
export type Share = {
  readonly of: number;
  readonly count: number;
  readonly sharePpm: number;
  readonly lowerPpm: number;
  readonly upperPpm: number;
};

function shareOf(count: number, of: number): Share {
  const { lower, upper } = wilsonInterval(count, of);
  return {
    of,
    count,
    sharePpm: of === 0 ? 0 : Math.floor((count * 1_000_000) / of),
    lowerPpm: Math.floor(lower * 1_000_000),
    upperPpm: Math.ceil(upper * 1_000_000),
  };
}

/** The candidate against what people decided. `agreed` is of what it decides alone; what it asks about is `asks`. */
export type Agreement = { readonly decidedByPeople: number; readonly asks: number; readonly agreed: Share };

/** One rule over what people decided and it matches: agreed, or for one that asks, what they approved of it. */
export type RuleAgreement = {
  readonly rule: string;
  readonly effect: Verdict;
  readonly state: "active" | "candidate";
  readonly kind: "agreed" | "approved";
  readonly share: Share;
  /** Decisions that people took the other way; none of a rule that asks. */
  readonly against: readonly string[];
};

type Said = { readonly replayed: Replayed; readonly said: PersonSaid };

const agrees = (verdict: Verdict, said: PersonSaid) => (verdict === "execute") === (said === "approved");

function answered(replayed: readonly Replayed[]): readonly Said[] {
  return replayed.flatMap((one) => {
    const said = one.past.escalation === null ? undefined : personSaid(one.past.escalation.state);
    return said === undefined ? [] : [{ replayed: one, said }];
  });
}

/** How far the candidate would have said what people said, where they decided. */
export function agreementOf(replayed: readonly Replayed[]): Agreement {
  const decided = answered(replayed);
  const alone = decided.filter(({ replayed: { to } }) => to !== "escalate");
  const agreed = alone.filter(({ replayed: { to }, said }) => agrees(to, said)).length;
  return {
    decidedByPeople: decided.length,
    asks: decided.length - alone.length,
    agreed: shareOf(agreed, alone.length),
  };
}

/** The same rule by rule, in the order of the file; a rule that matches nothing that people decided is left out. */
export function agreementByRule(candidate: Policy, replayed: readonly Replayed[]): readonly RuleAgreement[] {
  const matched = new Map<string, Said[]>();
  for (const one of answered(replayed)) {
    const { cell, checked } = one.replayed.scene;
    for (const id of compilePolicy(cell).match(checked.known).matching)
      matched.set(id, [...(matched.get(id) ?? []), one]);
  }
  return candidate.rules.flatMap(({ id: rule, effect, ...more }): readonly RuleAgreement[] => {
    const state = more.state ?? ("active" as const);
    const found = matched.get(rule);
    if (found === undefined) return [];
    if (effect === "escalate") {
      const approved = found.filter(({ said }) => said === "approved").length;
      return [{ rule, effect, state, kind: "approved", share: shareOf(approved, found.length), against: [] }];
    }
    const against = found.filter(({ said }) => !agrees(effect, said)).map(({ replayed: { past } }) => past.decisionId);
    const share = shareOf(found.length - against.length, found.length);
    return [{ rule, effect, state, kind: "agreed", share, against }];
  });
}
