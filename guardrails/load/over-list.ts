import { z } from "zod";
import type { DerivedFact, OverList } from "../derived.ts";
import { didYouMean, listed } from "../did-you-mean.ts";
import type { FieldType, ListType } from "../fact-types.ts";
import type { Condition } from "../policy.ts";
import { readCondition } from "./condition.ts";
import type { NamedConditions } from "./named-conditions.ts";
import type { Scope } from "./operands.ts";
import { readMap } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";

const examples = {
  count: "`count: lines`, with `where: { fact: …, operator: …, value: … }` on their fields",
  sum: "`sum: lines`, with `of: price`, a field of theirs, and `where` for some of them",
  any: "`any: lines`, with `where: { fact: …, operator: …, value: … }` on their fields",
  all: "`all: lines`, with `where: { fact: …, operator: …, value: … }` on their fields",
} as const;
type Operation = keyof typeof examples;
export const listOperations = Object.keys(examples) as readonly Operation[];

const Fields = z.strictObject({
  title: z.string().min(1).max(200).optional().describe("what it means, in a few words"),
  count: z.string().optional().describe(examples.count),
  sum: z.string().optional().describe(examples.sum),
  any: z.string().optional().describe(examples.any),
  all: z.string().optional().describe(examples.all),
  of: z.string().optional().describe("the field that is added up, such as `of: price`"),
  where: z.unknown().optional(),
});
type Fields = z.infer<typeof Fields>;

/** Whether a derived fact is written as one over a list. */
export function isOverList(value: unknown): boolean {
  return typeof value === "object" && value !== null && listOperations.some((name) => name in value);
}

function listAt(reader: Reader, path: Path, name: string, scope: Scope): ListType | undefined {
  const report = (message: string, fix: string) => reader.report(path, message, fix);
  const lists = scope.vocabulary.facts.filter((type) => type.kind === "list");
  const found = lists.find((type) => type.name === name);
  if (found !== undefined) return found;
  const known = lists.map((type) => type.name);
  if (scope.names.includes(name)) {
    report(`\`${name}\` is no list`, known.length === 0 ? "the policy has no list" : `use one of ${listed(known)}`);
  } else {
    report(`unknown list \`${name}\``, didYouMean(name, known));
  }
  return undefined;
}

/** Conditions that several places name read the request's facts, which no record has. */
function noneNamed(reader: Reader): NamedConditions {
  return {
    named(path) {
      reader.report(path, "a condition on a record reads its fields alone", "write it out here");
      return undefined;
    },
    checkUse() {},
  };
}

/** Undefined where something is not sound; null where every record counts. */
function whereAt(
  reader: Reader,
  path: Path,
  { where }: Fields,
  { fields }: ListType,
  { vocabulary: { params, declaredParams, zone } }: Scope,
): Condition | null | undefined {
  if (where === undefined) return null;
  return readCondition(reader, [...path, "where"], where, {
    facts: fields,
    params,
    declaredParams,
    zone,
    conditions: noneNamed(reader),
  });
}

/** Reads what is made of a list's records, and what it may come to. Undefined where something is not sound. */
export function readOverList(reader: Reader, path: Path, value: unknown, scope: Scope): DerivedFact | undefined {
  const fields = readMap(reader, path, value, Fields);
  if (fields === undefined) return undefined;
  const name = String(path.at(-1));
  const [operation, ...others] = listOperations.filter((one) => fields[one] !== undefined);
  if (operation === undefined || others.length > 0) {
    reader.report(path, `\`${name}\` says ${listed([operation ?? "", ...others])}`, "keep one of them");
    return undefined;
  }
  const list = listAt(reader, [...path, operation], fields[operation] ?? "", scope);
  if (operation !== "sum" && fields.of !== undefined)
    reader.reportKey(path, "of", "`of` belongs to a sum", "remove it");
  const where = list && whereAt(reader, path, fields, list, scope);
  if (list === undefined || where === undefined) return undefined;
  const title = fields.title ?? name;
  const said = { name, title, adjustable: false, ...(list.optional === true && { optional: true as const }) };
  const some = where === null ? {} : { where };
  if (operation === "count") {
    const [min, max] = [where === null ? list.minLength : 0, list.maxLength];
    return { ...said, kind: "number", min, max, derive: { kind: operation, list: list.name, ...some } };
  }
  if (operation === "sum") return readSum(reader, path, fields, list, { said, some });
  if (where === null) {
    reader.report(path, `\`${operation}\` says which records`, `write ${examples[operation]}`);
    return undefined;
  }
  warnOfNone(reader, path, operation, list);
  return { ...said, kind: "boolean", derive: { kind: operation, list: list.name, where } };
}

/** Of a list without records `all` holds, which is seldom meant. */
function warnOfNone(reader: Reader, path: Path, operation: "any" | "all", { name, minLength }: ListType): void {
  if (operation !== "all" || minLength > 0) return;
  const message = `of a \`${name}\` without records \`all\` holds, and it may have none`;
  reader.warn(
    [...path, operation],
    message,
    "let it hold at least one, such as `length: 1..50`, or ask for `count` too",
  );
}

type Summed = Extract<FieldType, { readonly kind: "number" | "ppm" | "minor" }>;
const isSummed = (field: FieldType): field is Summed =>
  field.kind === "number" || field.kind === "ppm" || field.kind === "minor";

/** The least and the most that so many values of a field come to together. */
function rangeOf({ min, max }: Summed, { minLength, maxLength }: ListType, isAll: boolean) {
  const least = isAll ? minLength : 0;
  const ends = (one: number) => [one * least, one * maxLength];
  return { min: Math.min(...ends(min)), max: Math.max(...ends(max)) };
}

function readSum(
  reader: Reader,
  path: Path,
  { of }: Fields,
  list: ListType,
  {
    said,
    some,
  }: {
    readonly said: Pick<DerivedFact, "name" | "title" | "adjustable" | "optional">;
    readonly some: { readonly where?: Condition };
  },
): DerivedFact | undefined {
  const names = list.fields.filter(isSummed).map(({ name }) => name);
  const field = list.fields.filter(isSummed).find(({ name }) => name === of);
  if (field === undefined) {
    const isField = list.fields.some(({ name }) => name === of);
    const message = of === undefined ? "a sum says of which field" : `\`${of}\` is no ${isField ? "number" : "field"}`;
    reader.report([...path, "of"], message, names.length === 0 ? "count the records" : didYouMean(of ?? "", names));
    return undefined;
  }
  const range = rangeOf(field, list, some.where === undefined);
  if (!Number.isSafeInteger(range.min) || !Number.isSafeInteger(range.max)) {
    const message = `\`${said.name}\` could come to more than whole numbers tell exactly`;
    reader.report([...path, "of"], message, `narrow the range of \`${field.name}\`, or the length of \`${list.name}\``);
    return undefined;
  }
  const derive: OverList = { kind: "sum", list: list.name, of: field.name, ...some };
  if (field.kind === "minor") return { ...said, kind: "minor", ...range, currency: field.currency, derive };
  return { ...said, kind: field.kind, ...range, derive };
}
