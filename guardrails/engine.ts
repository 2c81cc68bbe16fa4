import { Engine } from "json-rules-engine";
import type { TopLevelCondition } from "json-rules-engine";
import type { Scalar } from "./fact-types.ts";
import type { Condition, Param, PolicyRule } from "./policy.ts";

type EngineCondition = Extract<TopLevelCondition, { all: unknown }>["all"][number];

/** Parameters reach the engine as facts of their own; no fact's name can hold a dot. */
const paramFact = (name: string): string => `param.${name}`;

function engineCondition(condition: Condition): EngineCondition {
  if ("all" in condition) return { all: condition.all.map(engineCondition) };
  if ("any" in condition) return { any: condition.any.map(engineCondition) };
  if ("not" in condition) return { not: engineCondition(condition.not) };
  const { fact, operator, value } = condition;
  return {
    fact,
    operator,
    value: typeof value === "object" && "param" in value ? { fact: paramFact(value.param) } : value,
  };
}

/**
 * The ids of all rules whose condition holds. A fresh engine per call, since a shared one loses rules between
 * overlapping runs; one priority, no handlers, no stop, plain facts. Rejects when a rule reads a fact that is not given.
 */
export async function matchingRules(
  rules: readonly PolicyRule[],
  facts: { readonly [name: string]: Scalar },
  params: readonly Param[],
): Promise<ReadonlySet<string>> {
  const engine = new Engine(
    rules.map(({ id, effect, when }) => ({
      name: id,
      conditions: { all: [engineCondition(when)] },
      event: { type: effect },
    })),
  );
  const values = params.map(({ name, value }) => [paramFact(name), value] as const);
  const { results, failureResults } = await engine.run(Object.freeze({ ...facts, ...Object.fromEntries(values) }));
  if (results.length + failureResults.length !== rules.length) throw new Error("the engine left rules out");
  return new Set(results.map(({ name }) => name));
}
