import { stricter } from "../../domain/decision.ts";
import type { Verdict } from "../../domain/decision.ts";
import type { Currency } from "../../domain/money.ts";
import type { Policy } from "../policy.ts";
import { valueIn } from "../ternary.ts";
import type { Replayed } from "./replay.ts";

/** An amount of money that a request names, by its fact. */
export type NamedMoney = { readonly fact: string; readonly minor: number; readonly currency: Currency };

/** One past decision that the candidate would take otherwise. */
export type Flip = {
  readonly decisionId: string;
  readonly caseId: string;
  readonly at: string;
  readonly from: Verdict;
  readonly to: Verdict;
  readonly change: "loosening" | "tightening";
  /** The value of the policy's subject fact. */
  readonly subject: string | null;
  readonly money: readonly NamedMoney[];
  readonly rulesBefore: readonly string[];
  readonly rulesAfter: readonly string[];
  /** The limits that the request would be over. */
  readonly limitsOver: readonly string[];
};

function moneyOf(candidate: Policy, { scene }: Replayed): readonly NamedMoney[] {
  return candidate.facts.flatMap((type) => {
    const minor = type.kind === "minor" ? valueIn(scene.checked.known, type.name) : undefined;
    return type.kind === "minor" && typeof minor === "number"
      ? [{ fact: type.name, minor, currency: type.currency }]
      : [];
  });
}

/** What changes for one decision; undefined when its verdict stays. */
export function flipOf(candidate: Policy, replayed: Replayed): Flip | undefined {
  const { past, to, rules, scene, caps } = replayed;
  const from = past.byRules;
  if (from === to) return undefined;
  const subject = candidate.subject === null ? undefined : valueIn(scene.checked.known, candidate.subject);
  return {
    decisionId: past.decisionId,
    caseId: past.caseId,
    at: past.at,
    from,
    to,
    change: stricter(from, to) === from ? "loosening" : "tightening",
    subject: subject === undefined || typeof subject === "object" ? null : String(subject),
    money: moneyOf(candidate, replayed),
    rulesBefore: past.rules,
    rulesAfter: rules,
    limitsOver: caps.flatMap(({ id, over }) => (over === "over" ? [id] : [])),
  };
}

const rank: { readonly [verdict in Verdict]: number } = { execute: 0, escalate: 1, block: 2 };

/** What matters most comes first: loosening, the longer way, the larger first amount; then by id. */
export function byWeight(a: Flip, b: Flip): number {
  const way = (flip: Flip) => rank[flip.from] - rank[flip.to];
  const amount = ({ money }: Flip) => money[0]?.minor ?? 0;
  return (
    Number(b.change === "loosening") - Number(a.change === "loosening") ||
    Math.abs(way(b)) - Math.abs(way(a)) ||
    amount(b) - amount(a) ||
    (a.decisionId < b.decisionId ? -1 : Number(a.decisionId > b.decisionId))
  );
}

/** Money of the requests that would come to be executed, and of those that no longer would. Minor units. */
export type MoneyMoved = {
  readonly fact: string;
  readonly currency: Currency;
  readonly toExecuteMinor: number;
  readonly fromExecuteMinor: number;
};

/** Adds up the flips to and from execution, by fact. Throws `RangeError` beyond the exact integers. */
export function moneyMoved(flips: readonly Flip[]): readonly MoneyMoved[] {
  const moved = new Map<
    string,
    { fact: string; currency: Currency; toExecuteMinor: number; fromExecuteMinor: number }
  >();
  for (const { from, to, money } of flips) {
    for (const { fact, minor, currency } of money) {
      const key = `${fact} ${currency}`;
      const sum = moved.get(key) ?? { fact, currency, toExecuteMinor: 0, fromExecuteMinor: 0 };
      if (to === "execute") sum.toExecuteMinor += minor;
      if (from === "execute") sum.fromExecuteMinor += minor;
      if (!Number.isSafeInteger(sum.toExecuteMinor) || !Number.isSafeInteger(sum.fromExecuteMinor)) {
        throw new RangeError(`the amounts of \`${fact}\` add up to more than can be told exactly`);
      }
      moved.set(key, sum);
    }
  }
  return [...moved.values()].filter((sum) => sum.toExecuteMinor > 0 || sum.fromExecuteMinor > 0);
}
