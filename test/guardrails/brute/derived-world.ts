import fc from "fast-check";
import type { DerivedFact, Derivation, Operand, TableCell, TableRow } from "../../../guardrails/derived.ts";
import type { FactType, Scalar } from "../../../guardrails/fact-types.ts";
import { overList } from "./list-world.ts";

type Ordered = Extract<FactType, { readonly min: number }>;
type Span = { readonly min: number; readonly max: number };

/** What parameters of each unit may be set to, by an override too. */
const params: { readonly [kind: string]: { readonly name: string } & Span } = {
  ppm: { name: "most", min: 0, max: 4 },
  number: { name: "room", min: 0, max: 4 },
};

const isOrdered = (type: FactType): type is Ordered => "min" in type;

type Part = Span & { readonly operand: Operand; readonly optional: boolean };

/** Operands of one unit: facts, a parameter of it, small constants. */
function operandsOf(facts: readonly FactType[], kind: Ordered["kind"]): fc.Arbitrary<Part> {
  const named = facts.filter(isOrdered).filter((type) => type.kind === kind);
  const ofFacts = named.map(({ name, min, max, optional }): Part => ({
    operand: { fact: name },
    min,
    max,
    optional: optional === true,
  }));
  const param = params[kind];
  const ofParam = param === undefined ? [] : [{ ...param, operand: { param: param.name }, optional: false }];
  const constants =
    kind === "date" ? [] : [-1, 0, 2, 3].map((one) => ({ operand: one, min: one, max: one, optional: false }));
  return fc.oneof(
    { arbitrary: fc.constantFrom(...ofFacts), weight: 4 },
    { arbitrary: fc.constantFrom(...ofFacts, ...ofParam, ...constants), weight: 1 },
  );
}

type Made = Span & { readonly derive: Derivation; readonly kind: Ordered["kind"]; readonly optional: boolean };

const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);

function together(kind: Ordered["kind"], operation: "add" | "subtract" | "min" | "max", parts: readonly Part[]): Made {
  const [mins, maxes] = [parts.map(({ min }) => min), parts.map(({ max }) => max)];
  const spans: { readonly [name: string]: Span } = {
    add: { min: sum(mins), max: sum(maxes) },
    subtract: { min: mins[0]! - sum(maxes.slice(1)), max: maxes[0]! - sum(mins.slice(1)) },
    min: { min: Math.min(...mins), max: Math.min(...maxes) },
    max: { min: Math.max(...mins), max: Math.max(...maxes) },
  };
  const isDays = kind === "date" && operation === "subtract";
  const optional = parts.some((one) => one.optional);
  return {
    ...spans[operation]!,
    kind: isDays ? "number" : kind,
    optional,
    derive: { kind: operation, of: parts.map(({ operand }) => operand) },
  };
}

const corners = (a: Span, b: Span, of: (a: number, b: number) => number): Span => {
  const all = [a.min, a.max].flatMap((one) => [b.min, b.max].map((other) => of(one, other)));
  return { min: Math.floor(Math.min(...all)), max: Math.ceil(Math.max(...all)) };
};

/** Shares of so small numbers show only when they are large. */
const shares = [0, 333_333, 500_000, 1_500_000];

function arithmeticOf(facts: readonly FactType[]): fc.Arbitrary<Made> {
  const kinds = [...new Set(facts.filter(isOrdered).map(({ kind }) => kind))];
  return fc.constantFrom(...kinds).chain((kind) => {
    const operand = operandsOf(facts, kind);
    const parts = fc.array(operand, { minLength: 2, maxLength: 3 });
    const pair = fc.array(operand, { minLength: 2, maxLength: 2 });
    const days = fc.oneof(
      pair.map((two) => together(kind, "subtract", two)),
      pair.map((two) => together(kind, "max", two)),
    );
    if (kind === "date") return days;
    const multiple = fc
      .tuple(operand, fc.constantFrom(-2, 0, 2, 3))
      .map(([{ operand: of, optional, ...span }, by]): Made => ({
        ...corners(span, { min: by, max: by }, (a, b) => a * b),
        kind,
        optional,
        derive: { kind: "multiply", of, by },
      }));
    const share = fc
      .tuple(operand, fc.constantFrom(...shares), fc.constantFrom("up", "down"))
      .map(([{ operand: of, optional, ...span }, part, round]): Made => ({
        ...corners(span, { min: part, max: part }, (a, b) => (a * b) / 1_000_000),
        kind,
        optional,
        derive: { kind: "share", of, share: part, round },
      }));
    const joined = fc
      .tuple(fc.constantFrom("add", "min", "max"), parts)
      .map(([operation, some]) => together(kind, operation, some));
    return fc.oneof(
      joined,
      pair.map((two) => together(kind, "subtract", two)),
      multiple,
      share,
    );
  });
}

