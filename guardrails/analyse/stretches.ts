import type { Policy } from "../policy.ts";
import { thresholdsOf } from "../thresholds.ts";

/** Whole numbers from `min` to `max`, both included, that no comparison tells apart. */
export type Stretch = { readonly min: number; readonly max: number };

/** The range cut where a stretch begins, in rising order. Cuts outside the range do nothing. */
export function stretchesIn({ min, max }: Stretch, cuts: readonly number[]): readonly Stretch[] {
  const inside = [...new Set(cuts)].filter((cut) => cut > min && cut <= max).toSorted((a, b) => a - b);
  const starts = [min, ...inside];
  return starts.map((start, at) => ({ min: start, max: (starts[at + 1] ?? max + 1) - 1 }));
}

/** Where a fact's values begin to be told apart by a rule of the policy. */
export function cutsOf(policy: Policy): ReadonlyMap<string, readonly number[]> {
  const cuts = new Map<string, number[]>();
  for (const { fact, above } of thresholdsOf(policy)) cuts.set(fact, [...(cuts.get(fact) ?? []), above]);
  return cuts;
}
