import type { Json, JsonObject } from "../../domain/json.ts";
import type { FactType } from "../fact-types.ts";
import { writeMoney, writePercent, writeSpan } from "../literals.ts";
import { namable, summedFact, wordFact } from "../load/fact-names.ts";

/** What editors offer to fill a place with: `${1:name}` is typed over. Source: the YAML language server's `defaultSnippets`. */
type Snippet = { readonly label: string; readonly description: string; readonly body: JsonObject };

/** A value that a fact can take, as an example. */
function exampleOf(type: FactType | undefined): Json {
  switch (type?.kind) {
    case "ppm":
      return writePercent(Math.min(type.max, Math.max(type.min, 150_000)));
    case "minor":
      return writeMoney(type.min, type.currency);
    case "number":
      return type.min;
    case "date":
      return "2026-07-01";
    case "date-time":
      return "2026-07-01T12:00:00Z";
    case "duration":
      return writeSpan(type.min);
    case "choice":
    case "set":
      return type.values[0] ?? "";
    case "text":
      return "word";
    case "list":
      return [];
    case "boolean":
    case undefined:
      return true;
  }
}

const isAmount = (type: FactType) => "min" in type;

function comparisonOf(facts: readonly FactType[]): JsonObject {
  const type = facts.find(isAmount) ?? facts[0];
  const operator = type === undefined || isAmount(type) ? "greaterThan" : type.kind === "set" ? "contains" : "equal";
  return { fact: type?.name ?? "fact", operator, value: exampleOf(type) };
}

/** One entry of each list in a policy over these facts, as an editor offers it. */
export function snippetsOf(facts: readonly FactType[]) {
  const when = comparisonOf(facts);
  const one = (label: string, description: string, body: JsonObject): readonly Snippet[] => [
    { label, description, body },
  ];
  const [word] = namable(facts, wordFact);
  const [sum] = namable(facts, summedFact);
  const per = word === undefined ? [] : [word.name];
  const counted: JsonObject = sum === undefined ? { count: true } : { sum: sum.name };
  const cap = sum?.kind === "minor" ? writeMoney(sum.max, sum.currency) : 100;
  return {
    rules: [
      ...one("asks", "a rule by which people are asked", {
        id: "${1:asks}",
        effect: "escalate",
        when,
        reason: "${2:why}",
      }),
      ...one("blocks", "a rule that stops it", { id: "${1:stops}", effect: "block", when, reason: "${2:why}" }),
      ...one("executes", "a rule by which it is done", {
        id: "${1:within}",
        effect: "execute",
        when: { all: [when] },
        reason: "${2:why}",
      }),
    ],
    overrides: one("override", "other parameters for some requests, between two days", {
      id: "${1:promotion}",
      for: { [word?.name ?? "fact"]: [exampleOf(word)] },
      effective: { from: "2026-01-01", until: "2026-07-01" },
      set: { "${2:auto_max}": "${3:18%}" },
      reason: "${4:who asked for it}",
    }),
    limits: one("limit", "a cap on what requests come to together", {
      id: "${1:quarter}",
      ...counted,
      per,
      window: "calendar-quarter",
      cap,
      over: "escalate",
    }),
    invariants: one("never", "what must not happen of any request", { id: "${1:never}", never: "execute", when }),
  };
}

/** A parameter that overrides may set within bounds, and one that nothing may. */
export const paramSnippets: readonly Snippet[] = [
  {
    label: "percent",
    description: "a share with its bounds",
    body: { "${1:auto_max}": { percent: "15%", allowed: "5%..20%" } },
  },
  {
    label: "money",
    description: "an amount that no override may touch",
    body: { "${1:tier_up}": { money: "500000.00 USD", protected: true } },
  },
];

export const routeSnippets: readonly Snippet[] = [
  {
    label: "route",
    description: "who answers, and what silence comes to",
    body: {
      "${1:partner-manager}": {
        who: "role:${1:partner-manager}",
        sla: "4h",
        onExpiry: "deny",
        notRequester: true,
        unresolved: "up",
      },
    },
  },
];
