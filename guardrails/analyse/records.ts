import type { Entry, FactType, ListType, Scalar } from "../fact-types.ts";
import { truthOver } from "./box.ts";
import type { Dimension, ValueClass } from "./dimensions.ts";
import type { Constraint } from "./domain.ts";
import type { Range } from "./form-range.ts";
import { added, constantOf, factsIn, less, ofTerm, replaced, scaled } from "./linear.ts";
import type { Linear } from "./linear.ts";
import type { Aggregate } from "./lists.ts";
import { spaceOf } from "./space.ts";
import type { Space } from "./space.ts";

/** Records that no condition tells apart: what each condition says of them, and where their added-up fields lie. */
type RecordKind = {
  /** The aggregates whose condition holds of such a record, by name. */
  readonly held: ReadonlySet<string>;
  readonly ranges: { readonly [field: string]: Range };
  readonly example: Entry;
};

/** How many combinations of values are looked at, and how many kinds of records may be told apart. */
const MAX_COMBINATIONS = 4_096;
const MAX_KINDS = 40;

function valueOf(type: FactType, one: ValueClass | undefined): Scalar {
  if (one?.kind === "values") return one.values[0] ?? false;
  if (one?.kind === "stretch") return one.min;
  if (type.kind === "boolean") return false;
  if (type.kind === "choice") return type.values[0] ?? "";
  return "min" in type ? Math.min(type.max, Math.max(type.min, 0)) : "";
}

function rangeOf(type: FactType, one: ValueClass | undefined): Range {
  const { min, max } = one?.kind === "stretch" ? one : "min" in type ? type : { min: 0, max: 0 };
  return { min: BigInt(min), max: BigInt(max) };
}

type Chosen = readonly { readonly dimension: Dimension; readonly index: number }[];

/** Every way to choose a class of each dimension; undefined where there are too many. */
function combinationsOf(dimensions: readonly Dimension[]): readonly Chosen[] | undefined {
  if (dimensions.reduce((many, { classes }) => many * classes.length, 1) > MAX_COMBINATIONS) return undefined;
  return dimensions.reduce<readonly Chosen[]>(
    (some, dimension) =>
      some.flatMap((chosen) => dimension.classes.map((_, index) => [...chosen, { dimension, index }])),
    [[]],
  );
}

function boxOf(space: Space, chosen: Chosen): Int32Array {
  const box = new Int32Array(space.whole.length);
  for (const { dimension, index } of chosen) box[dimension.at + (index >>> 5)] = 1 << (index & 31);
  return box;
}

function kindOf(space: Space, { fields }: ListType, aggregates: readonly Aggregate[], chosen: Chosen): RecordKind {
  const box = boxOf(space, chosen);
  const classOf = (field: FactType) => {
    const own = chosen.find(({ dimension }) => dimension.fact.name === field.name);
    return own?.dimension.classes[own.index];
  };
  const held = aggregates.filter(({ derive: { where }, record }) => {
    return where === undefined || truthOver(box, space.compile(record, where).must, { left: Infinity }) === true;
  });
  const summed = aggregates.flatMap(({ derive }) => (derive.kind === "sum" ? derive.of : []));
  const ranges = fields
    .filter(({ name }) => summed.includes(name))
    .map((type) => [type.name, rangeOf(type, classOf(type))] as const);
  return {
    held: new Set(held.map(({ type }) => type.name)),
    ranges: Object.fromEntries(ranges),
    example: Object.fromEntries(fields.map((type) => [type.name, valueOf(type, classOf(type))])),
  };
}

function keyOf({ held, ranges }: RecordKind): string {
  return [...held, ...Object.entries(ranges).map(([name, { min, max }]) => `${name} ${min} ${max}`)].join("; ");
}

const kinds = new WeakMap<Space, Map<string, readonly RecordKind[] | undefined>>();

/** The kinds of records that a list may hold; undefined where they are too many, or where fields are compared with one another. */
function kindsOf(space: Space, list: ListType): readonly RecordKind[] | undefined {
  const own = kinds.get(space) ?? new Map<string, readonly RecordKind[] | undefined>();
  kinds.set(space, own);
  if (!own.has(list.name)) own.set(list.name, madeKinds(space, list));
  return own.get(list.name);
}

function madeKinds(space: Space, list: ListType): readonly RecordKind[] | undefined {
  const aggregates = [...space.aggregates.values()].filter(({ derive }) => derive.list === list.name);
  const [first] = aggregates;
  if (first === undefined) return undefined;
  const conditions = aggregates.flatMap(({ derive: { where } }) => where ?? []);
  const records = spaceOf(list.fields, { cells: [{ ...first.record, facts: list.fields }], conditions });
  if (records.atoms.size > 0) return undefined;
  const all = combinationsOf(records.dimensions)?.map((chosen) => kindOf(records, list, aggregates, chosen));
  const told = all && [...new Map(all.map((one) => [keyOf(one), one])).values()];
  return told !== undefined && told.length <= MAX_KINDS ? told : undefined;
}

const numberOf = (name: string): Linear => ofTerm({ kind: "fact", name });
const countName = (list: string, at: number) => `${list}[${at}]`;
const sumName = (list: string, at: number, field: string) => `${list}[${at}].${field}`;
const exactly = (form: Linear, value: bigint): Constraint => ({ form, runs: [{ min: value, max: value }] });