/** Two parts that together are all of a column. */
function partsOf(type: FactType): fc.Arbitrary<readonly TableCell[]> {
  const whole = fc.constant([null]);
  if (isOrdered(type)) {
    if (type.min === type.max) return whole;
    const cut = fc.integer({ min: type.min, max: type.max - 1 });
    const two = cut.map((at) => [
      { min: type.min, max: at },
      { min: at + 1, max: type.max },
    ]);
    return fc.oneof(two, two, whole);
  }
  const values: readonly Scalar[] = type.kind === "choice" ? type.values : [true, false];
  const halves = fc.subarray([...values], { minLength: 1, maxLength: values.length - 1 });
  const two = halves.map((some) => [{ in: some }, { in: values.filter((one) => !some.includes(one)) }]);
  return fc.oneof(two, two, whole);
}

function rowsOf(columns: readonly FactType[], value: fc.Arbitrary<Scalar>): fc.Arbitrary<readonly TableRow[]> {
  const [first, ...others] = columns;
  if (first === undefined) return value.map((one) => [{ when: [], value: one }]);
  return partsOf(first).chain((parts) =>
    fc
      .tuple(...parts.map(() => rowsOf(others, value)))
      .map((all) => all.flatMap((rows, at) => rows.map((row) => ({ ...row, when: [parts[at] ?? null, ...row.when] })))),
  );
}

const words = ["p", "q", "r"];

function tableOf(name: string, facts: readonly FactType[]): fc.Arbitrary<DerivedFact> {
  const columns = facts.filter(({ kind }) => kind !== "set" && kind !== "text" && kind !== "list");
  const kind = fc.constantFrom("number", "ppm", "choice", "boolean");
  return fc
    .tuple(fc.subarray(columns, { minLength: 1, maxLength: Math.min(2, columns.length) }), kind)
    .chain(([by, gives]) => {
      const value: fc.Arbitrary<Scalar> =
        gives === "boolean"
          ? fc.boolean()
          : gives === "choice"
            ? fc.constantFrom(...words)
            : fc.integer({ min: 0, max: 4 });
      return rowsOf(by, value).map((rows): DerivedFact => {
        const optional = by.some((type) => type.optional === true) ? { optional: true as const } : {};
        const base = { name, title: name, adjustable: false, ...optional };
        const derive = { kind: "table", by: by.map((type) => type.name), rows } as const;
        if (gives === "boolean") return { ...base, kind: "boolean", derive };
        if (gives === "choice") return { ...base, kind: "choice", values: words, derive };
        return { ...base, kind: gives, min: 0, max: 4, derive };
      });
    });
}

function derivedOf(name: string, facts: readonly FactType[]): fc.Arbitrary<DerivedFact> {
  const made = (): fc.Arbitrary<DerivedFact> =>
    arithmeticOf(facts).map(({ derive, kind, min, max, optional }): DerivedFact => {
      const base = { name, title: name, adjustable: false, min, max, ...(optional && { optional: true as const }) };
      return kind === "minor" ? { ...base, kind, currency: "USD", derive } : { ...base, kind, derive };
    });
  const list = facts.find((type) => type.kind === "list");
  const single = facts.filter((type) => type !== list);
  const ofList = list === undefined ? [] : [{ arbitrary: overList(name, list), weight: 6 }];
  if (single.length === 0 && list !== undefined) return overList(name, list);
  const ofTable = { arbitrary: tableOf(name, single), weight: 2 };
  return single.some(isOrdered)
    ? fc.oneof(...ofList, { arbitrary: made(), weight: 3 }, ofTable)
    : fc.oneof(...ofList, ofTable);
}

const names = ["first", "second", "third"];

/** Up to three derived facts, each made of given ones and of those before it. */
export function derivedFrom(facts: readonly FactType[]): fc.Arbitrary<readonly DerivedFact[]> {
  const readable = facts.filter(({ kind }) => kind !== "set" && kind !== "text");
  const grow = (made: readonly DerivedFact[], left: readonly string[]): fc.Arbitrary<readonly DerivedFact[]> => {
    const [name, ...others] = left;
    if (name === undefined) return fc.constant(made);
    return derivedOf(name, [...readable, ...made]).chain((one) => grow([...made, one], others));
  };
  return readable.length === 0
    ? fc.constant([])
    : fc.integer({ min: 1, max: 3 }).chain((count) => grow([], names.slice(0, count)));
}
