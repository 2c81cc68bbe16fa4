import { modes } from "../domain/decision-details.ts";
import type { JsonObject } from "../domain/json.ts";
import { now, todayIn } from "./clock.ts";
import type { FactType } from "./fact-types.ts";
import { TEXTS } from "./load/policy.ts";
import { modeWords } from "./section-sentences.ts";
import { anyWordFact, namable, wordFact } from "./load/fact-names.ts";
import { conditionsOf, derivingOf, recordConditions } from "./schema/derive.ts";
import { conditionOf } from "./schema/condition.ts";
import { limitOf } from "./schema/limits.ts";
import { duration, paramRefOf, percent, slug, some, strict } from "./schema/literals.ts";
import { overrideOf, paramsOf } from "./schema/params.ts";
import { invariantOf, ruleOf } from "./schema/rules.ts";
import { routeSnippets, snippetsOf } from "./schema/snippets.ts";

function levels(): JsonObject {
  const who = { type: "string", pattern: "^role:[a-z][a-z0-9-]*$", description: "such as `role:partner-manager`" };
  // oxlint-disable-next-line unicorn/no-thenable -- the policy language's word for the next level; never awaited
  return { who, sla: duration, then: { $ref: "#/$defs/level", description: "who answers after that silence" } };
}

function routes(): JsonObject {
  const quorum = { type: "integer", minimum: 1, maximum: 5, description: "how many different people must approve" };
  const unresolved = {
    enum: ["up", "two"],
    description: "where a request goes of which nobody knows who asks",
    enumDescriptions: ["one level up", "to two people where it is"],
  };
  const clock = { const: "always", description: "deadlines run day and night, not in the company's working time" };
  const region = { ...slug, description: "whose working time deadlines run in, as the company's calendar names it" };
  const onExpiry = { const: "deny", description: "silence denies, and cannot be made to approve" };
  const notRequester = { const: true, description: "nobody approves their own request" };
  const ends = { onExpiry, notRequester, unresolved, clock, region };
  return {
    type: "object",
    propertyNames: { pattern: slug.pattern },
    additionalProperties: strict({ ...levels(), quorum, ...ends }, ["who", "sla", "onExpiry", "notRequester"]),
    minProperties: 1,
    description: "from the least to the most senior",
    defaultSnippets: routeSnippets,
  };
}

function ratesIn(currencies: readonly string[]): JsonObject {
  return {
    currency: { enum: currencies, description: "what the policy's amounts are in" },
    list: { type: "string", description: "a list of rates in `shared/`" },
    within: {
      type: "string",
      pattern: "^(?:0|[1-9]\\d{0,2})d$",
      description: "how old a rate may be",
      examples: ["7d"],
    },
  };
}

/** What a policy says of itself. */
function settings(facts: readonly FactType[]): JsonObject {
  const currencies = [...new Set(facts.flatMap((type) => (type.kind === "minor" ? [type.currency] : [])))];
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
    mode: {
      enum: modes,
      description: "the most that agents may do under the policy",
      enumDescriptions: modes.map((mode) => modeWords[mode]),
    },
    ...(subjects.length === 0
      ? {}
      : { subject: { enum: subjects, description: "the fact that keeps a request to one side of a canary" } }),
    demote: strict(demotion, Object.keys(demotion), "past these shares the mode is lowered by one"),
    ...(currencies.length === 0
      ? {}
      : {
          rates: strict(
            ratesIn(currencies),
            ["currency", "list", "within"],
            "how amounts in other currencies are read",
          ),
        }),
  };
}

const brand = {
  type: "array",
  items: { type: "string", pattern: slug.pattern },
  minItems: 1,
  description: "the files of `brand/` that texts are held against",
};

const condition = { $ref: "#/$defs/condition" };
const derivingCondition = { $ref: "#/$defs/derivingCondition" };

/** The sections of a file. One that derives facts may name these too, and only the loader knows what they are. */
function sectionsOf(
  id: string,
  facts: readonly FactType[],
  shared: readonly string[],
  isDeriving: boolean,
): JsonObject {
  const when = isDeriving ? derivingCondition : condition;
  const snippets = snippetsOf(facts);
  const listOf = (section: keyof typeof snippets, items: JsonObject, about: string) => ({
    ...some(items, about),
    defaultSnippets: snippets[section],
  });
  return {
    policy: { const: id, description: "the policy's id, which is also the file's name" },
    default: { enum: ["escalate", "block"], description: "the verdict when no rule matches" },
    ...settings(facts),
    params: paramsOf(),
    ...(isDeriving ? derivingOf(facts) : {}),
    conditions: conditionsOf(when),
    ...(namable(facts, wordFact).length === 0 && !isDeriving
      ? {}
      : {
          overrides: listOf(
            "overrides",
            overrideOf(facts, isDeriving),
            "set parameters for some requests, between two days",
          ),
        }),
    rules: listOf("rules", ruleOf(when), "all that match count and the strictest decides; their order means nothing"),
    limits: listOf("limits", limitOf(facts, shared, isDeriving), "caps on what requests come to together"),
    routes: routes(),
    defaultRoute: { ...slug, description: "the route of every escalation that names none" },
    invariants: listOf("invariants", invariantOf(when), "what must hold of every request: proved, not decided by"),
    ...(facts.some(({ name }) => name === TEXTS) ? { brand } : {}),
  };
}

/**
 * JSON Schema (draft 2020-12) of one policy's file, from the facts and the shared limits (by id) that it may name: what an
 * editor completes and marks while it is written. Looser than the loader, which alone decides: parameters, routes, ranges
 * and what is derived are checked there.
 */
export function policySchema(id: string, facts: readonly FactType[], shared: readonly string[] = []): JsonObject {
  const clock = [now, todayIn("UTC")].filter(({ name }) => !facts.some((fact) => fact.name === name));
  const read = [...facts, ...clock];
  const required = ["policy", "default", "rules", "routes", "defaultRoute"];
  const [plain, deriving] = [false, true].map((isDeriving) => sectionsOf(id, facts, shared, isDeriving));
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `policy ${id}`,
    anyOf: [
      strict(plain ?? {}, required),
      ...["derive", "tables"].map((section) => strict(deriving ?? {}, [...required, section])),
    ],
    $defs: {
      condition: conditionOf(read, condition),
      derivingCondition: conditionOf(read, derivingCondition, true),
      ...recordConditions(facts),
      param: paramRefOf(),
      level: strict(levels(), ["who", "sla"]),
    },
  };
}
