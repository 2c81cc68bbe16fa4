import { foundIn, readList, type ListReading } from "../audit/lists/reading.ts";
import { dayAtUtc, daysInWords } from "../domain/day.ts";
import type { JsonObject } from "../domain/json.ts";
import { converted, elsewhereIn, parseRate, rateFor, writeRate } from "../domain/rate.ts";
import type { Policy, Rates } from "../guardrails/policy.ts";
import type { ListsInForce } from "./lists.ts";

/** The rate that a fact's amount was taken at: the line of the list, with the proof that the version holds it. */
export type RateReading = ListReading & { readonly line: string };

/** An amount in a currency that the fact is not in, as it was asked. */
type Elsewhere = { readonly name: string; readonly fact: string; readonly currency: string; readonly minor: number };

function elsewhereOf(
  { facts: types }: Pick<Policy, "facts">,
  { currency: own }: Rates,
  facts: JsonObject,
): readonly Elsewhere[] {
  return Object.entries(facts).flatMap(([name, minor]) => {
    const said = elsewhereIn(name);
    const type = types.find((one) => one.name === said?.fact);
    const isOwn = type?.kind === "minor" && type.currency === own;
    return said === undefined || !isOwn || typeof minor !== "number" ? [] : [{ name, ...said, minor }];
  });
}

export type Converted = {
  /** The amounts as they were asked, and what they come to. */
  readonly facts: JsonObject;
  /** Why one comes to nothing that is known. */
  readonly unknown: { readonly [fact: string]: string };
  readonly rates: readonly RateReading[];
};

/**
 * What amounts in other currencies come to in the policy's own, at the instant of the decision: each by the newest rate that is no
 * older than the policy lets it be, rounded up. Without such a rate the fact is not known, with the reason.
 */
export function convertAll(policy: Policy, facts: JsonObject, at: string, lists: ListsInForce): Converted {
  const { rates } = policy;
  const found: { [name: string]: JsonObject[string] } = {};
  const unknown: { [fact: string]: string } = {};
  const readings: RateReading[] = [];
  for (const { name, fact, currency, minor } of rates === undefined ? [] : elsewhereOf(policy, rates, facts)) {
    found[name] = minor;
    const said = rates === undefined ? "" : convertOne(rates, { fact, currency, minor }, at, lists);
    if (typeof said === "string") unknown[fact] = said;
    else {
      found[fact] = said.minor;
      readings.push(said.reading);
    }
  }
  return { facts: found, unknown, rates: readings };
}

function convertOne(
  { list, currency: to, withinDays }: Rates,
  { fact, currency: from, minor }: Omit<Elsewhere, "name">,
  at: string,
  lists: ListsInForce,
): { readonly minor: number; readonly reading: RateReading } | string {
  const tree = lists(list);
  if ("why" in tree) return tree.why;
  if (tree.head.of !== "rate") return `the list \`${list}\` holds no rates`;
  const rate = rateFor(tree.names, { from, to, day: dayAtUtc(at), withinDays });
  if (rate === undefined) {
    return `no rate from ${from} to ${to} in \`${list}\` that is at most ${daysInWords(withinDays)} old`;
  }
  const amount = converted(minor, rate);
  const line = writeRate(rate);
  const reading = { ...readList(tree, fact, line), line };
  if (amount === undefined) return `\`${fact}\` comes to more in ${to} than can be counted`;
  return foundIn(reading, line) === true ? { minor: amount, reading } : `the list \`${list}\` proves nothing`;
}

/** Why recorded amounts are not what their recorded rates make of what was asked; undefined where they are. */
export function ratesFault(
  policy: Policy,
  facts: JsonObject,
  at: string,
  readings: readonly RateReading[],
): string | undefined {
  const { rates } = policy;
  if (rates === undefined)
    return readings.length === 0 ? undefined : "the policy reads no rates, and some are recorded";
  for (const { fact, currency, minor } of elsewhereOf(policy, rates, facts)) {
    const reading = readings.find((one) => one.fact === fact);
    if (reading === undefined) {
      if (facts[fact] !== undefined)
        return `\`${fact}\` has an amount of another currency, and no rate of it is recorded`;
      continue;
    }
    const rate =
      reading.list === rates.list && foundIn(reading, reading.line) === true ? parseRate(reading.line) : undefined;
    const day = dayAtUtc(at);
    const isFresh = rate !== undefined && rate.day <= day && day - rate.day <= rates.withinDays;
    const isPair = rate?.from === currency && rate.to === rates.currency;
    const amount = rate === undefined || !isFresh || !isPair ? undefined : converted(minor, rate);
    if (amount === undefined || amount !== facts[fact]) {
      return `\`${fact}\` is recorded as ${JSON.stringify(facts[fact])}, and its rate makes it ${amount === undefined ? "nothing" : amount}`;
    }
  }
  return undefined;
}