/** What records ask of numbers: how many there are of each kind, and what a field of those comes to. */
export type RecordNumbers = {
  readonly domain: readonly (readonly [string, readonly Range[]])[];
  readonly constraints: readonly Constraint[];
};

/** What the records of a kind come to in one field. */
function sumForm(list: string, at: number, field: string, { ranges }: RecordKind): Linear {
  const range = ranges[field];
  if (range === undefined) return constantOf(0n);
  return range.min === range.max
    ? scaled(numberOf(countName(list, at)), range.min)
    : numberOf(sumName(list, at, field));
}

/** How many records an aggregate counts, or what they come to. */
function amountOf(list: string, all: readonly RecordKind[], { type, derive }: Aggregate): Linear {
  return added(
    all.flatMap((kind, at) => {
      if (!kind.held.has(type.name)) return [];
      return derive.kind === "sum" ? sumForm(list, at, derive.of, kind) : numberOf(countName(list, at));
    }),
  );
}

/** What an aggregate that is a yes or a no asks of the numbers. */
function truthConstraint(list: ListType, all: readonly RecordKind[], one: Aggregate, isSo: boolean): Constraint {
  const held = amountOf(list.name, all, one);
  const every = added(all.map((_, at) => numberOf(countName(list.name, at))));
  const some: readonly Range[] = [{ min: 1n, max: BigInt(list.maxLength) }];
  if (one.derive.kind === "any") return isSo ? { form: held, runs: some } : exactly(held, 0n);
  const failed = less(every, held);
  return isSo ? exactly(failed, 0n) : { form: failed, runs: some };
}

/** What is asked of something that is made of the list: that it comes to a number of some runs, or is so or not. */
export type Asked = { readonly aggregate: Aggregate } & (
  | { readonly runs: readonly Range[] }
  | { readonly isSo: boolean }
);

/** The numbers of a list's records; undefined where nobody can say which records there may be. */
export function recordNumbers(space: Space, list: ListType, asked: readonly Asked[]): RecordNumbers | undefined {
  const all = kindsOf(space, list);
  if (all === undefined) return undefined;
  const most = BigInt(list.maxLength);
  const [domain, constraints]: [[string, readonly Range[]][], Constraint[]] = [[], []];
  for (const [at, { ranges }] of all.entries()) {
    const count = countName(list.name, at);
    domain.push([count, [{ min: 0n, max: most }]]);
    for (const [field, { min, max }] of Object.entries(ranges)) {
      if (min === max) continue;
      const sum = sumName(list.name, at, field);
      const [low, high] = [min < 0n ? min * most : 0n, max > 0n ? max * most : 0n];
      const room: readonly Range[] = [{ min: 0n, max: (max - min) * most }];
      domain.push([sum, [{ min: low, max: high }]]);
      constraints.push({ form: less(numberOf(sum), scaled(numberOf(count), min)), runs: room });
      constraints.push({ form: less(scaled(numberOf(count), max), numberOf(sum)), runs: room });
    }
  }
  const every = added(all.map((_, at) => numberOf(countName(list.name, at))));
  constraints.push({ form: every, runs: [{ min: BigInt(list.minLength), max: most }] });
  for (const one of asked) {
    if ("isSo" in one) constraints.push(truthConstraint(list, all, one.aggregate, one.isSo));
    else constraints.push({ form: amountOf(list.name, all, one.aggregate), runs: one.runs });
  }
  return { domain, constraints };
}

/** A form in which what is made of lists is told by the numbers of their records; undefined where nobody can say. */
export function overRecords(space: Space, form: Linear): Linear | undefined {
  let told: Linear = form;
  for (const name of factsIn(form)) {
    const aggregate = space.aggregates.get(name);
    if (aggregate === undefined) continue;
    const list = listIn(space, aggregate);
    const all = list && kindsOf(space, list);
    if (list === undefined || all === undefined) return undefined;
    told = replaced(told, name, amountOf(list.name, all, aggregate));
  }
  return told;
}

/** The list of a request that something is made of. */
export function listIn({ facts }: Space, { derive }: Aggregate): ListType | undefined {
  return facts.find((type): type is ListType => type.kind === "list" && type.name === derive.list);
}

/** So many records of a kind whose fields come to what was found: each as little as it may, the first ones more. */
function recordsOf(list: string, at: number, kind: RecordKind, numbers: ReadonlyMap<string, number>): readonly Entry[] {
  const count = numbers.get(countName(list, at)) ?? 0;
  const left = Object.entries(kind.ranges).map(([field, { min, max }]) => {
    const sum = numbers.get(sumName(list, at, field)) ?? count * Number(min);
    return { field, min: Number(min), room: Number(max - min), more: sum - count * Number(min) };
  });
  return Array.from({ length: count }, () => {
    const fields = left.map((one) => {
      const more = Math.min(one.more, one.room);
      one.more -= more;
      return [one.field, one.min + more] as const;
    });
    return { ...kind.example, ...Object.fromEntries(fields) };
  });
}

/** A list with these numbers of records. */
export function listWith(space: Space, list: ListType, numbers: ReadonlyMap<string, number>): readonly Entry[] {
  return (kindsOf(space, list) ?? []).flatMap((kind, at) => recordsOf(list.name, at, kind, numbers));
}

/** As few records as a list may hold, of which nothing is asked. */
export function plainList({ fields, minLength }: ListType): readonly Entry[] {
  const entry = Object.fromEntries(fields.map((type) => [type.name, valueOf(type, undefined)]));
  return Array.from({ length: minLength }, () => entry);
}
