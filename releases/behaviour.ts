import { diffPolicies, type PolicyDiff } from "../guardrails/analyse/diff.ts";
import type { PastDecision } from "../guardrails/simulate/past-decision.ts";
import { simulate, type Simulation } from "../guardrails/simulate/simulate.ts";
import type { VersionedPolicy } from "../deciding/policies.ts";
import { policyLoosenings } from "./loosening.ts";
import { changeText } from "./verdict-loosening.ts";

type Policies = { readonly [id: string]: VersionedPolicy };

/** What becomes of one policy. Versions are null where there is none. */
export type PolicyTurn = {
  readonly policy: string;
  readonly from: string | null;
  readonly to: string | null;
  /** Null where there is nothing to compare: the policy is new or removed, or `undecided` says why. */
  readonly diff: PolicyDiff | null;
  /** Every reason why it may loosen something; empty when it is proved that nothing does. */
  readonly loosens: readonly string[];
  /** Those of them that no region of the diff tells. */
  readonly loosensBeside: readonly string[];
  /** What could not be compared, each by name. What is undecided counts as loosening. */
  readonly undecided: readonly string[];
};

/** What recorded decisions of a policy would come to. */
export type Recent = {
  /** ISO 8601, and how many were taken since; `read`, the latest of them, were replayed. */
  readonly since: string;
  readonly taken: number;
  readonly read: number;
  /** Replayed ones that another version than the one before the change decided. */
  readonly byOtherVersions: number;
  readonly simulation: Simulation;
};

/** Each policy that is another one after than before, by id. `before` is undefined where nothing is in force. */
export function turnsOf(before: Policies | undefined, after: Policies): readonly PolicyTurn[] {
  const known = before ?? {};
  const ids = [...new Set([...Object.keys(known), ...Object.keys(after)])].toSorted();
  return ids.flatMap((id) => {
    const [from, to] = [ownIn(known, id), ownIn(after, id)];
    return from?.version === to?.version ? [] : [turnOf(id, from, to)];
  });
}

function ownIn(policies: Policies, id: string): VersionedPolicy | undefined {
  return Object.hasOwn(policies, id) ? policies[id] : undefined;
}

function turnOf(policy: string, from: VersionedPolicy | undefined, to: VersionedPolicy | undefined): PolicyTurn {
  const versions = { policy, from: from?.version ?? null, to: to?.version ?? null };
  if (from === undefined || to === undefined) {
    const why = from === undefined ? "the policy is not in force yet" : "the policy is removed";
    return { ...versions, diff: null, loosens: [why], loosensBeside: [why], undecided: [] };
  }
  const loosens = policyLoosenings(from.policy, to.policy);
  try {
    const diff = diffPolicies(from.policy, to.policy);
    const told = new Set([
      ...diff.changes.map(changeText),
      ...diff.undecided.map((why) => `not decided: ${why}`),
      ...diff.facts,
    ]);
    const loosensBeside = loosens.filter((reason) => !told.has(reason));
    return { ...versions, diff, loosens, loosensBeside, undecided: diff.undecided };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...versions, diff: null, loosens, loosensBeside: loosens, undecided: [why] };
  }
}

/** Replays the latest of `taken` decisions under what a policy becomes. `from`: the version before it, or null. */
export function recentUnder(
  { policy }: VersionedPolicy,
  from: string | null,
  { since, taken, decisions }: { since: string; taken: number; decisions: readonly PastDecision[] },
): Recent {
  const byOtherVersions = decisions.filter(({ policy: by }) => by.version !== from).length;
  return { since, taken, read: decisions.length, byOtherVersions, simulation: simulate(policy, decisions) };
}
