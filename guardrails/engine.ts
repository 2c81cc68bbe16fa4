import { Engine, Operator } from "json-rules-engine";
import type { TopLevelCondition } from "json-rules-engine";
import { patternTest } from "./pattern.ts";
import type { Comparison, Condition, Param, PolicyRule } from "./policy.ts";
import { isUnsettled, valueIn } from "./ternary.ts";
import type { Known } from "./ternary.ts";

type EngineCondition = Extract<TopLevelCondition, { all: unknown }>["all"][number];

/** Parameters reach the engine as facts of their own; no fact's name can hold a dot. */
const paramFact = (name: string): string => `param.${name}`;

/** Holds `true`: what a comparison that cannot be made is made with instead. */
const CERTAIN = "engine.certain";

/** What the conditions are read against. */
type Reading = { readonly known: Known; readonly params: readonly Param[] };

function isOpen(comparison: Comparison, { known, params }: Reading): boolean {
  return valueIn(known, comparison.fact) === undefined || isUnsettled(comparison, params);
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
  const { fact, operator, value } = condition;
  return {
    fact,
    operator,
    value: typeof value === "object" && "param" in value ? { fact: paramFact(value.param) } : value,
  };
}

const matches = new Operator<unknown, string>(
  "matches",
  (given, pattern) => patternTest(pattern)(String(given)),
  (given) => typeof given === "string",
);

/**
 * The ids of all rules whose condition holds, whatever the facts that are not known turn out to be. A fresh engine per
 * call, since a shared one loses rules between overlapping runs; one priority, no handlers, no stop, plain facts.
 */
export async function matchingRules(
  rules: readonly PolicyRule[],
  known: Known,
  params: readonly Param[],
): Promise<ReadonlySet<string>> {
  const reading = { known, params };
  const engine = new Engine(
    rules.map(({ id, effect, when }) => ({
      name: id,
      conditions: { all: [engineCondition(when, reading, true)] },
      event: { type: effect },
    })),
  );
  engine.addOperator(matches);
  const values = params.map(({ name, value }) => [paramFact(name), value] as const);
  const facts = { ...known, ...Object.fromEntries(values), [CERTAIN]: true };
  const { results, failureResults } = await engine.run(Object.freeze(facts));
  if (results.length + failureResults.length !== rules.length) throw new Error("the engine left rules out");
  return new Set(results.map(({ name }) => name));
}
