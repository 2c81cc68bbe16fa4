import type { Verdict } from "../../domain/decision.ts";
import { verdictOf } from "../../guardrails/analyse/verdict.ts";
import { showValue, type FactType } from "../../guardrails/fact-types.ts";
import { comparisonsOf } from "../../guardrails/policy.ts";
import { sceneOf, type Scene } from "../../guardrails/scene.ts";
import { valueIn } from "../../guardrails/ternary.ts";
import { limitsOf } from "../../guardrails/thresholds.ts";
import type { Ruling } from "./ruling.ts";

/**
 * A stretch of a fact's values with the verdict that rules give there, everything else as it was. `from` and `until` belong
 * to it when `hasFrom` and `hasUntil` say so.
 */
export type Band = {
  readonly from: number;
  readonly until: number;
  readonly hasFrom: boolean;
  readonly hasUntil: boolean;
  readonly verdict: Verdict;
};

/** One fact among the lines that rules draw through it: what was asked, and what each stretch comes to. */
export type Ruler = {
  readonly fact: string;
  readonly title: string;
  readonly value: number;
  readonly valueText: string;
  /** In the fact's own unit, lowest first, two or more: what lies near the value and the lines. */
  readonly bands: readonly Band[];
  readonly show: (value: number) => string;
};

/** The facts of a request that somebody could have asked otherwise and that rules draw lines through. */
export function rulersOf(ruling: Ruling): readonly Ruler[] {
  if (ruling.kind === "unread" || ruling.policy === undefined) return [];
  const scene = sceneOf(ruling.policy, ruling.taken.facts, ruling.taken.at);
  return scene.cell.facts.filter(({ adjustable }) => adjustable).flatMap((type) => rulerOf(scene, type) ?? []);
}

function rulerOf(scene: Scene, type: FactType): Ruler | undefined {
  const { cell, checked } = scene;
  const value = valueIn(checked.known, type.name);
  if (!("min" in type) || typeof value !== "number") return undefined;
  const compared = cell.rules.flatMap(({ when }) => comparisonsOf(when)).filter(({ fact }) => fact === type.name);
  const lines = [...new Set(compared.flatMap((comparison) => limitsOf(comparison, cell)))].toSorted((a, b) => a - b);
  if (lines.length === 0) return undefined;
  const { from, until } = viewOf(type, [value, ...lines]);
  const verdictAt = (at: number) => verdictOf(cell, { ...checked.known, [type.name]: at });
  const bands = bandsOf([from, ...lines.filter((line) => line > from && line < until), until], verdictAt);
  if (bands.length < 2) return undefined;
  const show = (one: number) => showValue(type, one);
  return { fact: type.name, title: type.title, value, valueText: show(value), bands, show };
}

/** Lines and what lies between them, neighbours of one verdict joined. `ends` ascend. */
function bandsOf(ends: readonly number[], verdictAt: (value: number) => Verdict): readonly Band[] {
  const pieces = ends.flatMap((end, at): readonly Band[] => {
    const point = { from: end, until: end, hasFrom: true, hasUntil: true, verdict: verdictAt(end) };
    const next = ends[at + 1];
    if (next === undefined || next - end < 2) return [point];
    const inside = { from: end, until: next, hasFrom: false, hasUntil: false, verdict: verdictAt(end + 1) };
    return [point, inside];
  });
  return pieces.reduce<Band[]>((joined, piece) => {
    const last = joined.at(-1);
    if (last?.verdict !== piece.verdict) return [...joined, piece];
    return [...joined.slice(0, -1), { ...last, until: piece.until, hasUntil: piece.hasUntil }];
  }, []);
}

/** What is looked at: all that matters with room at both ends, within what the fact can be. */
function viewOf({ min, max }: { readonly min: number; readonly max: number }, points: readonly number[]) {
  const [low, high] = [Math.min(...points), Math.max(...points)];
  const room = Math.max(1, Math.ceil((high - low) / 3), Math.ceil(high / 5));
  return { from: Math.max(min, low - room), until: Math.min(max, high + room) };
}
