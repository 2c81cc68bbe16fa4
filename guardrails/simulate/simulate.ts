import { WHOLE_PPM } from "../../domain/ppm.ts";
import { sharesOf } from "../../domain/shares.ts";
import type { Verdict } from "../../domain/decision.ts";
import type { Policy } from "../policy.ts";
import { agreementByRule, agreementOf, personSaid } from "./agreement.ts";
import type { Agreement, PersonSaid, RuleAgreement } from "./agreement.ts";
import { byWeight, flipOf, moneyMoved } from "./flips.ts";
import type { Flip, MoneyMoved } from "./flips.ts";
import type { PastDecision } from "./past-decision.ts";
import { replayer } from "./replay.ts";
import type { Replayed } from "./replay.ts";

/** Counts of past verdicts by what the candidate makes of them: `matrix[from][to]`. */
export type FlipMatrix = { readonly [from in Verdict]: { readonly [to in Verdict]: number } };

/** A count, and its share of all that was replayed, in parts per million: those of one report add up to a million. */
type Change = "loosening" | "tightening" | "unchanged";
export type Counted = { readonly count: number; readonly sharePpm: number };

/** A person answered one way, and the candidate would decide the opposite. */
export type Contradiction = {
  readonly decisionId: string;
  readonly escalationId: string;
  readonly person: PersonSaid;
  readonly to: Verdict;
};

/** Somebody is being asked about it, and under the candidate nobody would be. */
export type PendingChange = { readonly escalationId: string; readonly decisionId: string; readonly to: Verdict };

/** One of the candidate's limits over all that was replayed. `unread`: no recorded reading answers it. */
export type LimitCount = {
  readonly id: string;
  readonly within: number;
  readonly over: number;
  readonly overBefore: number;
  readonly unread: number;
};

export type Simulation = {
  readonly policy: string;
  readonly replayed: number;
  readonly matrix: FlipMatrix;
  readonly loosening: Counted;
  readonly tightening: Counted;
  readonly unchanged: Counted;
  readonly money: readonly MoneyMoved[];
  /** Whom the flips are about, by the policy's subject fact; null when it has none. */
  readonly subjects: { readonly fact: string; readonly touched: readonly string[] } | null;
  readonly contradictions: readonly Contradiction[];
  /** The candidate, and each rule that matches there, against what people decided. */
  readonly agreement: Agreement;
  readonly rules: readonly RuleAgreement[];
  readonly pending: readonly PendingChange[];
  readonly limits: readonly LimitCount[];
  /** Decisions that the mode alone made people decide; the verdict before that is what is compared. */
  readonly heldByMode: number;
  /** Decisions whose facts are not the candidate's, by why. They are in no other count. */
  readonly unreplayable: readonly { readonly why: string; readonly decisionIds: readonly string[] }[];
  /** Decisions of other policies. They are in no other count. */
  readonly ofOtherPolicies: number;
  /** Every flip, what matters most first. */
  readonly flips: readonly Flip[];
};

function matrixOf(replayed: readonly Replayed[]): FlipMatrix {
  const row = () => ({ execute: 0, escalate: 0, block: 0 });
  const matrix = { execute: row(), escalate: row(), block: row() };
  for (const { past, to } of replayed) matrix[past.byRules][to] += 1;
  return matrix;
}

function counted(counts: { readonly [change in Change]: number }): { readonly [change in Change]: Counted } {
  const { loosening, tightening, unchanged } = counts;
  const [loose = 0, tight = 0, none = 0] = sharesOf([loosening, tightening, unchanged], WHOLE_PPM);
  return {
    loosening: { count: loosening, sharePpm: loose },
    tightening: { count: tightening, sharePpm: tight },
    unchanged: { count: unchanged, sharePpm: none },
  };
}

function contradictionsOf(replayed: readonly Replayed[]): readonly Contradiction[] {
  return replayed.flatMap(({ past: { decisionId, escalation }, to }) => {
    if (escalation === null) return [];
    const { escalationId, state } = escalation;
    const person = personSaid(state);
    const isAgainst = (person === "rejected" && to === "execute") || (person === "approved" && to === "block");
    return person !== undefined && isAgainst ? [{ decisionId, escalationId, person, to }] : [];
  });
}

/** People are asked by the verdict as recorded; a candidate that says what the rules said then changes nothing for them. */
function pendingOf(replayed: readonly Replayed[]): readonly PendingChange[] {
  return replayed.flatMap(({ past: { decisionId, escalation, byRules }, to }) =>
    escalation?.state === "open" && to !== byRules ? [{ escalationId: escalation.escalationId, decisionId, to }] : [],
  );
}

function limitsOf(candidate: Policy, replayed: readonly Replayed[]): readonly LimitCount[] {
  const counts = new Map(candidate.limits.map(({ id }) => [id, { id, within: 0, over: 0, overBefore: 0, unread: 0 }]));
  for (const { id, over, wasOver } of replayed.flatMap(({ caps }) => caps)) {
    const count = counts.get(id);
    if (count === undefined) continue;
    count[over] += 1;
    if (wasOver) count.overBefore += 1;
  }
  return [...counts.values()];
}

function subjectsOf({ subject }: Policy, flips: readonly Flip[]): Simulation["subjects"] {
  if (subject === null) return null;
  const touched = new Set(flips.flatMap((flip) => (flip.subject === null ? [] : [flip.subject])));
  return { fact: subject, touched: [...touched].toSorted() };
}

/**
 * Replays past decisions under a candidate policy and tells what would have come out otherwise. Each is decided as of its
 * own time, with the facts, the limits' readings and compliance's word that were recorded.
 */
export function simulate(candidate: Policy, history: readonly PastDecision[]): Simulation {
  const replay = replayer(candidate);
  const own = history.filter(({ policy }) => policy.id === candidate.id);
  const replayed: Replayed[] = [];
  const unreplayable = new Map<string, string[]>();
  for (const past of own) {
    const result = replay(past);
    if (result.kind === "replayed") replayed.push(result);
    else {
      const ids = unreplayable.get(result.why) ?? [];
      ids.push(past.decisionId);
      unreplayable.set(result.why, ids);
    }
  }
  const flips = replayed.flatMap((result) => flipOf(candidate, result) ?? []).toSorted(byWeight);
  const loosening = flips.filter(({ change }) => change === "loosening").length;
  return {
    policy: candidate.id,
    replayed: replayed.length,
    matrix: matrixOf(replayed),
    ...counted({ loosening, tightening: flips.length - loosening, unchanged: replayed.length - flips.length }),
    money: moneyMoved(flips),
    subjects: subjectsOf(candidate, flips),
    contradictions: contradictionsOf(replayed),
    agreement: agreementOf(replayed),
    rules: agreementByRule(candidate, replayed),
    pending: pendingOf(replayed),
    limits: limitsOf(candidate, replayed),
    heldByMode: replayed.filter(({ past }) => past.verdict !== past.byRules).length,
    unreplayable: [...unreplayable].map(([why, decisionIds]) => ({ why, decisionIds })),
    ofOtherPolicies: history.length - own.length,
    flips,
  };
}
