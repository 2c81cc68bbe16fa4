import type { Known } from "../../../guardrails/ternary.ts";
import { conditionText, type Dialect } from "./condition-text.ts";
import type { Peer } from "./peer.ts";

const javascript: Dialect = {
  and: "&&",
  or: "||",
  not: "!",
  equal: "===",
  notEqual: "!==",
  fact: (name) => `facts.${name}`,
  constant: (value) => JSON.stringify(value),
  holds: (several, value) => `${several}.includes(${value})`,
};

/** Ifs per function: V8 leaves a function of a thousand unoptimised, which would flatter us. */
const IFS_PER_FUNCTION = 50;

type Add = (facts: Known, matching: string[]) => void;

/** The rules as a person would write them by hand, one `if` each. Lists every match; knows no missing facts. */
export const handWritten: Peer = {
  name: "hand-written ifs",
  ruleBudget: Number.POSITIVE_INFINITY,
  prepare({ rules }) {
    const ifs = rules.map(
      ({ id, when }) => `if (${conditionText(when, javascript)}) matching.push(${JSON.stringify(id)});`,
    );
    const parts = Array.from({ length: Math.ceil(ifs.length / IFS_PER_FUNCTION) }, (_, at): Add => {
      const body = ifs.slice(at * IFS_PER_FUNCTION, (at + 1) * IFS_PER_FUNCTION).join("\n");
      // oxlint-disable-next-line no-implied-eval, no-new-func -- the peer is source text; the bench alone generates code
      return new Function("facts", "matching", body) as Add;
    });
    return (facts) => {
      const matching: string[] = [];
      for (const add of parts) add(facts, matching);
      return matching;
    };
  },
};
