import { z } from "@hono/zod-openapi";
import { functions } from "../../functions/index.ts";
import { governedCatalogue, type FactType } from "../../guardrails/fact-types.ts";
import { day, instant, money, percent, span, strict, whole } from "../../guardrails/schema/literals.ts";
import { describeWritten } from "../../guardrails/written-fact.ts";
import type { JsonObject } from "../../domain/json.ts";

/**
 * What callers may bring for a decision, as the API's document tells it: the facts of each policy of ours with their units, and
 * the fields from which a function computes them. What is wrong with them is found by the decide service, all at once.
 */

/** `QuotingFacts`, `RenewalsPriceFacts`. */
function componentName(id: string, what: "Facts" | "Fields"): string {
  const words = id.split(/[.-]/).map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
  return `${words.join("")}${what}`;
}

/** What may be written for a fact, with its unit and meaning. */
function writtenSchema(type: FactType): JsonObject {
  const description = `${type.title}: ${describeWritten(type)}`;
  switch (type.kind) {
    case "boolean":
      return { type: "boolean", description };
    case "choice":
      return { type: "string", enum: type.values, description };
    case "set":
      return { type: "array", items: { type: "string", enum: type.values }, uniqueItems: true, description };
    case "number":
      return { ...whole, minimum: type.min, maximum: type.max, description };
    case "date":
      return { ...day, description };
    case "date-time":
      return { ...instant, description };
    case "duration":
      return { anyOf: [{ ...whole, minimum: type.min, maximum: type.max }, span], description };
    case "text":
      return { type: "string", maxLength: type.maxLength, description };
    case "ppm":
      return { anyOf: [{ ...whole, minimum: type.min, maximum: type.max }, percent], description };
    case "list": {
      const fields = Object.fromEntries(type.fields.map((field) => [field.name, writtenSchema(field)]));
      const items = strict(fields, Object.keys(fields));
      return { type: "array", items, minItems: type.minLength, maxItems: type.maxLength, description };
    }
    case "minor":
      return { anyOf: [{ ...whole, minimum: type.min, maximum: type.max }, money(type.currency)], description };
  }
}

const fieldSchema = { type: ["string", "integer", "boolean", "null"] };

function factsSchema(id: string, facts: readonly FactType[]): JsonObject {
  const properties = Object.fromEntries(facts.map((type) => [type.name, writtenSchema(type)]));
  return strict(properties, [], `the facts of \`${id}\`; what is left out is not known, and asks`);
}

/** The schemas of facts by policy, and of fields by function, by their names in the document. */
export function factSchemas(): readonly (readonly [string, JsonObject])[] {
  const byPolicy = Object.entries(governedCatalogue()).map(
    ([id, facts]) => [componentName(id, "Facts"), factsSchema(id, facts)] as const,
  );
  const byFunction = Object.values(functions).map(({ id, subject }) => {
    const properties = Object.fromEntries(Object.keys(subject.fields).map((name) => [name, fieldSchema]));
    const description = `fields of a ${subject.type} as ${subject.system} records hold them, for policies of \`${id}\``;
    return [componentName(id, "Fields"), strict(properties, [], description)] as const;
  });
  return [...byPolicy, ...byFunction];
}

const refs = (what: "Facts" | "Fields", ids: readonly string[]) =>
  ids.map((id) => ({ $ref: `#/components/schemas/${componentName(id, what)}` }));

const bySome = z.record(z.string(), z.unknown());

/** Facts by name, of whichever policy is asked. Those of a policy that brings its own are as its facts file has them. */
export const GivenFacts = bySome.openapi("GivenFacts", {
  type: "object",
  anyOf: [...refs("Facts", Object.keys(governedCatalogue())), { type: "object", additionalProperties: true }],
  description:
    "amounts with their unit, `40%` and `600000.00 USD`, or whole parts per million and minor units; days are `2026-07-01`, instants `2026-07-01T12:00:00Z` with their offset, spans `24h`, `PT24H` or whole milliseconds; stated figures of a quote are held against the price book and the first list price approved on the deal",
});

/** Fields of a record by name, as CRMs write them: amounts are decimals, `600000.00` or `600000.00 USD`. */
export const GivenFields = bySome.openapi("GivenFields", {
  type: "object",
  anyOf: refs("Fields", Object.keys(functions)),
  description:
    "beside or instead of facts: what the policy's function computes facts from, as if it were its record, and as our own ledgers have it: of a quote, the price book and the first list price approved on the deal; what facts and fields tell must be equal, but for what those ledgers say otherwise, which takes its place and is said in the reason",
});
