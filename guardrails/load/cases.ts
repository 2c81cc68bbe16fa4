import { z } from "zod";
import type { Verdict } from "../../domain/decision.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { didYouMean } from "../did-you-mean.ts";
import { startOfDay } from "../cell.ts";
import { clockOf, givenFacts } from "../clock.ts";
import { describeKind, isRecord, jsonValue } from "../fact-types.ts";
import type { FactType, ListType } from "../fact-types.ts";
import { parseDate, parseInstant } from "../literals.ts";
import type { Policy } from "../policy.ts";
import type { Problem } from "../problem.ts";
import { entriesAt, itemsAt, readMap, readerOf } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import type { FileText } from "./written-text.ts";
import { readValue } from "./values.ts";

type Facts = JsonObject;

/** One example of what a policy must decide. `rules` and `missing` are sets: their order means nothing. */
export type PolicyCase = {
  readonly name: string;
  readonly facts: Facts;
  /** When the request is decided, ISO 8601; undefined where the case does not say, and then no override applies. */
  readonly at?: string | undefined;
  readonly expect: {
    readonly decision: Verdict;
    readonly rules: readonly string[];
    readonly missing: readonly string[];
    /** Null when the case does not say. */
    readonly route: string | null;
  };
};

export type LoadedCases =
  | { readonly kind: "loaded"; readonly base: Facts; readonly cases: readonly PolicyCase[] }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

const FileFields = z.strictObject({
  policy: z.string().describe("the id of the policy under test"),
  base: z.unknown().optional(),
  cases: z.unknown().optional(),
});

const CaseFields = z.strictObject({
  name: z.string().min(1).describe("what the case guarantees, as a sentence"),
  given: z.unknown().optional(),
  without: z.array(z.string()).optional().describe("the names of facts that are not known"),
  at: z
    .string()
    .refine((text) => parseDate(text) !== undefined || parseInstant(text) !== undefined)
    .optional()
    .describe(
      "the day or the instant at which it is decided, such as `at: 2026-03-01` or `at: 2026-03-01T12:00:00Z`: overrides and `now` go by it",
    ),
  expect: z.unknown().optional(),
});

const ExpectFields = z.strictObject({
  decision: z.enum(["execute", "escalate", "block"]).describe("`execute`, `escalate` or `block`"),
  rules: z.array(z.string()).describe("every rule that matches, as a list"),
  missing: z.array(z.string()).optional().describe("the facts the decision names as not known"),
  route: z.string().optional().describe("the name of a route"),
});

function known(reader: Reader, path: Path, names: readonly string[], all: readonly string[], what: string): void {
  for (const [index, name] of names.entries()) {
    if (!all.includes(name)) reader.report([...path, index], `unknown ${what} \`${name}\``, didYouMean(name, all));
  }
}

/** A fact as a request brings it: a text as it is spelled, a set as a list of its members, everything else as rules compare it. */
function readFact(reader: Reader, path: Path, value: unknown, type: FactType): Json | undefined {
  if (type.kind === "text" && typeof value === "string" && value.length <= type.maxLength) return value;
  if (type.kind === "list") return readList(reader, path, value, type);
  if (type.kind !== "set") {
    const scalar = readValue(reader, path, value, type);
    return scalar === undefined ? undefined : jsonValue(type, scalar);
  }
  if (!Array.isArray(value)) {
    reader.report(path, `\`${type.name}\` is a set`, "write a list, such as `[a, b]` or `[]`");
    return undefined;
  }
  const members = value.map((member: unknown, index) => readValue(reader, [...path, index], member, type));
  return members.every((member) => member !== undefined) ? members : undefined;
}

