import type { JsonObject } from "../../domain/json.ts";
import type { FactType } from "../fact-types.ts";
import { namable, wordFact } from "../load/fact-names.ts";
import { paramSnippets } from "./snippets.ts";
import {
  anyMoney,
  day,
  instant,
  literalOf,
  paramName,
  percent,
  sentence,
  slug,
  some,
  span,
  strict,
  whole,
} from "./literals.ts";

/** A parameter: a number in one of the units. */
function paramOf(): JsonObject {
  const allowed = { type: "string", pattern: "\\.\\.", description: "the bounds an override may move in: `5%..20%`" };
  const isProtected = { type: "boolean", description: "true: no override may touch it" };
  const about: { readonly [unit: string]: JsonObject } = {
    percent: { description: "a share, with at most four decimals", examples: ["15%"] },
    money: {
      description: "an amount in one currency of ISO 4217, with the decimals of that and no separators",
      examples: ["500000.00 USD"],
    },
    number: { description: "a whole number", examples: [9] },
    date: { description: "a day, in the policy's time zone", examples: ["2026-07-01"] },
    "date-time": { description: "an instant with its offset" },
    duration: { description: "a span of time; a day is 24 hours" },
  };
  const amount = (unit: string, literal: JsonObject) =>
    strict({ [unit]: { ...literal, ...about[unit] }, allowed, protected: isProtected }, [unit]);
  return {
    anyOf: [
      amount("percent", percent),
      amount("money", anyMoney),
      amount("number", whole),
      amount("date", day),
      amount("date-time", instant),
      amount("duration", span),
    ],
  };
}

/** Another value of some parameters, for a scope of requests and between two days. */
export function overrideOf(facts: readonly FactType[], isDeriving: boolean): JsonObject {
  const values = namable(facts, wordFact).map((type) => {
    const list = { ...some(literalOf(type), type.title), uniqueItems: true };
    return [type.name, list] as const;
  });
  const days = {
    from: { ...day, description: "the first day it applies, in the policy's time zone" },
    until: { ...day, description: "the first day it does not apply" },
  };
  const properties = {
    id: { ...slug, description: "shown where it set a parameter" },
    for: {
      ...strict(Object.fromEntries(values), [], "the requests it applies to"),
      ...(isDeriving && {
        additionalProperties: { ...some({ type: "string" }, "words of a table"), uniqueItems: true },
      }),
      minProperties: 1,
    },
    effective: strict(days, ["from", "until"], "the days between which it applies"),
    set: {
      type: "object",
      propertyNames: paramName,
      additionalProperties: { anyOf: [percent, anyMoney, whole, day, instant, span] },
      minProperties: 1,
      description: "parameters that say what they allow, each with another value",
    },
    reason: { ...sentence, description: "why, and who asked for it" },
  };
  return strict(properties, Object.keys(properties));
}

/** The parameters of a file by name. */
export function paramsOf(): JsonObject {
  return {
    type: "object",
    propertyNames: paramName,
    additionalProperties: paramOf(),
    description: "numbers that rules and limits share by name; overrides may set those that say what they allow",
    defaultSnippets: paramSnippets,
  };
}
