import { z } from "zod";
import { normalSteps, normalText } from "../../domain/normal-text.ts";
import { provenances } from "../../domain/provenance.ts";
import { clockNames } from "../clock.ts";
import { listed } from "../did-you-mean.ts";
import { factTypesOf, MAX_ENTRIES, MAX_FIELDS } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";
import { moneyFault, parseAs, parseWhole, unitWords } from "../literals.ts";
import type { Amount } from "../literals.ts";
import { isWhole } from "../../domain/pattern.ts";
import type { Problem } from "../problem.ts";
import { entriesAt, readMap, readerOf, shown, warnOfLooks } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import type { FileText } from "./written-text.ts";
import { readPattern } from "./values.ts";

export type LoadedFacts =
  | { readonly kind: "loaded"; readonly facts: readonly FactType[]; readonly warnings: readonly Problem[] }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** What a fact can be, each with what to write. A fact says exactly one. */
const kinds = {
  percent: "`percent: 0%..100%`, both ends included",
  money: "`money: 0.00 USD..50000.00 USD`, both ends included, in one currency",
  number: "`number: 0..60`, both ends included",
  boolean: "`boolean: true`: the fact holds or does not",
  choice: "`choice: [good, worn]`: one of these words",
  set: "`set: [signed, insured]`: any of these words",
  date: "`date: true`: a day such as 2026-07-01",
  "date-time": "`date-time: true`: an instant with its offset such as 2026-07-01T12:00:00Z",
  duration: "`duration: 0h..72h`, both ends included: a span of time, of which a day is 24 hours",
  text: "`text: 64`: at most so many characters, 1 to 1000",
  list: "`list: { price: { title: …, money: … } }`: records of these fields, with `length: 1..50`",
} as const;
type Kind = keyof typeof kinds;
const kindNames = Object.keys(kinds) as readonly Kind[];

/** What a field of a record cannot be, and what only a fact of a request says of itself. */
const notOfFields: readonly string[] = ["set", "text", "list", "optional", "adjustable", "from"];

const Words = z.array(z.string().min(1).max(100)).min(1).max(500);

const FactFields = z.strictObject({
  title: z.string().min(1).max(200).describe("what the fact means, in a few words"),
  adjustable: z.boolean().optional().describe("`adjustable: true` where who asks could ask for another value"),
  from: z
    .enum(provenances)
    .optional()
    .describe("`from: record`, `requester`, `partner`, `model` or `derived`: who writes it"),
  optional: z.boolean().optional().describe("`optional: true` where a request may leave it out"),
  percent: z.string().optional().describe(kinds.percent),
  money: z.string().optional().describe(kinds.money),
  number: z.string().optional().describe(kinds.number),
  boolean: z.literal(true).optional().describe(kinds.boolean),
  choice: Words.optional().describe(kinds.choice),
  set: Words.optional().describe(kinds.set),
  date: z.literal(true).optional().describe(kinds.date),
  "date-time": z.literal(true).optional().describe(kinds["date-time"]),
  duration: z.string().optional().describe(kinds.duration),
  text: z.int().min(1).max(1_000).optional().describe(kinds.text),
  list: z.record(z.string(), z.unknown()).optional().describe(kinds.list),
  length: z.string().optional().describe("how many records there are, both ends included, such as `length: 1..50`"),
  normal: z
    .array(z.enum(normalSteps))
    .min(1)
    .optional()
    .describe(`some of ${listed(normalSteps)}, such as \`normal: [trim, case, nfkc]\`: spellings that are one`),
  pattern: z.string().optional().describe('a regular expression of the whole text, such as `pattern: "^P-[0-9]+$"`'),
});
type FactFields = z.infer<typeof FactFields>;

/** A fact's kind as the JSON Schema that `factTypesOf` reads; undefined after a problem was noted. */
function schemaOf(reader: Reader, path: Path, kind: Kind, fields: FactFields): object | undefined {
  switch (kind) {
    case "boolean":
      return { type: "boolean" };
    case "date":
    case "date-time":
      return { type: "string", format: kind };
    case "duration":
      return rangeOf(reader, [...path, kind], fields.duration ?? "", "duration");
    case "text": {
      const { text: maxLength, normal, pattern } = fields;
      return { type: "string", maxLength, ...(normal && { normal }), ...(pattern !== undefined && { pattern }) };
    }
    case "choice":
      return { type: "string", enum: words(reader, [...path, kind], fields.choice ?? []) };
    case "set":
      return { type: "array", items: { type: "string", enum: words(reader, [...path, kind], fields.set ?? []) } };
    case "number":
      return rangeOf(reader, [...path, kind], fields.number ?? "", "number");
    case "percent":
      return rangeOf(reader, [...path, kind], fields.percent ?? "", "ppm");
    case "money":
      return rangeOf(reader, [...path, kind], fields.money ?? "", "minor");
    case "list":
      return listOf(reader, path, fields);
  }
}

