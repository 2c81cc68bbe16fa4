import { dayIn, startOfDayIn } from "../../domain/instant.ts";
import { ceilOf, floorOf, formRange } from "./form-range.ts";
import type { Range } from "./form-range.ts";
import { scaled } from "./linear.ts";
import type { Linear, Term } from "./linear.ts";

/** What numbers may still be, by name: runs of whole numbers in rising order, no two of them touching. */
export type Domain = ReadonlyMap<string, readonly Range[]>;

/** A form that must come to a number of one of these runs. */
export type Constraint = { readonly form: Linear; readonly runs: readonly Range[] };

/** The least run that holds all of a number's. */
export function hullOf(domain: Domain, name: string): Range {
  const runs = domain.get(name) ?? [];
  return { min: runs[0]?.min ?? 0n, max: runs.at(-1)?.max ?? -1n };
}

const rangeIn =
  (domain: Domain) =>
  (name: string): Range =>
    hullOf(domain, name);

/** The domain with a number held to a range; undefined when nothing of it is left. */
function held(domain: Domain, name: string, { min, max }: Range): Domain | undefined {
  const runs = domain.get(name) ?? [];
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (min <= first.min && last.max <= max) return domain;
  const kept = runs
    .map((run) => ({ min: run.min > min ? run.min : min, max: run.max < max ? run.max : max }))
    .filter((run) => run.min <= run.max);
  return kept.length === 0 ? undefined : new Map([...domain, [name, kept]]);
}

export function withRuns(domain: Domain, name: string, runs: readonly Range[]): Domain {
  return new Map([...domain, [name, runs]]);
}

const MILLION = 1_000_000n;

/** The instants of some days; of days on which none of these instants lies, the instants as they are. */
function instantsOf({ zone }: { readonly zone: string }, days: Range, { min, max }: Range): Range {
  const start = (day: bigint) => BigInt(startOfDayIn(Number(day), zone));
  const [first, last] = [BigInt(dayIn(Number(min), zone)), BigInt(dayIn(Number(max), zone))];
  return {
    min: days.min > first ? (days.min > last ? max + 1n : start(days.min)) : min,
    max: days.max < last ? (days.max < first ? min - 1n : start(days.max + 1n) - 1n) : max,
  };
}

function termHeld(domain: Domain, term: Term, range: Range): Domain | undefined {
  if (term.kind === "fact") return held(domain, term.name, range);
  if (term.kind === "day")
    return formHeld(domain, term.of, instantsOf(term, range, formRange(term.of, rangeIn(domain))));
  if (term.kind !== "share") return domain;
  const { of, share, round } = term;
  const product =
    round === "up"
      ? { min: (range.min - 1n) * MILLION + 1n, max: range.max * MILLION }
      : { min: range.min * MILLION, max: (range.max + 1n) * MILLION - 1n };
  const [whole, part] = [formRange(of, rangeIn(domain)), formRange(share, rangeIn(domain))];
  if (part.min === part.max) return formHeld(domain, scaled(of, part.min), product);
  if (whole.min === whole.max) return formHeld(domain, scaled(share, whole.min), product);
  if (part.min <= 0n || whole.min <= 0n) return domain;
  const narrowed = formHeld(domain, of, {
    min: ceilOf(product.min, part.max),
    max: floorOf(product.max, part.min),
  });
  return (
    narrowed && formHeld(narrowed, share, { min: ceilOf(product.min, whole.max), max: floorOf(product.max, whole.min) })
  );
}

/** What is left of the domain where a form lies in a range, as far as each number's bounds alone tell. */
function formHeld(domain: Domain, form: Linear, range: Range): Domain | undefined {
  const whole = formRange(form, rangeIn(domain));
  if (whole.max < range.min || whole.min > range.max) return undefined;
  let left: Domain | undefined = domain;
  for (const { by, term } of form.terms) {
    const own = formRange({ terms: [{ by, term, key: "" }], constant: 0n }, rangeIn(domain));
    const [low, high] = [range.min - (whole.max - own.max), range.max - (whole.min - own.min)];
    const size = by < 0n ? -by : by;
    const bounds = by > 0n ? { min: low, max: high } : { min: -high, max: -low };
    left = termHeld(left, term, { min: ceilOf(bounds.min, size), max: floorOf(bounds.max, size) });
    if (left === undefined) return undefined;
  }
  return left;
}

/** How often all constraints narrow the domain in turn before what is left is tried. */
const ROUNDS = 30;

/** What is left of the domain where every constraint holds; undefined is the proof that nothing is. */
export function narrowedBy(domain: Domain, constraints: readonly Constraint[]): Domain | undefined {
  let left: Domain = domain;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = left;
    for (const { form, runs } of constraints) {
      const hull = { min: runs[0]?.min ?? 0n, max: runs.at(-1)?.max ?? -1n };
      const next = formHeld(left, form, hull);
      if (next === undefined) return undefined;
      left = next;
    }
    if (left === before) return left;
  }
  return left;
}

type Branch = { readonly domain: Domain; readonly constraints: readonly Constraint[] };

/** Ways that together are all there is: run by run first, then the ends of a number before what lies between. */
function branchesOf({ domain, constraints }: Branch): readonly Branch[] | undefined {
  const parted = constraints.find(({ runs }) => runs.length > 1);
  if (parted !== undefined) {
    return parted.runs.map((run) => ({
      domain,
      constraints: constraints.map((one) => (one === parted ? { ...one, runs: [run] } : one)),
    }));
  }
  const open = [...domain].filter(([, runs]) => runs.length > 1 || runs.some(({ min, max }) => min < max));
  const [name, runs] = open.find(([, own]) => own.length > 1) ?? open[0] ?? ["", []];
  if (runs.length === 0) return undefined;
  const within = (parts: readonly Range[]) =>
    parts.filter(({ min, max }) => min <= max).map((part) => ({ domain: withRuns(domain, name, [part]), constraints }));
  if (runs.length > 1) return within(runs);
  const { min, max } = hullOf(domain, name);
  const middle = (min + max) / 2n;
  const ends = [
    { min, max: min },
    { min: max, max },
  ];
  return within([
    ...ends,
    { min: min + 1n, max: middle },
    { min: middle > min ? middle + 1n : min + 1n, max: max - 1n },
  ]);
}

/** Whether every constraint holds of numbers of which each is the only one left. */
function allHold(domain: Domain, constraints: readonly Constraint[]): boolean {
  return constraints.every(({ form, runs }) => {
    const { min } = formRange(form, rangeIn(domain));
    return runs.some((run) => run.min <= min && min <= run.max);
  });
}

/** Numbers of the domain for which every constraint holds; `none` is the proof that there are none. */
export function numbersIn(
  domain: Domain,
  constraints: readonly Constraint[],
  budget: { left: number },
): ReadonlyMap<string, number> | "none" | "spent" {
  budget.left -= 1;
  if (budget.left < 0) return "spent";
  const left = narrowedBy(domain, constraints);
  if (left === undefined) return "none";
  const branches = branchesOf({ domain: left, constraints });
  if (branches === undefined) {
    // The rounds may end before what is left was seen to fit.
    if (!allHold(left, constraints)) return "none";
    return new Map([...left.keys()].map((name) => [name, Number(hullOf(left, name).min)]));
  }
  for (const branch of branches) {
    const found = numbersIn(branch.domain, branch.constraints, budget);
    if (found !== "none") return found;
  }
  return "none";
}
