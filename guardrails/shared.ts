import type { AccountUnit } from "../domain/account.ts";
import type { Verdict } from "../domain/decision.ts";
import type { JsonObject } from "../domain/json.ts";
import { unitOf } from "./limits.ts";
import { capParam } from "./policy.ts";
import type { Cap, Limit, Param, Policy, Window } from "./policy.ts";

/** A limit that is declared once, in a file of its own, and counts what requests of every policy that names it come to. */
export type SharedLimit = {
  /** Its file's name, and its id in each of these policies. */
  readonly id: string;
  /** IANA name; its windows are counted in it. */
  readonly timezone: string;
  /** What the summed fact and those that make an account are called here. `sum` is null where requests are counted. */
  readonly sum: string | null;
  readonly per: readonly string[];
  readonly unit: AccountUnit;
  readonly window: Window;
  readonly cap: Cap;
  readonly warnAtPpm: number | null;
  readonly over: Exclude<Verdict, "execute">;
  /** A route that each of the policies has; null where nobody is asked. */
  readonly route: string | null;
  /** The parameter that the cap is taken from, if it is: a policy's overrides may set it for its own requests. */
  readonly params: readonly Param[];
  /** One request, and none again until its window is over, whichever of the policies let it through. */
  readonly cooldown?: true;
};

/** Shared limits by id, each with the SHA-256 (hex) of its document. */
export type SharedLimits = { readonly [id: string]: { readonly limit: SharedLimit; readonly version: string } };

/** Everything a shared limit says, as plain JSON. Its canonical form's SHA-256 is its version. */
export function sharedDocument(limit: SharedLimit): JsonObject {
  return { language: 1, ...limit };
}

/** The shared limit as a policy that names it tells it; undefined for a limit of the policy's own. */
export function sharedIn(policy: Policy, limit: Limit): SharedLimit | undefined {
  const { id, window, cap, warnAtPpm, over, shared, cooldown } = limit;
  if (shared === undefined) return undefined;
  const { timezone, sum, per } = shared;
  const named = capParam(cap);
  const unit = unitOf(limit, policy);
  const params = policy.params.filter(({ name }) => name === named);
  const route = over === "block" ? null : limit.route;
  const resting = cooldown === undefined ? {} : { cooldown };
  return { id, timezone, sum, per, unit, window, cap, warnAtPpm, over, params, route, ...resting };
}
