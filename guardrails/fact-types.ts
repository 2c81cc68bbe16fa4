import { z } from "zod";
import { governedActions } from "../functions/governed-actions.ts";
import type { Json } from "../domain/json.ts";
import { Currency, formatMinor } from "../domain/money.ts";
import { normalSteps, normalText, type NormalStep } from "../domain/normal-text.ts";
import { formatPpm } from "../domain/ppm.ts";
import { provenances, type Provenance } from "../domain/provenance.ts";
import { listed } from "./did-you-mean.ts";
import {
  allSpans,
  parseDate,
  parseInstant,
  writeDate,
  writeInstant,
  writeMoney,
  writePercent,
  writeSpan,
} from "./literals.ts";
import { allInstants } from "../domain/instant.ts";
import type { Listed } from "./name-list.ts";
import { patternFault, patternTest } from "../domain/pattern.ts";

export type Scalar = boolean | number | string;

/** One record of a list: the value of each of its fields, and nothing else. */
export type Entry = { readonly [field: string]: Scalar };

/** What a fact holds once it is checked: dates are days since 1970-01-01, date-times and durations whole milliseconds, a set is its members, sorted, a list its records in order. */
export type Value = Scalar | readonly string[] | readonly Entry[];

/** `listed`: whether another fact is in a list, looked up and never given (`name-list.ts`). */
type BooleanKind = { readonly kind: "boolean"; readonly listed?: Listed };

/** What a field of a record may be. `ppm` is parts per million, `minor` integer minor units of `currency`. */
type FieldKind =
  | BooleanKind
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "number" | "ppm"; readonly min: number; readonly max: number }
  | { readonly kind: "minor"; readonly min: number; readonly max: number; readonly currency: Currency }
  | { readonly kind: "date" | "date-time" | "duration"; readonly min: number; readonly max: number };

/** What a rule may compare: closed types only. */
type FactKind = FieldKind | { readonly kind: "set"; readonly values: readonly string[] } | TextKind | ListKind;

/** Records of one shape, so many at least and at most. Rules read what is derived of them. */
type ListKind = {
  readonly kind: "list";
  readonly fields: readonly FieldType[];
  readonly minLength: number;
  readonly maxLength: number;
};

/** `normal`: how a text is brought to one spelling before anything reads it. `pattern` (RE2) must be found in that. */
type TextKind = {
  readonly kind: "text";
  readonly maxLength: number;
  readonly normal?: readonly NormalStep[];
  readonly pattern?: string;
};

/**
 * A fact that a policy may name. `adjustable`: the requester could ask for another value. `optional`: a request may
 * leave it out, and does not execute then when a rule that asks or blocks hangs on it.
 */
export type FactType = Named & FactKind;

/** A field of a list's records. Every record has it. */
export type FieldType = Named & FieldKind;

/** A fact that is a list. */
export type ListType = Named & ListKind;

type Named = {
  readonly name: string;
  readonly title: string;
  readonly adjustable: boolean;
  readonly optional?: true;
  /** Where it comes from, as it is declared. */
  readonly from?: Provenance;
  /** The instant of the decision itself, which no request brings. */
  readonly clock?: true;
};

/** The longest text a fact may be, in UTF-16 units. */
const MAX_TEXT = 1_000;

/** The most records a list may hold, and the most fields that these may have. */
export const MAX_ENTRIES = 200;
export const MAX_FIELDS = 20;

const described = {
  title: z.string().min(1),
  description: z.string().optional(),
  adjustable: z.boolean().optional(),
  from: z.enum(provenances).optional(),
};

const Name = z.string().regex(/^[a-z][A-Za-z0-9]*$/);