/** A list as JSON Schema: records that have every field, as many as `length` says. */
function listOf(reader: Reader, path: Path, { list = {}, length = "" }: FactFields): object | undefined {
  const [minItems, maxItems, ...more] = length.split("..").map((end) => parseWhole(end.trim()));
  const isRange = minItems !== undefined && maxItems !== undefined && more.length === 0;
  if (!isRange || minItems < 0 || minItems > maxItems || maxItems < 1 || maxItems > MAX_ENTRIES) {
    const message =
      length === "" ? "a list says how many records it holds" : `${shown(length)} is not a number of records`;
    reader.report([...path, "length"], message, `write \`length: 1..50\`, up to ${MAX_ENTRIES}`);
    return undefined;
  }
  const entries = Object.entries(list);
  if (entries.length < 1 || entries.length > MAX_FIELDS) {
    reader.report([...path, "list"], `a record has 1 to ${MAX_FIELDS} fields`, `write ${kinds.list}`);
    return undefined;
  }
  const fields = entries.map(([name, value]) => readField(reader, [...path, "list"], name, value));
  const sound = fields.filter((field) => field !== undefined);
  if (sound.length < fields.length) return undefined;
  const items = {
    type: "object",
    properties: Object.fromEntries(sound.map(({ name, schema }) => [name, schema])),
    required: sound.map(({ name }) => name),
    additionalProperties: false,
  };
  return { type: "array", items, minItems, maxItems };
}

function readField(reader: Reader, path: Path, name: string, value: unknown): Declared | undefined {
  const stray = notOfFields.find((key) => typeof value === "object" && value !== null && key in value);
  if (stray === undefined) return readDeclared(reader, path, name, value);
  const message = kindNames.some((kind) => kind === stray) ? `a field is no ${stray}` : `a field has no \`${stray}\``;
  reader.reportKey(
    [...path, name],
    stray,
    message,
    "write a percentage, money, a number, a day, a choice, or yes or no",
  );
  return undefined;
}

/** Words that differ in case, width or alphabet alone look the same. */
function lookOf(word: string): string {
  return normalText(word, ["trim", "case", "nfkc", "confusables"]) ?? word;
}

function words(reader: Reader, path: Path, given: readonly string[]): readonly string[] {
  for (const [index, word] of given.entries()) {
    if (given.indexOf(word) < index) reader.report([...path, index], `\`${word}\` is listed twice`, "keep one");
    warnOfLooks(reader, [...path, index], word);
    const like = given.slice(0, index).find((other) => other !== word && lookOf(other) === lookOf(word));
    if (like !== undefined)
      reader.warn([...path, index], `\`${word}\` looks like \`${like}\``, "tell the two apart, or keep one");
  }
  return given;
}

/** What is said of the spelling of a text: each step once, and a pattern of all of it. */
function checkShape(
  reader: Reader,
  path: Path,
  { normal = [], pattern }: { normal?: unknown; pattern?: unknown },
): void {
  const steps: readonly unknown[] = Array.isArray(normal) ? normal : [];
  for (const [index, step] of steps.entries()) {
    if (steps.indexOf(step) < index)
      reader.report([...path, "normal", index], `${shown(step)} is listed twice`, "keep one");
  }
  const where = [...path, "pattern"];
  const read = pattern === undefined ? undefined : readPattern(reader, where, pattern);
  if (read === undefined || isWhole(read)) return;
  reader.report(where, `${shown(read)} takes every text that only holds it`, `write \`^(?:${read})$\``);
}

type RangeUnit = "number" | "ppm" | "minor" | "duration";

function rangeOf(reader: Reader, path: Path, text: string, unit: RangeUnit): object | undefined {
  const [min, max, ...more] = text.split("..").map((end) => parseAs(unit, end.trim()));
  if (min === undefined || max === undefined || more.length > 0 || currencyOf(min) !== currencyOf(max)) {
    const fault = unit === "minor" ? rangeFault(text) : undefined;
    if (fault !== undefined) {
      reader.report(path, fault.message, fault.fix);
      return undefined;
    }
    reader.report(path, `${shown(text)} is not a range of this unit`, `write ${kinds[unitWords[unit]]}`);
    return undefined;
  }
  if (min.value >= max.value) reader.report(path, `${shown(text)} holds no two values`, "write the smaller end first");
  const currency = currencyOf(min);
  const range = { type: "integer", minimum: min.value, maximum: max.value };
  if (unit === "number") return range;
  if (unit === "duration") return { ...range, unit: "ms" };
  return { ...range, unit, ...(currency !== undefined && { currency }) };
}

/** What is wrong with the first end of a range that is no amount of money, where that can be told. */
function rangeFault(text: string): ReturnType<typeof moneyFault> {
  return text.split("..").flatMap((end) => moneyFault(end.trim()) ?? [])[0];
}

function currencyOf(amount: Amount): string | undefined {
  return amount.kind === "minor" ? amount.currency : undefined;
}

