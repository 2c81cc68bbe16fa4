import { showValue } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";
import { search } from "./box.ts";
import type { Box } from "./box.ts";
import type { Dimension, ValueClass } from "./dimensions.ts";
import { allOf, leafOf, notOf } from "./formula.ts";
import type { Formula } from "./formula.ts";
import type { Space } from "./space.ts";
import { classesIn } from "./witness.ts";

/** What widening a region by one class may cost, in steps. Where it runs out the region stays as it is. */
const WIDENING_STEPS = 100_000;

/** That a request lies in the box. */
export function boxFormula({ dimensions }: Space, box: Box): Formula {
  return allOf(dimensions.map(({ at, full }) => leafOf(at, box.slice(at, at + full.length), full)));
}

/** The box widened, one dimension after another, as long as the formulas hold of all of it. */
export function widened(space: Space, box: Box, asked: readonly Formula[]): Box {
  const outside = notOf(allOf(asked));
  const isInside = (tried: Box) => search(tried, [outside], { left: WIDENING_STEPS }) === undefined;
  let widest = box;
  for (const { at, full, classes } of space.dimensions) {
    const free = widest.slice();
    free.set(full, at);
    if (isInside(free)) {
      widest = free;
      continue;
    }
    for (const index of classes.keys()) {
      const tried = widest.slice();
      tried[at + (index >>> 5)] = (tried[at + (index >>> 5)] ?? 0) | (1 << (index & 31));
      if (isInside(tried)) widest = tried;
    }
  }
  return widest;
}

type Stretch = Extract<ValueClass, { readonly kind: "stretch" }>;

function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const runs: Stretch[] = [];
  for (const stretch of stretches) {
    const last = runs.at(-1);
    if (last !== undefined && last.max + 1 === stretch.min) runs[runs.length - 1] = { ...last, max: stretch.max };
    else runs.push(stretch);
  }
  return runs;
}

/** `over 15 % and at most 18 %`: told by the limits that rules compare with, where one lies beside the end. */
function rangeText(
  type: FactType & { readonly min: number; readonly max: number },
  { min, max }: Stretch,
  limits: ReadonlySet<number>,
): string {
  if (min === max) return `is ${showValue(type, min)}`;
  const isOver = limits.has(min - 1) && !limits.has(min);
  const isUnder = limits.has(max + 1) && !limits.has(max);
  const low = isOver ? `is over ${showValue(type, min - 1)}` : `is at least ${showValue(type, min)}`;
  const high = isUnder ? `under ${showValue(type, max + 1)}` : `at most ${showValue(type, max)}`;
  if (min === type.min) return `is ${high}`;
  return max === type.max ? low : `${low} and ${high}`;
}

function listText(values: readonly string[], all: readonly string[]): string {
  const others = all.filter((value) => !values.includes(value));
  if (values.length === 1) return `is ${values[0]}`;
  if (others.length === 1) return `is not ${others[0]}`;
  return values.length <= others.length ? `is one of ${values.join(", ")}` : `is none of ${others.join(", ")}`;
}

function valuesText({ fact, classes }: Dimension, allowed: readonly ValueClass[]): string | undefined {
  const named = allowed.flatMap((one) => (one.kind === "values" ? one.values.map(String) : []));
  const all = classes.flatMap((one) => (one.kind === "values" ? one.values.map(String) : []));
  if (!allowed.some(({ kind }) => kind === "other")) return named.length === 0 ? undefined : listText(named, all);
  const others = all.filter((value) => !named.includes(value));
  return others.length === 0 ? undefined : `${fact.kind === "text" ? "is none of" : "is not"} ${others.join(", ")}`;
}

function aspectText(space: Space, dimension: Dimension, allowed: readonly ValueClass[]): string | undefined {
  const { fact, aspect } = dimension;
  const isYes = allowed[0]?.kind === "yes";
  if (aspect.kind === "given") return isYes ? "is given" : "is not given";
  if (aspect.kind === "member") return `${isYes ? "holds" : "does not hold"} ${aspect.member}`;
  if (aspect.kind === "pattern") return `${isYes ? "matches" : "does not match"} ${aspect.pattern}`;
  const stretches = allowed.filter((one) => one.kind === "stretch");
  const limits = space.limits.get(fact.name) ?? new Set();
  const texts =
    "min" in fact
      ? joined(stretches).map((run) => rangeText(fact, run, limits))
      : [valuesText(dimension, allowed) ?? []].flat();
  const absent = allowed.some(({ kind }) => kind === "absent") ? ["is not given"] : [];
  const isWhole =
    "min" in fact && stretches.length === dimension.classes.filter(({ kind }) => kind === "stretch").length;
  return isWhole && absent.length === 0 ? "is given" : [...(isWhole ? [] : texts), ...absent].join(" or ");
}

/** The requests in a box in words: `effectiveDiscount is over 15 % and at most 18 %; partnerStanding is active`. */
export function regionText(space: Space, box: Box): string {
  const parts = space.dimensions.flatMap((dimension) => {
    const allowed = classesIn(box, dimension);
    if (allowed.length === dimension.classes.length) return [];
    const text = aspectText(space, dimension, allowed);
    return text === undefined || text === "" ? [] : [`${dimension.fact.name} ${text}`];
  });
  return parts.length === 0 ? "every request" : parts.join("; ");
}