const FieldProperty = z.union([
  z.strictObject({ type: z.literal("boolean"), ...described }),
  z.strictObject({ type: z.literal("string"), enum: z.array(z.string().min(1)).min(1), ...described }),
  z.strictObject({
    type: z.literal("string"),
    format: z.enum(["date", "date-time"]),
    pattern: z.string().optional(),
    ...described,
  }),
  z
    .strictObject({
      type: z.literal("integer"),
      minimum: z.int(),
      maximum: z.int(),
      unit: z.enum(["ppm", "minor", "ms"]).optional(),
      currency: Currency.optional(),
      ...described,
    })
    .refine(
      ({ unit, currency }) => (unit === "minor") === (currency !== undefined),
      "`unit: minor` and `currency` go together",
    )
    .refine(
      ({ unit, minimum, maximum }) => unit !== "ms" || (minimum >= allSpans.min && maximum <= allSpans.max),
      "`unit: ms` holds 1,100 years at most",
    ),
]);

/** A record: every field is there, and no other. */
const Items = z
  .strictObject({
    type: z.literal("object"),
    properties: z.record(Name, FieldProperty),
    required: z.array(z.string()),
    additionalProperties: z.literal(false),
  })
  .refine(({ properties, required }) => Object.keys(properties).toSorted().join() === required.toSorted().join())
  .refine(({ properties }) => Object.keys(properties).length >= 1 && Object.keys(properties).length <= MAX_FIELDS);

const List = z
  .strictObject({
    type: z.literal("array"),
    items: Items,
    minItems: z.int().min(0).optional(),
    maxItems: z.int().min(1).max(MAX_ENTRIES),
    ...described,
  })
  .refine(({ minItems = 0, maxItems }) => minItems <= maxItems);

const Property = z.union([
  FieldProperty,
  z.strictObject({
    type: z.literal("string"),
    maxLength: z.int().min(1).max(MAX_TEXT),
    normal: z.array(z.enum(normalSteps)).min(1).optional(),
    pattern: z
      .string()
      .refine((pattern) => patternFault(pattern) === undefined)
      .optional(),
    ...described,
  }),
  List,
  z.strictObject({
    type: z.literal("array"),
    items: z.strictObject({ type: z.literal("string"), enum: z.array(z.string().min(1)).min(1) }),
    uniqueItems: z.literal(true).optional(),
    ...described,
  }),
]);

/** The part of JSON Schema that declares facts. Anything else in a schema is refused: an ignored keyword is a hole. */
const FactSchema = z.strictObject({
  $schema: z.string().optional(),
  type: z.literal("object"),
  properties: z.record(Name, Property),
  required: z.array(z.string()).optional(),
  additionalProperties: z.literal(false),
});

/** Every day that ISO 8601 writes with a year of four digits. */
const allDays = { min: -719_528, max: 2_932_896 } as const;

function kindOf(property: z.infer<typeof Property>): FactKind {
  if (property.type === "array") {
    if (!("maxItems" in property)) return { kind: "set", values: property.items.enum };
    const { items, minItems: minLength = 0, maxItems: maxLength } = property;
    const fields = Object.entries(items.properties).map(([name, field]) => ({
      ...namedAs(name, field),
      ...fieldKindOf(field),
    }));
    return { kind: "list", fields, minLength, maxLength };
  }
  if (property.type !== "string" || "enum" in property || "format" in property) return fieldKindOf(property);
  const { maxLength, normal, pattern } = property;
  return { kind: "text", maxLength, ...(normal && { normal }), ...(pattern !== undefined && { pattern }) };
}

function fieldKindOf(property: z.infer<typeof FieldProperty>): FieldKind {
  if (property.type === "boolean") return { kind: "boolean" };
  if (property.type === "string") {
    if ("enum" in property) return { kind: "choice", values: property.enum };
    return property.format === "date" ? { kind: "date", ...allDays } : { kind: "date-time", ...allInstants };
  }
  const { minimum: min, maximum: max, unit, currency } = property;
  if (currency !== undefined) return { kind: "minor", min, max, currency };
  return { kind: unit === "ppm" ? "ppm" : unit === "ms" ? "duration" : "number", min, max };
}

function namedAs(name: string, { title, adjustable = false, from }: z.infer<typeof Property>) {
  return { name, title, adjustable, ...(from !== undefined && { from }) };
}

