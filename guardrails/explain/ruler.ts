import type { Verdict } from "../../domain/decision.ts";
import { decideScene } from "../decide-compiled.ts";
import { derive } from "../derive.ts";
import type { JsonObject } from "../../domain/json.ts";
import { showValue, type FactType } from "../fact-types.ts";
import { comparisonsOf, type Policy, type PolicyRule } from "../policy.ts";
import { sceneOf, type Scene } from "../scene.ts";
import { stretchesIn } from "../analyse/stretches.ts";
import { thresholdsOf } from "../thresholds.ts";
import { valueIn } from "../ternary.ts";

type Point = { readonly value: number; readonly text: string };

/** Where a value stands between what passes, what people decide and what is blocked, all else as it is. */
export type Ruler = {
  readonly fact: string;
  readonly at: Point;
  readonly from: Point;
  readonly to: Point;
  /** In rising order; each verdict goes from the end of the one before up to its own. */
  readonly bands: readonly { readonly verdict: Verdict; readonly from: Point; readonly to: Point }[];
};

/** Beyond the last limit and the value a ruler goes on for a fifth of them. */
const BEYOND = 5;

type NumberType = Extract<FactType, { readonly min: number }>;

/**
 * The ruler of the first number that the rules which ask hold against a limit, one that may be asked otherwise before one that may
 * not. Undefined where no such rule reads a number that is known, or its value turns nothing. Throws for a bad time.
 */
export function rulerOf(policy: Policy, facts: JsonObject, at: string): Ruler | undefined {
  const scene = sceneOf(policy, facts, at);
  const found = new Set(decideScene(scene).rules);
  const asking = scene.cell.rules.filter(({ id, effect }) => found.has(id) && effect === "escalate");
  for (const type of heldNumbers(scene.cell, asking)) {
    const ruler = rulerFor(scene, type);
    if (ruler !== undefined) return ruler;
  }
  return undefined;
}

function heldNumbers(cell: Policy, asking: readonly PolicyRule[]): readonly NumberType[] {
  const names = [...new Set(asking.flatMap(({ when }) => comparisonsOf(when)).map(({ fact }) => fact))];
  const types = names.flatMap((name) => cell.facts.find((type) => type.name === name) ?? []);
  const numbers = types.filter((type): type is NumberType => "min" in type && type.kind !== "date");
  return [...numbers.filter(({ adjustable }) => adjustable), ...numbers.filter(({ adjustable }) => !adjustable)];
}

function rulerFor({ cell, checked }: Scene, type: NumberType): Ruler | undefined {
  const value = valueIn(checked.known, type.name);
  if (typeof value !== "number") return undefined;
  const point = (at: number): Point => ({ value: at, text: showValue(type, at) });
  const cuts = thresholdsOf(cell).filter(({ fact }) => fact === type.name);
  const verdictAt = (at: number) =>
    decideScene({ cell, checked: { ...checked, known: derive(cell, { ...checked.known, [type.name]: at }) } }).verdict;
  const stretches = stretchesIn(
    type,
    cuts.map(({ above }) => above),
  ).map(({ min, max }) => ({ verdict: verdictAt(min), min, max }));
  const merged = stretches.filter(({ verdict }, at) => verdict !== stretches[at - 1]?.verdict);
  if (merged.length < 2) return undefined;
  const most = Math.max((merged.at(-1)?.min ?? 1) - 1, value);
  const end = Math.min(type.max, most + Math.max(1, Math.floor(most / BEYOND)));
  const begin = Math.min(type.min < 0 ? type.min : 0, value);
  const bands = merged.map(({ verdict, min }, at) => {
    const next = merged[at + 1];
    return { verdict, from: point(at === 0 ? begin : min - 1), to: point(next === undefined ? end : next.min - 1) };
  });
  return { fact: type.name, at: point(value), from: point(begin), to: point(end), bands };
}
