import { readSettledSince, readTally } from "../audit/ledgers/rollout.ts";
import type { Sql } from "../audit/records.ts";
import type { Mode } from "../domain/decision-details.ts";
import { lapseOf, lowerMode, oneLower } from "../guardrails/mode.ts";
import type { Demotion, Policy } from "../guardrails/policy.ts";
import { modeStateOf } from "./modes.ts";
import type { Head, Reading } from "./reader.ts";

/** A policy that is in force with bounds of its own: for everybody, or for the subjects of a canary. */
export type Watched = {
  readonly policyId: string;
  readonly release: string;
  readonly isCanary: boolean;
  readonly demotion: Demotion;
  /** The lower of the function's mode and the policy's own. */
  readonly mode: Mode;
};

/** What was done about a lapse, and why, as it is recorded. */
export type Demoted = {
  readonly policyId: string;
  readonly release: string;
  readonly done: { readonly kind: "lowered"; readonly to: Mode } | { readonly kind: "withdrawn" };
  readonly reason: string;
};

/** The steps that let agents do less. Each takes effect once and is recorded with its reason; false: it was so already. */
export type Restraints = {
  readonly lower: (policyId: string, to: Mode, reason: string) => Promise<boolean>;
  /** Takes a canary back. Null where that takes a person: the mode is lowered then. */
  readonly withdraw: ((release: string, reason: string) => Promise<boolean>) | null;
};

type Deps = { readonly sql: Sql; readonly company: string; readonly restraints: Restraints };

/** The policies of what is in force whose files say when agents do too much. */
export function watchedIn({ inForce, canary, modes }: Reading): readonly Watched[] {
  const watched = (policy: Policy, release: string, isCanary: boolean): readonly Watched[] => {
    if (policy.demotion === null) return [];
    const mode = lowerMode(policy.mode, modeStateOf(modes, policy.id).mode);
    return [{ policyId: policy.id, release, isCanary, demotion: policy.demotion, mode }];
  };
  const inHead = (head: Head, isCanary: boolean) =>
    head.kind !== "sound"
      ? []
      : Object.values(head.bundle.policies).flatMap(({ policy }) => watched(policy, head.bundle.release, isCanary));
  return [...inHead(canary, true), ...inHead(inForce, false)];
}

/**
 * Looks at the latest decisions of each policy, since its mode or release last changed, and takes one step down where
 * they lapse: a canary is withdrawn, else the mode is lowered by one. Never raises anything.
 */
export async function demoteLapsed(deps: Deps, watched: readonly Watched[]): Promise<readonly Demoted[]> {
  const demoted: Demoted[] = [];
  for (const one of watched) {
    const reason = await lapseIn(deps, one);
    const done = reason === null ? undefined : await restrain(deps, one, reason);
    if (done !== undefined) demoted.push(done);
  }
  return demoted;
}

async function lapseIn({ sql, company }: Deps, { policyId, release, demotion }: Watched): Promise<string | null> {
  const since = await readSettledSince(sql, { company, policyId, release });
  return lapseOf(demotion, await readTally(sql, { company, policyId, release, since, most: demotion.minimum }));
}

async function restrain({ restraints }: Deps, watched: Watched, reason: string): Promise<Demoted | undefined> {
  const { policyId, release, isCanary, mode } = watched;
  const to = oneLower(mode);
  if (to === null) return undefined;
  if (isCanary && restraints.withdraw !== null) {
    if (!(await restraints.withdraw(release, reason))) return undefined;
    return { policyId, release, done: { kind: "withdrawn" }, reason };
  }
  const why = isCanary ? `the canary \`${release.slice(0, 12)}\`: ${reason}` : reason;
  if (!(await restraints.lower(policyId, to, why))) return undefined;
  return { policyId, release, done: { kind: "lowered", to }, reason: why };
}