/** Names that a reason could not cite, or that every JavaScript object has already. */
function checkName(reader: Reader, path: Path, name: string): void {
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) {
    reader.reportKey(path, name, `\`${name}\` is not a fact's name`, "write it like `daysOverdue`");
  } else if (name in {}) {
    reader.reportKey(path, name, `\`${name}\` cannot be a fact's name`, "choose another name");
  } else if (clockNames.includes(name)) {
    reader.reportKey(path, name, `\`${name}\` is told by the decision's own clock`, "choose another name");
  }
}

type Declared = { readonly name: string; readonly schema: object; readonly required: boolean };

function readDeclared(reader: Reader, section: Path, name: string, value: unknown): Declared | undefined {
  const path = [...section, name];
  checkName(reader, section, name);
  const fields = readMap(reader, path, value, FactFields);
  if (fields === undefined) return undefined;
  const [kind, ...others] = kindNames.filter((candidate) => fields[candidate] !== undefined);
  if (kind === undefined || others.length > 0) {
    const message = `\`${name}\` ${kind === undefined ? "does not say what it is" : `says ${[kind, ...others].join(" and ")}`}`;
    reader.report(path, message, `write one of ${kindNames.map((known) => `\`${known}\``).join(", ")}`);
    return undefined;
  }
  for (const key of ["normal", "pattern"] as const) {
    const isStray = kind !== "text" && fields[key] !== undefined;
    if (isStray) reader.reportKey(path, key, `only a text has a \`${key}\``, "remove it");
  }
  if (kind !== "list" && fields.length !== undefined) {
    reader.reportKey(path, "length", "only a list has a `length`", "remove it");
  }
  checkShape(reader, path, fields);
  const schema = schemaOf(reader, path, kind, fields);
  const { title, adjustable = false, optional = false, from } = fields;
  const said = { title, adjustable, ...(from !== undefined && { from }) };
  return schema && { name, schema: { ...schema, ...said }, required: !optional };
}

function readYaml(reader: Reader): readonly Declared[] {
  const fields = readMap(reader, [], reader.value, z.strictObject({ facts: z.unknown().optional() }));
  if (fields === undefined) return [];
  const entries = entriesAt(reader, ["facts"], fields.facts, "write facts by name, each with a `title` and what it is");
  return entries.flatMap(([name, value]) => readDeclared(reader, ["facts"], name, value) ?? []);
}

const SchemaFields = z.strictObject({
  $schema: z.string().optional(),
  type: z.literal("object").describe('`"type": "object"`'),
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).describe("the facts by name"),
  required: z.array(z.string()).optional().describe("the names of the facts that no request may leave out"),
  additionalProperties: z.literal(false).describe('`"additionalProperties": false`: no other fact is known'),
});

const property =
  'write `type` boolean, integer with `minimum` and `maximum` (and `"unit": "ppm"`, or `"unit": "minor"` with `currency`, or `"unit": "ms"`), ' +
  'string with `enum`, `"format": "date"` or `"date-time"`, or `maxLength` (and `normal` and `pattern`), array of strings with `enum`, or array with `maxItems` ' +
  "of objects that require every property; with a `title`";

/** The facts of a JSON Schema. Keywords that the policy language has no word for are refused: each would be a hole. */
function readSchema(reader: Reader): readonly Declared[] {
  const fields = readMap(reader, [], reader.value, SchemaFields);
  if (fields === undefined) return [];
  const { properties, required = [] } = fields;
  for (const [index, name] of required.entries()) {
    if (!Object.hasOwn(properties, name)) reader.report(["required", index], `unknown fact \`${name}\``, "declare it");
  }
  return Object.entries(properties).map(([name, schema]) => {
    checkName(reader, ["properties"], name);
    if (!("format" in schema)) checkShape(reader, ["properties", name], schema);
    return { name, schema, required: required.includes(name) };
  });
}

function typeOf(reader: Reader, path: Path, { name, schema, required }: Declared): readonly FactType[] {
  const whole = { type: "object", properties: { [name]: schema }, additionalProperties: false };
  try {
    return factTypesOf({ ...whole, required: required ? [name] : [] });
  } catch {
    reader.report([...path, name], `\`${name}\` is declared with words the policy language does not have`, property);
    return [];
  }
}

/**
 * Reads the facts of a policy that no function of ours declares: `<id>.facts.yaml`, or `<id>.facts.json` as JSON Schema.
 * Gives the facts, or every problem in the file in its order; never throws for what the text says.
 */
export function loadFacts(file: string, text: FileText): LoadedFacts {
  const reader = readerOf(file, text);
  if (reader.value === undefined) return { kind: "refused", problems: reader.problems() };
  const isSchema = file.endsWith(".json");
  const declared = isSchema ? readSchema(reader) : readYaml(reader);
  const isSound = reader.problems().length === 0;
  const facts = isSound ? declared.flatMap((fact) => typeOf(reader, [isSchema ? "properties" : "facts"], fact)) : [];
  if (isSound && declared.length === 0) reader.report([], "the file declares no fact", "declare at least one");
  const problems = reader.problems();
  return problems.length > 0 ? { kind: "refused", problems } : { kind: "loaded", facts, warnings: reader.warnings() };
}
