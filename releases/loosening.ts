import { canonicalJson } from "../audit/canonical-json.ts";
import { modes } from "../domain/decision-details.ts";
import type { Json } from "../domain/json.ts";
import { capParam, readsOf, type Limit, type Param, type Policy, type PolicyRule } from "../guardrails/policy.ts";
import type { Bundle } from "./bundle.ts";
import { routeLoosenings } from "./route-loosening.ts";
import { verdictLoosenings } from "./verdict-loosening.ts";

/**
 * Why going from one release to another may loosen something, each reason naming its policy. Empty only when it is proved
 * that nothing changes or everything that changes gets stricter: what is in doubt counts as loosening.
 */
export function loosenings(before: Bundle, after: Bundle): readonly string[] {
  const gone = Object.keys(before.policies).filter((id) => !Object.hasOwn(after.policies, id));
  const changed = Object.entries(after.policies).flatMap(([id, { policy, version }]) => {
    const known = Object.hasOwn(before.policies, id) ? before.policies[id] : undefined;
    if (known === undefined) return [`${id}: the policy is not in force yet`];
    if (known.version === version) return [];
    return policyLoosenings(known.policy, policy).map((reason) => `${id}: ${reason}`);
  });
  return [...gone.map((id) => `${id}: the policy is removed`), ...changed];
}

/** The same for two versions of one policy: what requests gain comes first, and nothing else hides it. */
export function policyLoosenings(before: Policy, after: Policy): readonly string[] {
  const plain = [
    ...unlessSame("the time zone", before.timezone, after.timezone),
    ...unlessSame("the facts", before.facts, after.facts),
    ...unlessSame("the subject of canaries", before.subject, after.subject),
    ...unlessSame("how amounts in other currencies are read", before.rates ?? null, after.rates ?? null),
    ...unlessSame("the brand rules", before.brand ?? null, after.brand ?? null),
    ...overrideLoosenings(before, after),
    ...modeLoosenings(before, after),
    ...before.params.flatMap((param) => paramLoosenings(param, after)),
    ...before.limits.flatMap((limit) => limitLoosenings(before, limit, after)),
    ...before.invariants.flatMap((invariant) =>
      after.invariants.some((other) => same(invariant, other))
        ? []
        : [`the invariant ${invariant.id} is gone or other`],
    ),
    ...before.rules.flatMap((rule) => obligationLoosenings(before, rule, after)),
    ...routeLoosenings(before, after),
  ];
  return [...verdictLoosenings(before, after), ...plain];
}

function same(a: object | string | number | null, b: object | string | number | null): boolean {
  return canonicalJson(a as Json) === canonicalJson(b as Json);
}

function unlessSame(what: string, before: object | string | null, after: object | string | null): readonly string[] {
  return same(before, after) ? [] : [`${what} changed`];
}

/** What overrides make of verdicts is searched; what they make of the cap of a limit is not. */
function overrideLoosenings(before: Policy, after: Policy): readonly string[] {
  if (same(before.overrides, after.overrides)) return [];
  const caps = [...before.limits, ...after.limits].flatMap(({ cap }) => capParam(cap) ?? []);
  const set = [...before.overrides, ...after.overrides].flatMap((override) => Object.keys(override.set));
  return set.some((name) => caps.includes(name)) ? ["overrides that set the cap of a limit changed"] : [];
}

function modeLoosenings(before: Policy, after: Policy): readonly string[] {
  const raised = modes.indexOf(after.mode) > modes.indexOf(before.mode) ? [`the mode is raised to ${after.mode}`] : [];
  if (before.demotion === null) return raised;
  const { blockedPpm, rejectedPpm, minimum } = before.demotion;
  const kept =
    after.demotion !== null &&
    after.demotion.blockedPpm <= blockedPpm &&
    after.demotion.rejectedPpm <= rejectedPpm &&
    after.demotion.minimum <= minimum;
  return kept ? raised : [...raised, "the demotion comes later or not at all"];
}

function paramLoosenings(before: Param, { params }: Policy): readonly string[] {
  const { name, allowed } = before;
  const after = params.find((param) => param.name === name);
  if (after === undefined || after.kind !== before.kind) return [`the parameter ${name} is gone or of another kind`];
  const bounded =
    allowed === null || after.allowed === null
      ? allowed === after.allowed
      : after.allowed.min >= allowed.min && after.allowed.max <= allowed.max;
  return [
    ...(before.protected && !after.protected ? [`the parameter ${name} is not protected any more`] : []),
    ...(bounded ? [] : [`the parameter ${name} may be set to other values`]),
  ];
}

/** The cap as written; of a fund there is none to compare, since people deposit into it. */
function capOf({ params }: Policy, { cap }: Limit): number {
  if (typeof cap === "number") return cap;
  const name = capParam(cap);
  return params.find((param) => param.name === name)?.value ?? 0;
}

/** Where a cap comes from: a number may be compared with another one. */
function sourceOf(cap: Limit["cap"]): string | null {
  if (typeof cap === "number") return null;
  return "param" in cap ? `param ${cap.param}` : `deposited ${cap.deposited}`;
}

/** What is counted, over what and for whom. An account that is shared otherwise begins anew, or with others' requests. */
function countedBy({ sum, per, window, route, shared, unknown }: Limit): object {
  const { version: _version, ...sharedAs } = shared ?? {};
  return { sum, per, window, route, sharedAs, unknown: unknown ?? "asks" };
}

function limitLoosenings(policy: Policy, before: Limit, after: Policy): readonly string[] {
  const { id, warnAtPpm } = before;
  const found = after.limits.find((limit) => limit.id === id);
  if (found === undefined) return [`the limit ${id} is gone`];
  const warned = warnAtPpm === null || (found.warnAtPpm !== null && found.warnAtPpm <= warnAtPpm);
  return [
    ...(same(countedBy(before), countedBy(found)) ? [] : [`the limit ${id} counts otherwise`]),
    ...(sourceOf(before.cap) === sourceOf(found.cap) ? [] : [`the limit ${id} has its cap from elsewhere`]),
    ...(capOf(after, found) > capOf(policy, before) ? [`the cap of ${id} is higher`] : []),
    ...(before.over === "block" && found.over !== "block" ? [`the limit ${id} no longer blocks`] : []),
    ...(warned ? [] : [`the limit ${id} warns later`]),
  ];
}

/** What is owed by a rule stays owed when the rule is there as before and owes at least the same. */
function obligationLoosenings(policy: Policy, before: PolicyRule, after: Policy): readonly string[] {
  const owed = before.obligations ?? [];
  if (owed.length === 0) return [];
  const found = after.rules.find(({ id }) => id === before.id);
  const valuesIn = ({ params }: Policy) =>
    readsOf(before.when).params.map((name) => params.find((param) => param.name === name)?.value ?? null);
  const kept =
    found !== undefined &&
    found.effect === before.effect &&
    found.state === before.state &&
    same(found.when, before.when) &&
    same(valuesIn(policy), valuesIn(after)) &&
    owed.every((name) => (found.obligations ?? []).includes(name));
  return kept ? [] : [`what is owed by ${before.id} may not be owed any more`];
}
