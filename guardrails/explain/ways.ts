import { stricter } from "../../domain/decision.ts";
import type { Verdict } from "../../domain/decision.ts";
import { nearestChange } from "../analyse/counterfactual.ts";
import type { NearestChange } from "../analyse/counterfactual.ts";
import { beneath, typeNamed } from "../derived.ts";
import { listed } from "../did-you-mean.ts";
import { decideScene } from "../decide-compiled.ts";
import type { Scene } from "../scene.ts";
import { jsonValue } from "../fact-types.ts";
import type { Json } from "../../domain/json.ts";
import { comparisonsOf, readsOf } from "../policy.ts";
import type { Limit, Policy, PolicyRule } from "../policy.ts";
import { factText } from "../sentences.ts";
import { valueIn } from "../ternary.ts";
import { limitsOf } from "../thresholds.ts";
import type { TakenDecision } from "./taken-decision.ts";

/** One fact that would have to be otherwise. `text` is the change in words: `discount ≤ 15 %`. */
export type Change = {
  readonly fact: string;
  readonly from: Json;
  readonly to: Json;
  readonly bound: "at-most" | "at-least" | "exactly";
  readonly text: string;
};

/** How another verdict could have been had. */
export type Way = {
  readonly verdict: Verdict;
  /** The smallest change of adjustable facts that gives it by the rules; null when none of one or two facts was found. */
  readonly changes: readonly Change[] | null;
  /** What keeps it from that verdict whatever the requester adjusts. */
  readonly obstacles: readonly string[];
};

/** Said where a way has no changes: `nearestChange` tries one fact, and two together, and no more. */
export const noChange = "no change of one or two adjustable facts was found that is enough";

type Raw = NearestChange["changes"][number];

/** At a limit itself `≤` and `≥` name it; one unit beside a limit `<` and `>` do. An end that is not the fact's is named. */
function changeText(cell: Policy, { fact, to, bound, through }: Raw): string {
  const shown = (value: typeof to) => factText(cell, fact, value);
  if (bound === "exactly" || typeof to !== "number" || typeof through !== "number") return `${fact} = ${shown(to)}`;
  const comparisons = cell.rules.flatMap(({ when }) => comparisonsOf(when)).filter((one) => one.fact === fact);
  const limits = comparisons.flatMap((comparison) => limitsOf(comparison, cell));
  const isStrict = (end: number, beside: number) => !limits.includes(end) && limits.includes(beside);
  const [low, high] = bound === "at-most" ? [through, to] : [to, through];
  const type = cell.facts.find(({ name }) => name === fact);
  const [isOver, isUnder] = [isStrict(low, low - 1), isStrict(high, high + 1)];
  const [floor, roof] = [shown(isOver ? low - 1 : low), shown(isUnder ? high + 1 : high)];
  const isOpen = type !== undefined && "min" in type && through === (bound === "at-most" ? type.min : type.max);
  if (!isOpen) return `${floor} ${isOver ? "<" : "≤"} ${fact} ${isUnder ? "<" : "≤"} ${roof}`;
  return bound === "at-most" ? `${fact} ${isUnder ? "<" : "≤"} ${roof}` : `${fact} ${isOver ? ">" : "≥"} ${floor}`;
}

function changeOf(cell: Policy, raw: Raw): Change {
  const { fact, bound } = raw;
  const type = typeNamed(cell, fact) ?? { kind: "number" as const };
  const text = changeText(cell, raw);
  return { fact, from: jsonValue(type, raw.from), to: jsonValue(type, raw.to), bound, text };
}

const isStricter = (a: Verdict, b: Verdict): boolean => a !== b && stricter(a, b) === a;

/** `partner-suspended (partnerStanding is suspended)`; of a rule that reads an adjustable fact only the others are named. */
function ruleObstacle(rule: PolicyRule, { cell, checked }: Scene): string {
  const fixed = readsOf(rule.when).facts.filter((name) => !isAdjustable(cell, name));
  const read = fixed.flatMap((name) => {
    const value = valueIn(checked.known, name);
    return value === undefined ? [] : [`${name} is ${factText(cell, name, value)}`];
  });
  return read.length === 0 ? `rule ${rule.id}` : `rule ${rule.id} (${read.join(", ")})`;
}

/** Whether another value could be asked for: of the fact, or of one that it is made of. */
function isAdjustable(cell: Policy, fact: string): boolean {
  const made = beneath(cell, [fact]).facts;
  return cell.facts.some(({ name, adjustable }) => adjustable && made.includes(name));
}

/** The matching rules that say more than the wanted verdict and read nothing adjustable; all of them if each reads some. */
function ruleObstacles(scene: Scene, wanted: Verdict): readonly string[] {
  const found = new Set(decideScene(scene).rules);
  const against = scene.cell.rules.filter(({ id, effect }) => found.has(id) && isStricter(effect, wanted));
  const fixed = against.filter(({ when }) => readsOf(when).facts.every((name) => !isAdjustable(scene.cell, name)));
  return (fixed.length > 0 ? fixed : against).map((rule) => ruleObstacle(rule, scene));
}

/** `limit quarter (room for 95,000.00 USD)`; without a reading the limit alone. */
function limitObstacle(limit: Limit, cell: Policy, taken: TakenDecision): string {
  const reading = taken.limits.find(({ id }) => id === limit.id);
  if (reading === undefined) return `limit ${limit.id}`;
  const room = Math.max(0, reading.cap - reading.used - reading.reserved);
  return `limit ${limit.id} (room for ${limit.sum === null ? room : factText(cell, limit.sum, room)})`;
}

/** What stands beside the policy's rules: unknown facts, limits, compliance, the mode. */
function otherObstacles({ cell, checked }: Scene, taken: TakenDecision, wanted: Verdict): readonly string[] {
  const own = new Set(cell.rules.map(({ id }) => id));
  const beside = taken.rules.filter(({ id, effect }) => !own.has(id) && isStricter(effect, wanted));
  const isExecute = wanted === "execute";
  return [
    ...(isExecute && checked.missing.length > 0 ? [`${listed(checked.missing)} not known`] : []),
    ...(isExecute && checked.undeclared.length > 0 ? [`${listed(checked.undeclared)} not declared`] : []),
    ...beside.map(({ id, reason }) => {
      const limit = cell.limits.find((one) => one.id === id);
      return limit === undefined ? `${id} (${reason})` : limitObstacle(limit, cell, taken);
    }),
    ...(isExecute && taken.mode === "assisted" ? ["the mode, in which people decide everything"] : []),
  ];
}

/** How each other verdict could have been had. One that is stricter and that no change gives is left out. */
export function waysFrom(scene: Scene, taken: TakenDecision): readonly Way[] {
  const verdicts: readonly Verdict[] = ["execute", "escalate", "block"];
  return verdicts
    .filter((verdict) => verdict !== taken.verdict)
    .flatMap((verdict): readonly Way[] => {
      const isLooser = isStricter(taken.verdict, verdict);
      const nearest = nearestChange(scene.cell, scene.checked.known, verdict);
      const changes = nearest?.changes.map((raw) => changeOf(scene.cell, raw)) ?? null;
      const rules = isLooser && changes === null ? ruleObstacles(scene, verdict) : [];
      const found = isLooser ? [...rules, ...otherObstacles(scene, taken, verdict)] : [];
      const isUncovered = isLooser && changes === null && found.length === 0;
      const obstacles = isUncovered ? [`no rule would ${verdict} it`] : found;
      return !isLooser && changes === null ? [] : [{ verdict, changes, obstacles }];
    });
}
