import type { JsonObject } from "../../domain/json.ts";
import { minorDigits } from "../../domain/currency.ts";
import { describeKind } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";

export const slug = { type: "string", pattern: "^[a-z][a-z0-9-]*$" };
export const paramName = { pattern: "^[a-z][a-z0-9_]*$" };
export const percent = { type: "string", pattern: "^(0|[1-9]\\d{0,5})(\\.\\d{1,4})?%$" };
export const duration = {
  type: "string",
  pattern: "^[1-9]\\d{0,7}[smhd]$",
  description: "how long silence is waited for: `30s`, `15m`, `4h` or `2d`",
  examples: ["4h", "2d"],
};
export const day = { type: "string", format: "date" };
export const instant = { type: "string", format: "date-time", examples: ["2026-07-01T12:00:00Z"] };
/** A span of time that rules compare with; `duration` is how long silence is waited for. */
export const span = {
  type: "string",
  pattern: "^(0|-?[1-9]\\d*)(d|h|m|s|ms)$|^-?P\\d|^-?PT\\d",
  examples: ["24h", "14d", "90m"],
};
export const whole = { type: "integer" };
export const sentence = { type: "string", minLength: 1, maxLength: 300 };
export const paramRef = { $ref: "#/$defs/param" };
/** What stands for a constant. */
export const paramRefOf = (): JsonObject =>
  strict({ param: { type: "string", description: "its name" } }, ["param"], "a parameter declared under `params`");
export const anyVerdict = { enum: ["execute", "escalate", "block"] };

/** An amount in a currency. */
export function money(currency: string): JsonObject {
  const digits = minorDigits(currency) ?? 2;
  return { type: "string", pattern: digits === 0 ? `^\\d+ ${currency}$` : `^\\d+\\.\\d{${digits}} ${currency}$` };
}

/** An amount in whatever currency; the loader says which decimals that has. */
export const anyMoney: JsonObject = { type: "string", pattern: "^\\d+(\\.\\d{2,4})? [A-Z]{3}$" };

/** A name that none of the facts has: what a policy may call something that it derives. */
export function derivedName(facts: readonly FactType[]): JsonObject {
  const taken = facts.length === 0 ? "" : `(?!(?:${facts.map(({ name }) => name).join("|")})$)`;
  return { type: "string", pattern: `^${taken}[a-z][A-Za-z0-9]*$` };
}

/** A map with these keys and no other. */
export function strict(properties: JsonObject, required: readonly string[], description?: string): JsonObject {
  const about = description === undefined ? {} : { description };
  return { ...about, type: "object", properties, required, additionalProperties: false };
}

/** A list with at least one entry. */
export function some(items: JsonObject, description?: string): JsonObject {
  return { type: "array", items, minItems: 1, ...(description === undefined ? {} : { description }) };
}

/** What a policy may write for a fact: for a set, one member. */
export function literalOf(type: FactType): JsonObject {
  const description = describeKind(type);
  switch (type.kind) {
    case "boolean":
      return { type: "boolean", description };
    case "choice":
    case "set":
      return { enum: type.values, description };
    case "number":
      return { ...whole, minimum: type.min, maximum: type.max, description };
    case "date":
      return { ...day, description };
    case "date-time":
      return { ...instant, description };
    case "duration":
      return { ...span, description };
    case "text":
      return { type: "string", maxLength: type.maxLength, description };
    case "list":
      return { type: "array", description };
    case "ppm":
      return { ...percent, description };
    case "minor":
      return { ...money(type.currency), description };
  }
}