/** The facts a JSON Schema declares. Throws when the schema uses what the policy language has no word for. */
export function factTypesOf(schema: unknown): readonly FactType[] {
  const parsed = FactSchema.safeParse(schema);
  if (!parsed.success) throw new Error(`fact schema is not usable: ${z.prettifyError(parsed.error)}`);
  const { properties, required = [] } = parsed.data;
  return Object.entries(properties).map(([name, property]) => ({
    ...namedAs(name, property),
    ...(required.includes(name) ? {} : { optional: true as const }),
    ...kindOf(property),
  }));
}

/** The facts of every policy by its id. */
export type Catalogue = { readonly [policyId: string]: readonly FactType[] };

/** The catalogue of the programme's own governed actions. */
export function governedCatalogue(): Catalogue {
  return Object.fromEntries(
    Object.entries(governedActions).map(([id, { factSchema }]) => [
      id,
      factTypesOf(z.toJSONSchema(factSchema, { io: "input" })),
    ]),
  );
}

/** Whether a rule may compare the fact with this value: for a set, one of its possible members; nothing for a list. */
export function acceptsValue(type: FactKind, value: unknown): value is Scalar {
  if (type.kind === "list") return false;
  if (type.kind === "boolean") return typeof value === "boolean";
  if (type.kind === "choice" || type.kind === "set") return typeof value === "string" && type.values.includes(value);
  if (type.kind === "text") return typeof value === "string" && spelledFor(type, value) === value;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= type.min && value <= type.max;
}

/** A text in the fact's normal form; undefined for one that has none there, is too long or does not match its pattern. */
export function spelledFor({ maxLength, normal = [], pattern }: TextKind, text: string): string | undefined {
  if (text.length > maxLength) return undefined;
  const read = normal.length === 0 ? text : normalText(text, normal);
  if (read === undefined || read.length > maxLength) return undefined;
  return pattern === undefined || patternTest(pattern)(read) ? read : undefined;
}

/** What a request brings for a fact, as rules read it; undefined when the fact cannot take it. */
export function givenValue(type: FactKind, given: unknown): Value | undefined {
  if (type.kind === "set") return givenSet(type.values, given);
  if (type.kind === "list") return givenList(type, given);
  if (type.kind === "text") return typeof given === "string" ? spelledFor(type, given) : undefined;
  const value = type.kind === "date" ? parseDate(given) : type.kind === "date-time" ? parseInstant(given) : given;
  return acceptsValue(type, value) ? value : undefined;
}

function givenSet(values: readonly string[], given: unknown): readonly string[] | undefined {
  if (!Array.isArray(given) || new Set(given).size !== given.length) return undefined;
  const members = given.filter((member): member is string => typeof member === "string" && values.includes(member));
  return members.length === given.length ? members.toSorted() : undefined;
}

/** Whether what was given is a map, as a record is. */
export function isRecord(given: unknown): given is { readonly [key: string]: unknown } {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}

