import { Operator } from "json-rules-engine";
import type { TopLevelCondition } from "json-rules-engine";
import { patternTest } from "../domain/pattern.ts";
import { paramFact } from "./engine-names.ts";
import type { Comparison } from "./policy.ts";

/** A condition as json-rules-engine takes it. */
export type EngineCondition = Extract<TopLevelCondition, { all: unknown }>["all"][number];

/** A comparison for the engine; `named` is what a fact is called there. */
export function engineCompare(
  { fact, operator, value }: Comparison,
  named: (fact: string) => string = (name) => name,
): EngineCondition {
  const isName = typeof value === "object" && "fact" in value;
  const other = typeof value === "object" && "param" in value ? { fact: paramFact(value.param) } : value;
  return { fact: named(fact), operator, value: isName ? { fact: named(value.fact) } : other };
}

/** The one operator that the engine does not bring. */
export const matches = new Operator<unknown, string>(
  "matches",
  (given, pattern) => patternTest(pattern)(String(given)),
  (given) => typeof given === "string",
);
