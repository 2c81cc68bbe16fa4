import { ceilOf, floorOf, formRange } from "./form-range.ts";
import type { Range } from "./form-range.ts";
import { factsIn } from "./linear.ts";
import type { Linear } from "./linear.ts";

const MILLION = 1_000_000n;

/** How many values are tried where rounding alone decides. */
const MAX_TRIED = 4_096n;

/** A form over one fact as a straight line, in millionths, and how far from it rounding may take it. */
type Line = { readonly slope: bigint; readonly start: bigint; readonly off: bigint };

const sizeOf = (value: bigint): bigint => (value < 0n ? -value : value);

/** Undefined where a share is of something that is itself rounded. */
function lineOf({ terms, constant }: Linear): Line | undefined {
  let line: Line = { slope: 0n, start: constant * MILLION, off: 0n };
  for (const { by, term } of terms) {
    if (term.kind === "fact") line = { ...line, slope: line.slope + by * MILLION };
    if (term.kind === "fact") continue;
    const inner = term.kind === "share" && term.share.terms.length === 0 ? lineOf(term.of) : undefined;
    if (term.kind !== "share" || inner === undefined || inner.off !== 0n) return undefined;
    const part = by * term.share.constant;
    line = {
      slope: line.slope + (part * inner.slope) / MILLION,
      start: line.start + (part * inner.start) / MILLION,
      off: line.off + sizeOf(by) * MILLION,
    };
  }
  return line;
}

/**
 * Where a form over one fact comes to at least so much, as runs of the fact's values: exact, by trying each value for which
 * rounding alone decides. Undefined for a form over several facts, and where these values are too many.
 */
export function runsAtLeast(form: Linear, within: Range, least: bigint): readonly Range[] | undefined {
  const line = factsIn(form).size === 1 ? lineOf(form) : undefined;
  if (line === undefined || line.slope === 0n) return undefined;
  const [slope, isRising] = [sizeOf(line.slope), line.slope > 0n];
  const beside = (to: bigint) => (isRising ? to - line.start : line.start - to);
  const [one, other] = [beside(least * MILLION - line.off), beside(least * MILLION + line.off)];
  const [low, high] = one < other ? [one, other] : [other, one];
  const clamped = (value: bigint) => (value < within.min ? within.min : value > within.max ? within.max : value);
  const [from, to] = [clamped(floorOf(low, slope) - 1n), clamped(ceilOf(high, slope) + 1n)];
  if (to - from > MAX_TRIED) return undefined;
  const reaches = (value: bigint) => formRange(form, () => ({ min: value, max: value })).min >= least;
  const runs: { min: bigint; max: bigint }[] = [];
  for (let value = from; value <= to; value += 1n) {
    const last = runs.at(-1);
    if (!reaches(value)) continue;
    if (last !== undefined && last.max + 1n === value) last.max = value;
    else runs.push({ min: value, max: value });
  }
  const [first, last] = [runs[0], runs.at(-1)];
  if (first?.min === from) first.min = within.min;
  if (last?.max === to) last.max = within.max;
  return runs;
}