/** Records with a value for every field, written as rules compare them. */
function readList(reader: Reader, path: Path, value: unknown, type: ListType): Json | undefined {
  const { fields, minLength, maxLength } = type;
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  if (!Array.isArray(value) || entries.length < minLength || entries.length > maxLength) {
    reader.report(
      path,
      `\`${type.name}\` is ${describeKind(type)}`,
      "write a list of records, such as `- { price: 10.00 USD }`",
    );
    return undefined;
  }
  const read = entries.map((entry, index) => {
    const where = [...path, index];
    const given = readFacts(reader, where, entry, fields);
    for (const { name } of fields.filter((field) => isRecord(entry) && !Object.hasOwn(entry, field.name))) {
      reader.report(where, `\`${name}\` is missing`, "give every field of a record a value");
    }
    return given;
  });
  return read;
}

function readFacts(reader: Reader, path: Path, value: unknown, types: readonly FactType[]): Facts {
  const names = types.map(({ name }) => name);
  const entries = entriesAt(reader, path, value, "write facts by name").flatMap(([name, entry]) => {
    const type = types.find((candidate) => candidate.name === name);
    if (type === undefined) reader.reportKey(path, name, `unknown fact \`${name}\``, didYouMean(name, names));
    const given = type === undefined ? undefined : readFact(reader, [...path, name], entry, type);
    return given === undefined ? [] : [[name, given] as const];
  });
  return Object.fromEntries(entries);
}

function readCase(reader: Reader, path: Path, value: unknown, base: Facts, policy: Policy): PolicyCase | undefined {
  const fields = readMap(reader, path, value, CaseFields);
  const expect = fields && readMap(reader, [...path, "expect"], fields.expect, ExpectFields);
  if (fields === undefined || expect === undefined) return undefined;
  const { name, without = [], given: changed = {}, at: day } = fields;
  if (day === undefined && clockOf(policy.facts) !== undefined) {
    reader.report(
      path,
      "the policy reads `now`, and the case does not say when",
      "say the day or the instant, `at: …`",
    );
  }
  const { decision, rules, missing = [], route = null } = expect;
  const given = givenFacts(policy.facts);
  const factNames = given.map((fact) => fact.name);
  const ruleNames = policy.rules.map(({ id }) => id);
  known(reader, [...path, "without"], without, factNames, "fact");
  known(reader, [...path, "expect", "missing"], missing, factNames, "fact");
  known(reader, [...path, "expect", "rules"], rules, ruleNames, "rule");
  const facts = { ...base, ...readFacts(reader, [...path, "given"], changed, given) };
  return {
    name,
    facts: Object.fromEntries(Object.entries(facts).filter(([fact]) => !without.includes(fact))),
    at: day === undefined || parseDate(day) === undefined ? day : startOfDay(day, policy.timezone),
    expect: { decision, rules, missing, route },
  };
}

/** Reads the cases beside a policy. Every required fact has a value in `base`; a case says what it changes. Never throws. */
export function loadCases(file: string, text: FileText, policy: Policy): LoadedCases {
  const reader = readerOf(file, text);
  const fields = reader.value === undefined ? undefined : readMap(reader, [], reader.value, FileFields);
  if (fields === undefined) return { kind: "refused", problems: reader.problems() };
  if (fields.policy !== policy.id)
    reader.report(["policy"], `these cases are for \`${fields.policy}\``, `write \`${policy.id}\``);
  const given = givenFacts(policy.facts);
  const base = readFacts(reader, ["base"], fields.base, given);
  const required = given.filter(({ optional }) => optional !== true);
  for (const { name } of required.filter((fact) => !Object.hasOwn(base, fact.name))) {
    reader.report(["base"], `\`${name}\` has no value`, "give every required fact a value here");
  }
  const items = itemsAt(reader, ["cases"], fields.cases, "write cases with `name`, `given` and `expect`");
  const cases = items.flatMap((item, index) => readCase(reader, ["cases", index], item, base, policy) ?? []);
  const names = cases.map(({ name }) => name);
  for (const name of names.filter((candidate, index) => names.indexOf(candidate) < index)) {
    reader.report(["cases"], `two cases are named \`${name}\``, "give each case its own name");
  }
  const problems = reader.problems();
  return problems.length > 0 ? { kind: "refused", problems } : { kind: "loaded", base, cases };
}
