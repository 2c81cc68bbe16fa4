import type { Verdict } from "../../domain/decision.ts";
import { beneath } from "../derived.ts";
import type { FactType, Value } from "../fact-types.ts";
import { comparisonsOf } from "../policy.ts";
import type { Policy } from "../policy.ts";
import { valueIn } from "../ternary.ts";
import type { Known } from "../ternary.ts";
import { stretchesIn } from "./stretches.ts";
import type { Stretch } from "./stretches.ts";
import { cutsAround, isReadThrough } from "./turning.ts";
import { verdictOf } from "./verdict.ts";

/**
 * What would have to be different. `at-most` and `at-least`: every value from `to` on, away from `from`, up to and with
 * `through` gives the verdict as well, whatever the changes before it make of their own bounds; `exactly`: no value beside
 * `to` is known to, or the values have no order.
 */
export type NearestChange = {
  readonly changes: readonly {
    readonly fact: string;
    readonly from: Value;
    readonly to: Value;
    readonly bound: "at-most" | "at-least" | "exactly";
    readonly through: Value;
  }[];
};

/** Another value of one fact. `cost` ranks changes: a number's relative change, days per year, 1 for anything else. */
type Step = { readonly fact: string; readonly from: Value; readonly to: Value; readonly cost: number };

/** Pairs of changes tried, the smallest first, before the search gives up. */
const MAX_PAIRS = 20_000;

const DAYS_PER_YEAR = 365;

function numberSteps(
  type: FactType & { readonly min: number; readonly max: number },
  from: number,
  cuts: readonly number[],
) {
  const unit = type.kind === "date" ? DAYS_PER_YEAR : Math.max(1, Math.abs(from));
  return stretchesIn(type, cuts)
    .filter(({ min, max }) => from < min || from > max)
    .map(({ min, max }) => {
      const to = from < min ? min : max;
      return { fact: type.name, from, to, cost: Math.abs(to - from) / unit };
    });
}

/** The other values that rules name for a fact without an order; for a set, one member more or less. */
function otherValues(type: FactType, from: Value, named: readonly unknown[]): readonly Value[] {
  if (type.kind === "boolean") return [from !== true];
  if (type.kind === "choice") return type.values.filter((value) => value !== from);
  if (type.kind === "text") return named.filter((value) => typeof value === "string" && value !== from) as string[];
  if (type.kind !== "set" || typeof from !== "object") return [];
  const members = from.filter((member) => typeof member === "string");
  const asked = type.values.filter((member) => named.includes(member));
  return asked.map((member) =>
    members.includes(member) ? members.filter((one) => one !== member) : [...members, member].toSorted(),
  );
}

function namedFor(policy: Policy, fact: string): readonly unknown[] {
  const comparisons = policy.rules.flatMap(({ when }) => comparisonsOf(when)).filter((one) => one.fact === fact);
  return [
    ...new Set(comparisons.filter(({ operator }) => operator !== "matches").flatMap(({ value }) => [value].flat())),
  ];
}

/** Every other value worth trying, fact by fact, the smallest change first. */
function stepsOf(policy: Policy, known: Known): readonly (readonly Step[])[] {
  const scoped = new Set(policy.overrides.flatMap((override) => beneath(policy, Object.keys(override.for)).facts));
  return policy.facts
    .filter(({ name, adjustable }) => adjustable && !scoped.has(name))
    .map((type): readonly Step[] => {
      const { name } = type;
      const from = valueIn(known, name);
      if (from === undefined) return [];
      if ("min" in type)
        return typeof from === "number" ? numberSteps(type, from, cutsAround(policy, name, known)) : [];
      return otherValues(type, from, namedFor(policy, name)).map((to) => ({ fact: name, from, to, cost: 1 }));
    })
    .map((steps) => steps.toSorted((a, b) => a.cost - b.cost));
}

function changed(known: Known, steps: readonly Step[]): Known {
  return { ...known, ...Object.fromEntries(steps.map(({ fact, to }) => [fact, to])) };
}

/** The stretches of a number from `to` on, away from `from`, the one of `to` first; none when it has no order. */
function onwards(policy: Policy, known: Known, { fact, from, to }: Step): readonly Stretch[] {
  const type = policy.facts.find(({ name }) => name === fact);
  if (type === undefined || !("min" in type) || typeof from !== "number" || typeof to !== "number") return [];
  const stretches = stretchesIn(type, cutsAround(policy, fact, known));
  return to < from ? stretches.filter(({ min }) => min <= to).toReversed() : stretches.filter(({ max }) => max >= to);
}

/** Changes of which no value beside is known to do: two facts of which others are made move these together. */
function exact(steps: readonly Step[]): NearestChange {
  return { changes: steps.map(({ fact, from, to }) => ({ fact, from, to, bound: "exactly", through: to })) };
}

/** The changes with their bounds: each holds for all that the bounds before it allow. */
function bounded(policy: Policy, known: Known, steps: readonly Step[], wanted: Verdict): NearestChange {
  if (steps.length > 1 && steps.some(({ fact }) => isReadThrough(policy, fact))) return exact(steps);
  let around: readonly Known[] = [changed(known, steps)];
  const changes = steps.map((step): NearestChange["changes"][number] => {
    const { fact, from, to } = step;
    const stretches = onwards(policy, known, step);
    const within = ({ min }: Stretch) => around.map((one) => ({ ...one, [fact]: min }));
    const end = stretches.findIndex((one) => within(one).some((tried) => verdictOf(policy, tried) !== wanted));
    const run = end < 0 ? stretches : stretches.slice(0, end);
    const isDown = Number(to) < Number(from);
    const last = run.at(-1);
    const through = last === undefined ? to : isDown ? last.min : last.max;
    if (through === to) return { fact, from, to, bound: "exactly", through };
    around = run.flatMap(within);
    return { fact, from, to, bound: isDown ? "at-most" : "at-least", through };
  });
  return { changes };
}

function pairsOf(steps: readonly (readonly Step[])[]): readonly (readonly [Step, Step])[] {
  const pairs = steps.flatMap((firsts, at) =>
    steps.slice(at + 1).flatMap((seconds) => firsts.flatMap((a) => seconds.map((b): [Step, Step] => [a, b]))),
  );
  return pairs.toSorted((a, b) => a[0].cost + a[1].cost - b[0].cost - b[1].cost).slice(0, MAX_PAIRS);
}

/**
 * The smallest change of facts marked `adjustable` that gives the wanted verdict: of one fact if any does, else of two;
 * undefined when neither does. No change for a request that has the verdict already. Exact at limits. `policy` is the
 * cell of the request (`cellOf`); facts that overrides go by stay as they are, since changing one would change the cell.
 */
export function nearestChange(policy: Policy, known: Known, wanted: Verdict): NearestChange | undefined {
  if (verdictOf(policy, known) === wanted) return { changes: [] };
  const steps = stepsOf(policy, known);
  const gives = (tried: readonly Step[]) => verdictOf(policy, changed(known, tried)) === wanted;
  const single = steps
    .flat()
    .toSorted((a, b) => a.cost - b.cost)
    .find((step) => gives([step]));
  if (single !== undefined) return bounded(policy, known, [single], wanted);
  const pair = pairsOf(steps).find(gives);
  return pair === undefined ? undefined : bounded(policy, known, pair, wanted);
}
