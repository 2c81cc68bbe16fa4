import { isMade } from "./analyse/ground.ts";
import { clockOf, givenFacts } from "./clock.ts";
import { factsBeneath, turnsOf } from "./analyse/turning.ts";
import type { Comparison, Policy, PolicyRule } from "./policy.ts";
import { readAlong, type ReadingAlong } from "./reading-along.ts";
import { valueRead } from "./reading.ts";
import type { Known } from "./ternary.ts";

/** One fact of one surroundings, which alone moves; `answers` is kept by the fact's value. */
export type Line<Answer> = {
  readonly around: Known;
  readonly moved: string;
  readonly read: ReadingAlong;
  readonly answers: Map<number, Answer>;
};

/** Requests of one line: the moved fact's value in each, and what is held against the limit there. */
export type Row<Answer> = {
  readonly line: Line<Answer>;
  readonly steps: readonly { readonly at: number; readonly value: number }[];
};

/** A comparison of a rule with a number. */
export type Spot = { readonly rule: PolicyRule; readonly comparison: Comparison; readonly limit: number };

export type LineOf<Answer> = (around: Known, moved: string) => Line<Answer>;

/** How many surroundings each limit is tried in. */
const SURROUNDINGS = 3;

/** The lines of a policy, each made once. */
export function linesOf<Answer>(policy: Policy): LineOf<Answer> {
  const lines = new Map<Known, Map<string, Line<Answer>>>();
  return (around, moved) => {
    const made = lines.get(around) ?? new Map<string, Line<Answer>>();
    lines.set(around, made);
    const line = made.get(moved) ?? { around, moved, read: readAlong(policy, around, moved), answers: new Map() };
    made.set(moved, line);
    return line;
  };
}

/** The requests at and beside a limit, in surroundings where the rule turns there if any do, else in the first. */
export function rowsAt<Answer>(
  policy: Policy,
  { rule, comparison, limit }: Spot,
  surroundings: readonly Known[],
  lineOf: LineOf<Answer>,
): { readonly turns: boolean; readonly rows: readonly Row<Answer>[] } {
  const rows = isMade(policy, comparison)
    ? madeRows(policy, comparison, surroundings, lineOf)
    : plainRows(policy, comparison.fact, limit, surroundings, lineOf);
  const turning: Row<Answer>[] = [];
  let first: Row<Answer> | undefined;
  for (const row of rows) {
    first ??= row;
    const values = row.steps.map(({ at }) => at);
    if (row.line.read.turns(rule, values)) turning.push(row);
    if (turning.length === SURROUNDINGS) break;
  }
  return turning.length > 0
    ? { turns: true, rows: turning }
    : { turns: false, rows: first === undefined ? [] : [first] };
}

function* plainRows<Answer>(
  policy: Policy,
  fact: string,
  limit: number,
  surroundings: readonly Known[],
  lineOf: LineOf<Answer>,
): Generator<Row<Answer>> {
  if (clockOf(policy.facts)?.name === fact && policy.overrides.length > 0) return;
  const type = policy.facts.find(({ name }) => name === fact);
  const bounds = type !== undefined && "min" in type ? type : { min: limit, max: limit };
  const values = [limit - 1, limit, limit + 1].filter((value) => value >= bounds.min && value <= bounds.max);
  const steps = values.map((value) => ({ at: value, value }));
  for (const around of surroundings) yield { line: lineOf(around, fact), steps };
}

/** What is derived is moved by the numbers that it is made of, one at a time: to each value where the comparison turns. */
function* madeRows<Answer>(
  policy: Policy,
  comparison: Comparison,
  surroundings: readonly Known[],
  lineOf: LineOf<Answer>,
): Generator<Row<Answer>> {
  const beneath = factsBeneath(policy, comparison);
  // At another instant other overrides may be in effect.
  const movable = policy.overrides.length === 0 ? policy.facts : givenFacts(policy.facts);
  const moved = movable.flatMap((type) => ("min" in type && beneath.includes(type.name) ? [type] : []));
  for (const around of surroundings) {
    for (const { name, min, max } of moved) {
      for (const turn of turnsOf(policy, comparison, name, around)) {
        const beside = [turn - 1, turn, turn + 1].filter((value) => value >= min && value <= max);
        const steps = beside.map((at) => {
          return { at, value: Number(valueRead(policy, { ...around, [name]: at }, comparison.fact)) };
        });
        yield { line: lineOf(around, name), steps: steps.toSorted((a, b) => a.value - b.value) };
      }
    }
  }
}
