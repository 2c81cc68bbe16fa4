import type { JsonObject } from "../../domain/json.ts";
import type { FactType, ListType } from "../fact-types.ts";
import { conditionOf } from "./condition.ts";
import { MAX_COLUMNS } from "../load/tables.ts";
import { paramRef, some, strict } from "./literals.ts";

const names = { pattern: "^[a-z][A-Za-z0-9]*$" };
const title = { type: "string", minLength: 1, maxLength: 200, description: "what it means, in a few words" };

/** A fact, a constant with its unit, or a parameter. */
const operand = { anyOf: [{ type: ["string", "number"] }, paramRef] };

function operation(name: string, least: number, description: string): JsonObject {
  return strict({ title, [name]: { ...some(operand, description), minItems: least } }, [name], description);
}

function listsIn(facts: readonly FactType[]): readonly ListType[] {
  return facts.filter((type): type is ListType => type.kind === "list");
}

const recordRef = (list: string): JsonObject => ({ $ref: `#/$defs/record-${list}` });

/** What is made of a list's records. */
function overList({ name, title: meaning, fields }: ListType): readonly JsonObject[] {
  const list = { const: name, description: meaning };
  const where = { ...recordRef(name), description: "the records that count" };
  const summed = fields.filter(({ kind }) => kind === "number" || kind === "ppm" || kind === "minor");
  const of = { enum: summed.map((field) => field.name), description: "the field that is added up" };
  return [
    strict({ title, count: list, where }, ["count"], "how many records there are"),
    ...(summed.length === 0 ? [] : [strict({ title, sum: list, of, where }, ["sum", "of"], "a field, added up")]),
    strict({ title, any: list, where }, ["any", "where"], "whether it holds of a record"),
    strict({ title, all: list, where }, ["all", "where"], "whether it holds of every record"),
  ];
}

/** Conditions on one record of each list, by the names that the derivations refer to them. */
export function recordConditions(facts: readonly FactType[]): JsonObject {
  return Object.fromEntries(
    listsIn(facts).map(({ name, fields }) => [`record-${name}`, conditionOf(fields, recordRef(name))]),
  );
}

function derivation(facts: readonly FactType[]): JsonObject {
  const round = { enum: ["up", "down"], description: "to the next whole unit" };
  return {
    anyOf: [
      operation("add", 2, "all of one unit together"),
      operation("subtract", 2, "the first less the second; of two days how many lie between, of two instants the span"),
      operation("multiply", 2, "a fact by a whole number"),
      strict(
        { title, day: { type: "string", description: "an instant" } },
        ["day"],
        "the day of it in the policy's zone",
      ),
      operation("min", 2, "the least"),
      operation("max", 2, "the greatest"),
      strict(
        {
          title,
          share: { ...operand, description: "the percentage" },
          of: { ...operand, description: "what it is taken of" },
          round,
        },
        ["share", "of", "round"],
        "a percentage of it",
      ),
      ...listsIn(facts).flatMap(overList),
    ],
  };
}

function table(): JsonObject {
  const by = { ...some({ type: "string" }, "the facts it is read by"), maxItems: MAX_COLUMNS };
  const cell = { type: ["string", "number", "boolean"], description: "a value, a range, or `*`" };
  const rows = some(some({ anyOf: [cell, some(cell)] }), "a cell for each fact of `by`, and the value");
  const file = {
    type: "string",
    pattern: "\\.csv$",
    description: "a CSV beside the policy, its first line the columns",
  };
  return { anyOf: [strict({ title, by, rows }, ["by", "rows"]), strict({ title, by, file }, ["by", "file"])] };
}

function section(entry: JsonObject, description: string): JsonObject {
  return { type: "object", propertyNames: names, additionalProperties: entry, minProperties: 1, description };
}

/** What a policy makes of its facts. */
export function derivingOf(facts: readonly FactType[]): JsonObject {
  return {
    derive: section(derivation(facts), "facts made of others by exact arithmetic"),
    tables: section(table(), "facts looked up by others: every combination has exactly one row"),
  };
}

/** Conditions that several places name. */
export function conditionsOf(condition: JsonObject): JsonObject {
  return section(condition, "conditions that several places name");
}
