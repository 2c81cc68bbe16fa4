import type { Scalar, Value } from "./fact-types.ts";
import type { Comparison, Condition, Param, Policy, PolicyRule } from "./policy.ts";
import { valueIn } from "./ternary.ts";
import type { Known } from "./ternary.ts";

/** What one fact must be for a rule to match: a comparison that stands in its condition beside all others. */
type Guard = { readonly fact: string; readonly admits: (value: Value) => boolean };

/** Rules that are read in full whatever was set aside: a policy of so many or fewer is read whole on every decision. */
export const READ_ANYWAY = 32;

/** The comparisons that must all hold. What stands under `any` or `not` rules nothing out here. */
function necessary(condition: Condition): readonly Comparison[] {
  if ("all" in condition) return condition.all.flatMap(necessary);
  return "any" in condition || "not" in condition ? [] : [condition];
}

function limitOf({ value }: Comparison, params: readonly Param[]): Scalar | readonly Scalar[] | undefined {
  if (typeof value !== "object") return value;
  if ("fact" in value) return undefined;
  if (!("param" in value)) return value;
  const param = params.find(({ name }) => name === value.param);
  return param === undefined || param.unsettled === true ? undefined : param.value;
}

function ordered(limit: Scalar | readonly Scalar[], holds: (value: number, limit: number) => boolean) {
  if (typeof limit !== "number") return undefined;
  return (value: Value) => typeof value !== "number" || holds(value, limit);
}

/** Undefined where a comparison admits all but a few values, or cannot be made: it rules nothing out. */
function admitting(comparison: Comparison, params: readonly Param[]): Guard["admits"] | undefined {
  const limit = limitOf(comparison, params);
  if (limit === undefined) return undefined;
  switch (comparison.operator) {
    case "equal":
      return (value) => value === limit;
    case "in": {
      const listed = new Set<Value>([limit].flat());
      return (value) => listed.has(value);
    }
    case "lessThan":
      return ordered(limit, (value, bound) => value < bound);
    case "lessThanInclusive":
      return ordered(limit, (value, bound) => value <= bound);
    case "greaterThan":
      return ordered(limit, (value, bound) => value > bound);
    case "greaterThanInclusive":
      return ordered(limit, (value, bound) => value >= bound);
    case "contains":
      return (value) => typeof value !== "object" || (value as readonly unknown[]).includes(limit);
    default:
      return undefined;
  }
}

function guardsOf({ when }: PolicyRule, params: readonly Param[]): readonly Guard[] {
  return necessary(when).flatMap((comparison) => {
    const admits = admitting(comparison, params);
    return admits === undefined ? [] : [{ fact: comparison.fact, admits }];
  });
}

type Guarded = { readonly rules: readonly (readonly Guard[])[]; readonly facts: ReadonlySet<string> };

const guarded = new WeakMap<Policy, Guarded>();

function guardedOf(cell: Policy): Guarded {
  const known = guarded.get(cell);
  if (known !== undefined) return known;
  const rules = cell.rules.map((rule) => guardsOf(rule, cell.params));
  const made = { rules, facts: new Set(rules.flat().map(({ fact }) => fact)) };
  guarded.set(cell, made);
  return made;
}

/** FNV-1a, 32 bits: spreads decisions over the rules that are read anyway. */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** The facts that guards ask for. */
export function guardingFacts(cell: Policy): ReadonlySet<string> {
  return guardedOf(cell).facts;
}

/** Of every rule, in file order, whether it may match: no comparison that must hold fails. An unknown fact rules nothing out. */
export function mayMatch(cell: Policy, known: Known): readonly boolean[] {
  return guardedOf(cell).rules.map((guards) =>
    guards.every(({ fact, admits }) => {
      const value = valueIn(known, fact);
      return value === undefined || admits(value);
    }),
  );
}

/**
 * The rules that json-rules-engine reads for one request, in file order: those that may match, and some of the others,
 * chosen by the request, so that over many decisions every rule is read where it was set aside. Shares nothing with the
 * compiled form's index: a rule that one of the two loses makes them differ, and one that both lose is found by what is
 * read anyway.
 */
export function rulesToRead(cell: Policy, known: Known): readonly PolicyRule[] {
  const read = [...mayMatch(cell, known)];
  const aside = read.flatMap((may, at) => (may ? [] : [at]));
  const from = spread(JSON.stringify(known));
  for (let step = 0; step < Math.min(READ_ANYWAY, aside.length); step += 1) {
    const at = aside[(from + step) % aside.length];
    if (at !== undefined) read[at] = true;
  }
  return cell.rules.filter((_, at) => read[at]);
}
