import type { FactType, Scalar } from "./fact-types.ts";
import type { Test } from "./ternary.ts";

/** A set of rules by position: bit `n % 32` of word `n / 32`. */
export type RuleSet = Int32Array;

/** A test of one fact that the rule at `position` makes. A rule may make several. */
export type FactTest = { readonly position: number; readonly test: Test };

/** What one fact rules out. */
export type FactIndex = {
  readonly name: string;
  /** The rules that test the fact. */
  readonly reads: RuleSet;
  /** The rules that the value leaves possible; undefined when the fact is not known or the value is none of its own. */
  readonly rowOf: (value: unknown) => RuleSet | undefined;
};

/** The values at which rows may differ: where a number meets a limit, and between and beyond the limits. */
function representatives(limits: readonly number[]): readonly number[] {
  const first = limits[0];
  if (first === undefined) return [0];
  const rest = limits.flatMap((limit, at) => [limit, (limit + (limits[at + 1] ?? limit + 2)) / 2]);
  return [first - 1, ...rest];
}

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

/** A row per value at which answers may differ: the rules whose every test of the fact holds there, and all that make none. */
function rowFor(name: string, value: Scalar, tests: readonly FactTest[], words: number): RuleSet {
  const row = new Int32Array(words).fill(-1);
  const known = { [name]: value };
  for (const { position, test } of tests) {
    const word = position >>> 5;
    if (test(known) !== true) row[word] = (row[word] ?? 0) & ~(1 << (position & 31));
  }
  return row;
}

function numberRows(
  limits: readonly number[],
  row: (value: Scalar) => RuleSet,
): (value: unknown) => RuleSet | undefined {
  const rows = representatives(limits).map(row);
  const sorted = Float64Array.from(limits);
  return (value) => (typeof value === "number" ? rows[standing(sorted, value)] : undefined);
}

/**
 * Evaluates every test of a fact ahead, once for each stretch of values that no test tells apart. `limits` are the
 * constants that the tests compare with; `words` is the length of a rule set.
 */
export function indexFact(
  type: FactType,
  tests: readonly FactTest[],
  limits: readonly Scalar[],
  words: number,
): FactIndex {
  const { name } = type;
  const reads = new Int32Array(words);
  for (const { position } of tests) reads[position >>> 5] = (reads[position >>> 5] ?? 0) | (1 << (position & 31));
  const row = (value: Scalar): RuleSet => rowFor(name, value, tests, words);
  switch (type.kind) {
    case "boolean": {
      const [no, yes] = [row(false), row(true)];
      return { name, reads, rowOf: (value) => (value === true ? yes : value === false ? no : undefined) };
    }
    case "set":
    case "text":
      throw new Error(`\`${name}\` takes too many values for an index`);
    case "choice": {
      const rows = new Map<unknown, RuleSet>(type.values.map((value) => [value, row(value)]));
      return { name, reads, rowOf: (value) => rows.get(value) };
    }
    default: {
      const numbers = new Set(limits.filter((limit) => typeof limit === "number"));
      return {
        name,
        reads,
        rowOf: numberRows(
          [...numbers].toSorted((a, b) => a - b),
          row,
        ),
      };
    }
  }
}
