import type { LimitReading, Offer } from "../domain/decision-details.ts";
import type { JsonObject } from "../domain/json.ts";
import { formatMinor } from "../domain/money.ts";
import { nameInWords } from "../domain/name-in-words.ts";
import { decideScene } from "../guardrails/decide-compiled.ts";
import { judge } from "../guardrails/evaluate.ts";
import { asksOf, readingOf } from "../guardrails/limits.ts";
import type { Policy } from "../guardrails/policy.ts";
import { sceneOf } from "../guardrails/scene.ts";
import type { Concluded } from "./ruling.ts";
import type { Question } from "./question.ts";

/** A like ask: what of it may be asked otherwise, and its facts with other values there, as if the record asked so. */
export type Otherwise = {
  /** Amounts in minor units, by argument, as they are asked. */
  readonly amounts: { readonly [argument: string]: number };
  /** The largest amount that the ask names: no other is tried above it. */
  readonly mostMinor: number;
  /** Code of ISO 4217. */
  readonly currency: string;
  readonly factsWith: (changes: JsonObject) => JsonObject;
};

/**
 * What would pass without asking anybody, of a request that does not: for each amount that may be asked otherwise the nearest one
 * that does, all else as it is. Each is decided by the same rules, by both evaluators, under the limits as they were read; none where
 * the mode lets nothing pass, or Compliance, or something that no amount changes, stands in the way.
 */
export async function offersFor(
  { otherwise, at, review }: Pick<Question, "otherwise" | "at" | "review">,
  policy: Policy,
  { decision, details }: Concluded,
): Promise<readonly Offer[]> {
  if (otherwise === undefined || decision.kind === "execute" || details.mode !== "led") return [];
  if (review !== "exempt" && review?.verdict !== "agree") return [];
  const passes = (changes: JsonObject) => isPassing(policy, otherwise.factsWith(changes), at, details.limits);
  // The rules have nothing against it as it is asked: what keeps it is none of theirs.
  if (passes({})) return [];
  const offers: Offer[] = [];
  for (const [argument, asked] of Object.entries(otherwise.amounts)) {
    const minor = nearestPassing(asked, otherwise.mostMinor, (tried) => passes({ [argument]: tried }));
    if (minor === undefined) continue;
    const { decision: said } = await judge(policy, otherwise.factsWith({ [argument]: minor }), {
      at,
      onDisagreement() {},
    });
    if (said.kind !== "execute") continue;
    const text = `${nameInWords(argument)} ${formatMinor(minor, otherwise.currency)} in place of ${formatMinor(asked, otherwise.currency)}`;
    offers.push({ argument, minor, text });
  }
  return offers;
}

/** Whether the rules execute it, and every limit that counts it has room beside what it held when it was read. */
function isPassing(policy: Policy, facts: JsonObject, at: string, held: readonly LimitReading[]): boolean {
  const scene = sceneOf(policy, facts, at);
  if (decideScene(scene).verdict !== "execute") return false;
  const { asks, uncounted } = asksOf(scene.cell, scene.checked.known, at);
  if (uncounted.length > 0) return false;
  return asks.every((ask) => {
    const reading = held.find(({ id }) => id === ask.limit.id);
    return reading !== undefined && readingOf(ask, reading.account, { ...reading, deposited: reading.cap }).admitted;
  });
}

/**
 * The amount nearest to `asked` that passes, upwards to `most` or downwards to nothing; of two as near the higher. Steps away double until one passes, and
 * are halved back to where it begins to: what passes only between two steps is not found.
 */
export function nearestPassing(asked: number, most: number, passes: (minor: number) => boolean): number | undefined {
  const found = [1, -1].flatMap((way) => {
    let [failing, step] = [asked, 1];
    for (;;) {
      const tried = Math.min(Math.max(asked + way * step, 0), most);
      if (passes(tried)) return [edge(failing, tried, passes)];
      if (tried === 0 || tried === most) return [];
      [failing, step] = [tried, step * 2];
    }
  });
  return found.toSorted((a, b) => Math.abs(a - asked) - Math.abs(b - asked))[0];
}

/** The passing amount beside a failing one, between two of which one is each. */
function edge(failing: number, passing: number, passes: (minor: number) => boolean): number {
  let [no, yes] = [failing, passing];
  while (Math.abs(yes - no) > 1) {
    const middle = no + Math.trunc((yes - no) / 2);
    if (passes(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}
