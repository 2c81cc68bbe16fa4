import { dayIn } from "../../domain/instant.ts";
import type { Currency } from "../../domain/money.ts";
import type { FactType } from "../fact-types.ts";
import type { Policy } from "../policy.ts";
import { factsIn } from "./linear.ts";
import type { Linear, Term } from "./linear.ts";
import { Unlaid } from "./unlaid.ts";

/** Whole numbers from `min` to `max`, both included. */
export type Range = { readonly min: bigint; readonly max: bigint };

/** The quotient rounded down; `by` is over zero. */
export function floorOf(value: bigint, by: bigint): bigint {
  const rest = ((value % by) + by) % by;
  return (value - rest) / by;
}

/** The quotient rounded up; `by` is over zero. */
export function ceilOf(value: bigint, by: bigint): bigint {
  return -floorOf(-value, by);
}

const MILLION = 1_000_000n;

function shareRange(of: Range, share: Range, round: "up" | "down"): Range {
  const products = [of.min, of.max].flatMap((one) => [one * share.min, one * share.max]).toSorted(compare);
  const [least = 0n] = products;
  const most = products.at(-1) ?? 0n;
  const rounded = round === "up" ? ceilOf : floorOf;
  return { min: rounded(least, MILLION), max: rounded(most, MILLION) };
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

function termRange(term: Term, of: (fact: string) => Range): Range {
  if (term.kind === "fact") return of(term.name);
  if (term.kind === "day") {
    const { min, max } = formRange(term.of, of);
    return { min: BigInt(dayIn(Number(min), term.zone)), max: BigInt(dayIn(Number(max), term.zone)) };
  }
  if (term.kind === "share") return shareRange(formRange(term.of, of), formRange(term.share, of), term.round);
  throw new Error("a form over tables and choices has no range of its own");
}

/** What a form may come to, whatever its facts are within their ranges: never too narrow. */
export function formRange({ terms, constant }: Linear, of: (fact: string) => Range): Range {
  let [min, max] = [constant, constant];
  for (const { by, term } of terms) {
    const range = termRange(term, of);
    min += by * (by > 0n ? range.min : range.max);
    max += by * (by > 0n ? range.max : range.min);
  }
  return { min, max };
}

const farthest = BigInt(Number.MAX_SAFE_INTEGER);

function exactly(value: bigint): number {
  if (value <= farthest && value >= -farthest) return Number(value);
  throw new Unlaid("what is derived comes to more than whole numbers tell exactly");
}

type Measured = { readonly kind: "number" | "ppm" | "duration"; readonly min: number; readonly max: number };
type Money = { readonly kind: "minor"; readonly min: number; readonly max: number; readonly currency: Currency };

const isTime = ({ kind }: FactType): boolean => kind === "date-time" || kind === "duration";

/**
 * The unit of a form and what it may come to. Days that are added and taken away come to a number of them, instants to a span.
 */
export function formType(cell: Policy, form: Linear): Measured | Money {
  const types = cell.facts.filter(({ name }) => factsIn(form).has(name));
  const rangeOf = (fact: string): Range => {
    const type = types.find(({ name }) => name === fact);
    return type !== undefined && "min" in type
      ? { min: BigInt(type.min), max: BigInt(type.max) }
      : { min: 0n, max: 0n };
  };
  const { min, max } = formRange(form, rangeOf);
  const range = { min: exactly(min), max: exactly(max) };
  const money = types.find((type) => type.kind === "minor");
  if (money?.kind === "minor") return { kind: "minor", currency: money.currency, ...range };
  const isPlain = form.terms.every(({ term }) => term.kind === "fact");
  const kind = types.every((type) => type.kind === "ppm")
    ? "ppm"
    : isPlain && types.every(isTime)
      ? "duration"
      : "number";
  return { kind, ...range };
}