function givenList({ fields, minLength, maxLength }: ListKind, given: unknown): readonly Entry[] | undefined {
  if (!Array.isArray(given) || given.length < minLength || given.length > maxLength) return undefined;
  const entries = given.map((entry: unknown) => givenEntry(fields, entry));
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

function givenEntry(fields: readonly FieldType[], given: unknown): Entry | undefined {
  if (!isRecord(given) || Object.keys(given).length !== fields.length) return undefined;
  const entry: Record<string, Scalar> = {};
  for (const field of fields) {
    const value = Object.hasOwn(given, field.name) ? givenValue(field, given[field.name]) : undefined;
    if (value === undefined || typeof value === "object") return undefined;
    entry[field.name] = value;
  }
  return entry;
}

/** A checked value as plain JSON, the way a request brings it. */
export function jsonValue(type: Shown, value: Value): Json {
  if (type.kind === "date" && typeof value === "number") return writeDate(value);
  if (type.kind === "date-time" && typeof value === "number") return writeInstant(value);
  return type.kind === "list" ? entriesOf(value).map((entry) => jsonEntry(type.fields, entry)) : (value as Json);
}

function jsonEntry(fields: readonly FieldType[], entry: Entry): Json {
  return Object.fromEntries(fields.map((field) => [field.name, jsonValue(field, entry[field.name] ?? "")]));
}

/** The records of a list's value; none of a value that is no list. */
export function entriesOf(value: Value | undefined): readonly Entry[] {
  return typeof value === "object" ? value.filter((entry): entry is Entry => typeof entry === "object") : [];
}

function textWords({ normal = [], pattern }: TextKind): string {
  const names = normal.includes("idna") ? ["names a domain on the internet"] : [];
  const keeps = normal.includes("confusables") ? ["mixes no scripts in a word"] : [];
  const matches = pattern === undefined ? [] : [`matches \`${pattern}\``];
  const said = [...names, ...keeps, ...matches];
  return said.length === 0 ? "" : ` that ${said.join(" and ")}`;
}

/** What a policy may write for a fact, for messages: `a percentage from 0% to 2000%`. */
export function describeKind(type: FactKind): string {
  switch (type.kind) {
    case "boolean":
      return "`true` or `false`";
    case "choice":
      return `one of ${listed(type.values)}`;
    case "number":
      return `a whole number from ${type.min} to ${type.max}`;
    case "date":
      return "a day such as 2026-07-01";
    case "date-time":
      return "an instant with its offset such as 2026-07-01T12:00:00Z or 2026-07-01T14:00:00+02:00";
    case "duration":
      return `a span of time from ${writeSpan(type.min)} to ${writeSpan(type.max)}`;
    case "set":
      return `some of ${listed(type.values)}`;
    case "text":
      return `a text of at most ${type.maxLength} characters${textWords(type)}`;
    case "list":
      return `a list of ${type.minLength} to ${type.maxLength} records of ${listed(type.fields.map(({ name }) => name))}`;
    case "ppm":
      return `a percentage from ${writePercent(type.min)} to ${writePercent(type.max)}`;
    case "minor":
      return `an amount from ${writeMoney(type.min, type.currency)} to ${writeMoney(type.max, type.currency)}`;
  }
}

/** The unit of a fact or a parameter, as far as showing its values goes. */
export type Shown =
  | { readonly kind: Exclude<FactKind["kind"], "minor" | "list"> }
  | { readonly kind: "minor"; readonly currency: Currency }
  | { readonly kind: "list"; readonly fields: readonly FieldType[] };

/** A value for people: `18 %`, `85,000.00 USD`, `yes`, `liability`. */
export function showValue(shown: Shown, value: Value): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  if (shown.kind === "list") return entriesText(shown.fields, entriesOf(value));
  if (typeof value === "object") return value.length === 0 ? "none" : value.map(String).join(", ");
  if (shown.kind === "date") return writeDate(value);
  if (shown.kind === "date-time") return writeInstant(value);
  if (shown.kind === "duration") return spanText(value);
  if (shown.kind === "ppm") return formatPpm(value);
  return shown.kind === "minor" ? formatMinor(value, shown.currency) : String(value);
}

const spanParts = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

/** `2d 4h 30m`: days of 24 hours and what is left of them. */
function spanText(ms: number): string {
  let left = Math.abs(ms);
  const parts = spanParts.flatMap(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count === 0 ? [] : [`${count}${unit}`];
  });
  return parts.length === 0 ? "0s" : `${ms < 0 ? "-" : ""}${parts.join(" ")}`;
}

/** `2: family hardware, discount 25 %; family software, discount 5 %`. */
function entriesText(fields: readonly FieldType[], entries: readonly Entry[]): string {
  const texts = entries.map((entry) =>
    fields.map((field) => `${field.name} ${showValue(field, entry[field.name] ?? "")}`).join(", "),
  );
  return texts.length === 0 ? "none" : `${texts.length}: ${texts.join("; ")}`;
}

/** A request's value as people read it; undefined for a fact that is not declared, or that cannot take the value. */
export function shownFact(types: readonly FactType[], name: string, given: unknown): string | undefined {
  const type = types.find((known) => known.name === name);
  const value = type && givenValue(type, given);
  return type === undefined || value === undefined ? undefined : showValue(type, value);
}
