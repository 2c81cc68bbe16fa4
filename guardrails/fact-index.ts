import type { FactType, Scalar } from "./fact-types.ts";
import type { Test } from "./ternary.ts";

/** A set of rules by position: bit `n % 32` of word `n / 32`. */
export type RuleSet = Int32Array;

/** What the rule at `position` asks of one fact, and the constants that it compares the fact with. */
export type FactTest = { readonly position: number; readonly test: Test; readonly limits: readonly Scalar[] };

/** What one fact rules out. */
export type FactIndex = {
  readonly name: string;
  /** The rules that test the fact. */
  readonly reads: RuleSet;
  /** The rules that the value leaves possible; undefined when the fact is not known or the value is none of its own. */
  readonly rowOf: (value: unknown) => RuleSet | undefined;
};

/** Where a number stands among sorted limits: `2n` below limit `n` and above the one before, `2n + 1` on limit `n`. */
function standing(limits: Float64Array, value: number): number {
  let low = 0;
  let high = limits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((limits[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return limits[low] === value ? 2 * low + 1 : 2 * low;
}

/** A row as `start` has it, save that every given test is made of the value. */
function rowFrom(start: RuleSet, name: string, value: Scalar, tests: readonly FactTest[]): RuleSet {
  const row = start.slice();
  const known = { [name]: value };
  for (const { position, test } of tests) {
    const [word, bit] = [position >>> 5, 1 << (position & 31)];
    row[word] = test(known) === true ? (row[word] ?? 0) | bit : (row[word] ?? 0) & ~bit;
  }
  return row;
}

function byLimit(tests: readonly FactTest[]): ReadonlyMap<Scalar, readonly FactTest[]> {
  const comparing = new Map<Scalar, FactTest[]>();
  for (const each of tests) {
    for (const limit of new Set(each.limits)) {
      const others = comparing.get(limit);
      if (others === undefined) comparing.set(limit, [each]);
      else others.push(each);
    }
  }
  return comparing;
}

/** A row per standing. Facts are whole numbers; from one limit to the next only tests that compare with it change. */
function rowsByStanding(all: RuleSet, name: string, tests: readonly FactTest[], limits: Float64Array): RuleSet[] {
  const comparing = byLimit(tests);
  let row = rowFrom(all, name, (limits[0] ?? 0) - 1, tests);
  const rows = [row];
  for (const limit of limits) {
    for (const value of [limit, limit + 1]) {
      row = rowFrom(row, name, value, comparing.get(limit) ?? []);
      rows.push(row);
    }
  }
  return rows;
}

/** A row per value. `false` is none of the texts: what a test says of it, it says of every value that it does not name. */
function rowsByText(all: RuleSet, name: string, tests: readonly FactTest[], values: readonly string[]) {
  const comparing = byLimit(tests);
  const unnamed = rowFrom(all, name, false, tests);
  return new Map<unknown, RuleSet>(
    values.map((value) => {
      const changed = comparing.get(value);
      return [value, changed === undefined ? unnamed : rowFrom(unnamed, name, value, changed)];
    }),
  );
}

type RowOf = FactIndex["rowOf"];

function rowOfListed(rows: ReadonlyMap<unknown, RuleSet>): RowOf {
  return (value) => rows.get(value);
}

function rowOfNumber(rows: readonly RuleSet[], limits: Float64Array): RowOf {
  return (value) => (typeof value === "number" ? rows[standing(limits, value)] : undefined);
}

/** Makes every test of a fact ahead, for each stretch of values that no test tells apart. At most one test per rule. */
export function indexFact(type: FactType, tests: readonly FactTest[], words: number): FactIndex {
  const { name } = type;
  const all = new Int32Array(words).fill(-1);
  const reads = new Int32Array(words);
  for (const { position } of tests) reads[position >>> 5] = (reads[position >>> 5] ?? 0) | (1 << (position & 31));
  switch (type.kind) {
    case "set":
    case "text":
      throw new Error(`\`${name}\` takes too many values for an index`);
    case "boolean": {
      const rows = [false, true].map((value) => [value, rowFrom(all, name, value, tests)] as const);
      return { name, reads, rowOf: rowOfListed(new Map<unknown, RuleSet>(rows)) };
    }
    case "choice":
      return { name, reads, rowOf: rowOfListed(rowsByText(all, name, tests, type.values)) };
    default: {
      const numbers = new Set(tests.flatMap(({ limits }) => limits).filter((limit) => typeof limit === "number"));
      const limits = Float64Array.from(numbers).sort();
      return { name, reads, rowOf: rowOfNumber(rowsByStanding(all, name, tests, limits), limits) };
    }
  }
}
