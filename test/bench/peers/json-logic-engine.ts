import { LogicEngine } from "json-logic-engine";
import type { Comparison, Condition } from "../../../guardrails/policy.ts";
import type { Known } from "../../../guardrails/ternary.ts";
import { constantsOf } from "./condition-text.ts";
import type { Peer } from "./peer.ts";

const operators = {
  equal: "===",
  notEqual: "!==",
  lessThan: "<",
  lessThanInclusive: "<=",
  greaterThan: ">",
  greaterThanInclusive: ">=",
} as const;

function comparisonLogic(comparison: Comparison): object {
  const { fact, operator } = comparison;
  const given = { var: fact };
  const constants = constantsOf(comparison);
  switch (operator) {
    case "in":
      return { in: [given, constants] };
    case "notIn":
      return { "!": { in: [given, constants] } };
    case "contains":
      return { in: [constants[0], given] };
    case "doesNotContain":
      return { "!": { in: [constants[0], given] } };
    case "matches":
      throw new Error("no peer is asked for patterns");
    default:
      return { [operators[operator]]: [given, constants[0]] };
  }
}

function logicOf(condition: Condition): object {
  if ("all" in condition) return { and: condition.all.map(logicOf) };
  if ("any" in condition) return { or: condition.any.map(logicOf) };
  return "not" in condition ? { "!": logicOf(condition.not) } : comparisonLogic(condition);
}

type Built<T> = (known: Known) => T;

/** Rules above which one function of them all is quicker than a function per rule. */
const RULES_APART = 2_000;

/** Compiled logic. */
export const jsonLogicEngine: Peer = {
  name: "json-logic-engine",
  ruleBudget: 20_000_000,
  prepare({ rules }) {
    const engine = new LogicEngine();
    const logic = rules.map(({ when }) => logicOf(when));
    if (rules.length > RULES_APART) {
      const all = engine.build(logic) as Built<readonly unknown[]>;
      return (known) => {
        const matching: string[] = [];
        for (const [at, truth] of all(known).entries()) if (truth === true) matching.push(rules[at]?.id ?? "");
        return matching;
      };
    }
    const built = rules.map(({ id }, at) => ({ id, holds: engine.build(logic[at]) as Built<unknown> }));
    return (known) => {
      const matching: string[] = [];
      for (const { id, holds } of built) if (holds(known) === true) matching.push(id);
      return matching;
    };
  },
};
