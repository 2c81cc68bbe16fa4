import { ZenEngine } from "@gorules/zen-engine";
import type { Condition } from "../../../guardrails/policy.ts";
import { conditionText, type Dialect } from "./condition-text.ts";
import type { Peer } from "./peer.ts";

const zen: Dialect = {
  and: "and",
  or: "or",
  not: "not",
  equal: "==",
  notEqual: "!=",
  fact: (name) => name,
  constant: (value) => (typeof value === "string" ? `'${value}'` : String(value)),
  among: (value, several) => `${value} in [${several.join(", ")}]`,
  holds: (several, value) => `${value} in ${several}`,
};

const position = { x: 0, y: 0 };

type Row = { readonly _id: string; readonly id: string; readonly [column: string]: string };

/** A decision table that collects every row of which all columns hold. An empty column holds. */
function tableOf(columns: readonly string[], rows: readonly Row[]): object {
  const inputs = columns.map((column) => ({ id: column, name: column, type: "expression" }));
  const outputs = [{ id: "id", name: "id", field: "id", type: "expression" }];
  const content = { hitPolicy: "collect", inputs, outputs, rules: rows };
  return {
    nodes: [
      { id: "request", name: "request", type: "inputNode", position },
      { id: "table", name: "rules", type: "decisionTableNode", position, content },
      { id: "response", name: "response", type: "outputNode", position },
    ],
    edges: [
      { id: "to-table", sourceId: "request", targetId: "table", type: "edge" },
      { id: "from-table", sourceId: "table", targetId: "response", type: "edge" },
    ],
  };
}

const partsOf = (when: Condition): readonly Condition[] => ("all" in when ? when.all : [when]);

/** A column for each part that must hold: half the time of one column that holds the whole condition. */
export const zenEngine: Peer = {
  name: "zen-engine",
  ruleBudget: 1_000_000,
  prepare({ rules }) {
    const width = Math.max(...rules.map(({ when }) => partsOf(when).length));
    const columns = Array.from({ length: width }, (_, at) => `part-${at}`);
    const rows = rules.map(({ id, when }): Row => {
      const parts = partsOf(when).map((part) => conditionText(part, zen));
      const cells = columns.map((column, at) => [column, parts[at] ?? ""] as const);
      return { _id: id, id: `'${id}'`, ...Object.fromEntries(cells) };
    });
    const decision = new ZenEngine().createDecision(tableOf(columns, rows));
    return async (known) => {
      const { result } = await decision.evaluate(known);
      return (result as readonly { readonly id: string }[]).map(({ id }) => id);
    };
  },
};
