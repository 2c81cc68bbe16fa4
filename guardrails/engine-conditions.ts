import { Operator } from "json-rules-engine";
import type { Engine, TopLevelCondition } from "json-rules-engine";
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
  return { fact: named(fact), operator, value: isName ? besideOf(named(value.fact), value.plus) : other };
}

/** Another fact; so much later than it as a fact of its own, which the engine makes when it is asked for. */
function besideOf(fact: string, plus: number | undefined) {
  return plus === undefined ? { fact } : { fact: LATER, params: { fact, plus } };
}

/** Holds nothing by itself: `params` say of which fact, and how much later. */
const LATER = "engine.later";

/** Has an engine make what lies so much after another fact. */
export function addLater(engine: Engine): void {
  engine.addFact(LATER, async ({ fact, plus }, almanac) =>
    Number(BigInt(await almanac.factValue<number>(String(fact))) + BigInt(Number(plus))),
  );
}

/** The one operator that the engine does not bring. */
export const matches = new Operator<unknown, string>(
  "matches",
  (given, pattern) => patternTest(pattern)(String(given)),
  (given) => typeof given === "string",
);
