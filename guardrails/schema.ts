import { modes } from "../domain/decision-details.ts";
import type { JsonObject } from "../domain/json.ts";
import type { FactType } from "./fact-types.ts";
import { anyWordFact, namable, wordFact } from "./load/fact-names.ts";
import { conditionOf } from "./schema/condition.ts";
import { limitOf } from "./schema/limits.ts";
import { duration, paramName, percent, slug, some, strict } from "./schema/literals.ts";
import { overrideOf, paramOf } from "./schema/params.ts";
import { invariantOf, ruleOf } from "./schema/rules.ts";

function levels(): JsonObject {
  const who = { type: "string", pattern: "^role:[a-z][a-z0-9-]*$", description: "such as `role:partner-manager`" };
  // oxlint-disable-next-line unicorn/no-thenable -- the policy language's word for the next level; never awaited
  return { who, sla: duration, then: { $ref: "#/$defs/level", description: "who answers after that silence" } };
}

function routes(): JsonObject {
  const quorum = { type: "integer", minimum: 1, maximum: 5, description: "how many different people must approve" };
  const unresolved = { enum: ["up", "two"], description: "where a request goes of which nobody knows who asks" };
  const clock = { const: "always", description: "deadlines run day and night, not in the company's working time" };
  const region = { ...slug, description: "whose working time deadlines run in, as the company's calendar names it" };
  const ends = { onExpiry: { const: "deny" }, notRequester: { const: true }, unresolved, clock, region };
  return {
    type: "object",
    propertyNames: { pattern: slug.pattern },
    additionalProperties: strict({ ...levels(), quorum, ...ends }, ["who", "sla", "onExpiry", "notRequester"]),
    minProperties: 1,
    description: "from the least to the most senior",
  };
}

/** What a policy says of itself. */
function settings(facts: readonly FactType[]): JsonObject {
  const subjects = namable(facts, anyWordFact).map(({ name }) => name);
  const minimum = { type: "integer", minimum: 1, description: "how many decisions are looked at" };
  const demotion = {
    blocked: { ...percent, description: "the share of decisions that may block" },
    rejected: { ...percent, description: "the share of answered escalations that people may reject" },
    minimum,
  };
  return {
    timezone: {
      type: "string",
      description: "an IANA name such as `Europe/Paris`: days and windows are counted in it",
    },
    mode: { enum: modes, description: "the most that agents may do under the policy" },
    ...(subjects.length === 0
      ? {}
      : { subject: { enum: subjects, description: "the fact that keeps a request to one side of a canary" } }),
    demote: strict(demotion, Object.keys(demotion), "past these shares the mode is lowered by one"),
  };
}

/**
 * JSON Schema (draft 2020-12) of one policy's file, from the facts and the shared limits (by id) that it may name: what an
 * editor completes and marks while it is written. Looser than the loader, which alone decides: parameters, routes and
 * ranges are checked there.
 */
export function policySchema(id: string, facts: readonly FactType[], shared: readonly string[] = []): JsonObject {
  const properties = {
    policy: { const: id },
    default: { enum: ["escalate", "block"], description: "the verdict when no rule matches" },
    ...settings(facts),
    params: { type: "object", propertyNames: paramName, additionalProperties: paramOf() },
    ...(namable(facts, wordFact).length === 0
      ? {}
      : { overrides: some(overrideOf(facts), "set parameters for some requests, between two days") }),
    rules: some(ruleOf()),
    limits: some(limitOf(facts, shared), "caps on what requests come to together"),
    routes: routes(),
    defaultRoute: { ...slug, description: "the route of every escalation that names none" },
    invariants: some(invariantOf(), "what must hold of every request: proved, not decided by"),
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
