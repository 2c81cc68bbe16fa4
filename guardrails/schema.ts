import type { Json, JsonObject } from "../domain/json.ts";
import { describeKind } from "./fact-types.ts";
import type { FactType } from "./fact-types.ts";
import { operatorsFor } from "./load/condition.ts";

const slug = { type: "string", pattern: "^[a-z][a-z0-9-]*$" };
const percent = { type: "string", pattern: "^(0|[1-9]\\d{0,5})(\\.\\d{1,4})?%$" };
const duration = { type: "string", pattern: "^[1-9]\\d{0,7}[smhd]$", description: "`30s`, `15m`, `4h` or `2d`" };

function money(currency: string): JsonObject {
  return { type: "string", pattern: `^\\d+\\.\\d{2} ${currency}$` };
}

/** A map with these keys and no other. */
function strict(properties: JsonObject, required: readonly string[], description?: string): JsonObject {
  const about = description === undefined ? {} : { description };
  return { ...about, type: "object", properties, required, additionalProperties: false };
}

function literalOf(type: FactType): JsonObject {
  const description = describeKind(type);
  switch (type.kind) {
    case "boolean":
      return { type: "boolean", description };
    case "choice":
      return { enum: type.values, description };
    case "number":
      return { type: "integer", minimum: type.min, maximum: type.max, description };
    case "date":
      return { type: "string", format: "date", description };
    case "set":
      return { enum: type.values, description };
    case "text":
      return { type: "string", maxLength: type.maxLength, description };
    case "ppm":
      return { ...percent, description };
    case "minor":
      return { ...money(type.currency), description };
  }
}

/** The comparisons that a fact takes: with one value (or a parameter of its unit), and with a list. */
function comparisonsWith(type: FactType): readonly JsonObject[] {
  const operators = operatorsFor(type);
  const one = operators.filter((operator) => operator !== "in" && operator !== "notIn");
  const many = operators.filter((operator) => operator === "in" || operator === "notIn");
  const literal = literalOf(type);
  const takesParam = type.kind === "ppm" || type.kind === "minor";
  const compare = (fitting: readonly string[], value: Json) =>
    strict({ fact: { const: type.name, description: type.title }, operator: { enum: fitting }, value }, [
      "fact",
      "operator",
      "value",
    ]);
  const list = { type: "array", items: literal, minItems: 1, uniqueItems: true };
  return [
    compare(one, takesParam ? { anyOf: [literal, { $ref: "#/$defs/param" }] } : literal),
    ...(many.length === 0 ? [] : [compare(many, list)]),
  ];
}

function conditionOf(facts: readonly FactType[]): JsonObject {
  const inner = { $ref: "#/$defs/condition" };
  const group = { type: "array", items: inner, minItems: 1 };
  return {
    anyOf: [
      ...facts.flatMap(comparisonsWith),
      strict({ all: group }, ["all"], "every one of these holds"),
      strict({ any: group }, ["any"], "at least one of these holds"),
      strict({ not: inner }, ["not"], "this does not hold"),
    ],
  };
}

/** Only a rule that asks takes a route. */
function ruleOf(): JsonObject {
  const reason = {
    type: "string",
    minLength: 1,
    maxLength: 300,
    description: "a sentence for people; `{name}` cites a fact or a parameter that `when` reads",
  };
  const id = { ...slug, description: "shown in every decision the rule takes part in" };
  const route = { ...slug, description: "who answers; else the default route" };
  const about = "of all matching rules the strictest decides: block, escalate, execute";
  const rule = (effects: readonly string[], more: JsonObject) =>
    strict(
      { id, effect: { enum: effects, description: about }, when: { $ref: "#/$defs/condition" }, reason, ...more },
      ["id", "effect", "when", "reason"],
    );
  return { anyOf: [rule(["escalate"], { route }), rule(["execute", "block"], {})] };
}

function levels(): JsonObject {
  const who = { type: "string", pattern: "^role:[a-z][a-z0-9-]*$", description: "such as `role:partner-manager`" };
  // oxlint-disable-next-line unicorn/no-thenable -- the policy language's word for the next level; never awaited
  return { who, sla: duration, then: { $ref: "#/$defs/level", description: "who answers after that silence" } };
}

function paramOf(): JsonObject {
  const allowed = { type: "string", pattern: "\\.\\.", description: "the bounds an override may move in: `5%..20%`" };
  const isProtected = { type: "boolean", description: "true: no override may touch it" };
  const amount = (unit: string, literal: JsonObject) =>
    strict({ [unit]: literal, allowed, protected: isProtected }, [unit]);
  return { anyOf: [amount("percent", percent), amount("money", money("[A-Z]{3}"))] };
}

/**
 * JSON Schema (draft 2020-12) of one policy's file, from the facts it may name: what an editor completes and marks while
 * it is written. Looser than the loader, which alone decides: parameters, routes and ranges are checked there.
 */
export function policySchema(id: string, facts: readonly FactType[]): JsonObject {
  const routeEnds = { onExpiry: { const: "deny" }, notRequester: { const: true } };
  const properties = {
    policy: { const: id },
    default: { enum: ["escalate", "block"], description: "the verdict when no rule matches" },
    params: { type: "object", propertyNames: { pattern: "^[a-z][a-z0-9_]*$" }, additionalProperties: paramOf() },
    rules: { type: "array", items: ruleOf(), minItems: 1 },
    routes: {
      type: "object",
      propertyNames: { pattern: slug.pattern },
      additionalProperties: strict({ ...levels(), ...routeEnds }, ["who", "sla", "onExpiry", "notRequester"]),
      minProperties: 1,
      description: "from the least to the most senior",
    },
    defaultRoute: { ...slug, description: "the route of every escalation that names none" },
  };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `policy ${id}`,
    ...strict(properties, ["policy", "default", "rules", "routes", "defaultRoute"]),
    $defs: {
      condition: conditionOf(facts),
      param: strict({ param: { type: "string" } }, ["param"], "a parameter declared above"),
      level: strict(levels(), ["who", "sla"]),
    },
  };
}
