import { Almanac, Engine } from "json-rules-engine";
import { beneath, type DerivedFact } from "./derived.ts";
import { addDerived } from "./engine-facts.ts";
import { addLater, engineCompare, matches } from "./engine-conditions.ts";
import type { EngineCondition } from "./engine-conditions.ts";
import { paramFact } from "./engine-names.ts";
import type { Value } from "./fact-types.ts";
import type { Comparison, Condition, Param, Policy, PolicyRule } from "./policy.ts";
import { guardingFacts, READ_ANYWAY, rulesToRead } from "./set-aside.ts";
import { isUnsettled, valueIn } from "./ternary.ts";
import type { Known } from "./ternary.ts";

/** Holds `true`: what a comparison that cannot be made is made with instead. */
const CERTAIN = "engine.certain";

/** What the conditions are read against. */
type Reading = {
  readonly known: Known;
  readonly params: readonly Param[];
  readonly derived: readonly DerivedFact[];
};

/** A fact that a request leaves out, or that hangs on one or on a parameter that nobody can tell. */
function isUnknown(name: string, { known, params, derived }: Reading): boolean {
  const made = beneath({ derived }, [name]);
  if (made.facts.some((fact) => valueIn(known, fact) === undefined)) return true;
  return params.some((param) => param.unsettled === true && made.params.includes(param.name));
}

function isOpen(comparison: Comparison, reading: Reading): boolean {
  const { fact, value } = comparison;
  const names = typeof value === "object" && "fact" in value ? [fact, value.fact] : [fact];
  return names.some((name) => isUnknown(name, reading)) || isUnsettled(comparison, reading.params);
}

/**
 * A comparison that cannot be made is taken for what makes its rule less likely to match: `wanted` is the answer that
 * would make it more likely. What still matches then matches whatever the facts that are not known turn out to be.
 */
function engineCondition(condition: Condition, reading: Reading, wanted: boolean): EngineCondition {
  if ("all" in condition) return { all: condition.all.map((inner) => engineCondition(inner, reading, wanted)) };
  if ("any" in condition) return { any: condition.any.map((inner) => engineCondition(inner, reading, wanted)) };
  if ("not" in condition) return { not: engineCondition(condition.not, reading, !wanted) };
  if (isOpen(condition, reading)) return { fact: CERTAIN, operator: "equal", value: !wanted };
  return engineCompare(condition);
}

/** What the engine is given: plain facts that are known, parameters, and what is true of every request. */
function plainFacts({ known, params, derived }: Reading): { readonly [name: string]: unknown } {
  const values = params.map(({ name, value }) => [paramFact(name), value] as const);
  const names = new Set(derived.map(({ name }) => name));
  const given = Object.entries(known).filter(([name]) => !names.has(name));
  return Object.freeze({ ...Object.fromEntries(given), ...Object.fromEntries(values), [CERTAIN]: true });
}

/**
 * The ids of all rules whose condition holds, whatever the facts that are not known turn out to be. A fresh engine per
 * call, since a shared one loses rules between overlapping runs; one priority, no handlers, no stop. Given facts are plain
 * ones; derived facts the engine makes itself, whatever `known` says of them.
 */
export async function matchingRules(
  rules: readonly PolicyRule[],
  known: Known,
  params: readonly Param[],
  derived: readonly DerivedFact[] = [],
): Promise<ReadonlySet<string>> {
  const reading = { known, params, derived };
  const engine = new Engine(
    rules.map(({ id, effect, when }) => ({
      name: id,
      conditions: { all: [engineCondition(when, reading, true)] },
      event: { type: effect },
    })),
  );
  engine.addOperator(matches);
  addLater(engine);
  addDerived(engine, derived);
  const { results, failureResults } = await engine.run(plainFacts(reading));
  if (results.length + failureResults.length !== rules.length) throw new Error("the engine left rules out");
  return new Set(results.map(({ name }) => name));
}

/** Facts by which rules are set aside: given ones as they are, derived ones as the engine makes them. */
async function guarding(cell: Policy, known: Known): Promise<Known> {
  const { derived = [], params } = cell;
  if (derived.length === 0) return known;
  const reading = { known, params, derived };
  const almanac = new Almanac();
  for (const [name, value] of Object.entries(plainFacts(reading))) almanac.addFact(name, value);
  addDerived(almanac, derived);
  const asked = [...guardingFacts(cell)].filter((name) => !isUnknown(name, reading));
  const made = await Promise.all(asked.map(async (name) => [name, await almanac.factValue<Value>(name)] as const));
  return Object.fromEntries(made);
}

/**
 * What json-rules-engine says of a policy as it stands for one request: as `matchingRules` of all its rules, without
 * reading those in full that one comparison rules out.
 */
export async function engineMatches(cell: Policy, known: Known): Promise<ReadonlySet<string>> {
  const rules = cell.rules.length <= READ_ANYWAY ? cell.rules : rulesToRead(cell, await guarding(cell, known));
  return matchingRules(rules, known, cell.params, cell.derived);
}
