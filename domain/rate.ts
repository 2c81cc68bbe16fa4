import { minorDigits } from "./currency.ts";
import { parseDate, writeDate } from "./day.ts";
import { parseDecimal, type Decimal } from "./decimal.ts";
import { MAX_MINOR } from "./money.ts";

/** What one unit of a currency was worth in another one on a day, and who says so. */
export type Rate = {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly from: string;
  readonly to: string;
  readonly rate: Decimal;
  /** As it was written, without zeros at its end: one rate is one text. */
  readonly text: string;
  readonly source: string;
};

/** The oldest that a policy may let a rate be, in days. */
export const MAX_RATE_DAYS = 366;

const written =
  /^(\d{4}-\d{2}-\d{2}) ([A-Z]{3}) ([A-Z]{3}) ((?:0|[1-9]\d{0,11})(?:\.\d{0,11}[1-9])?) ([A-Za-z0-9][A-Za-z0-9.-]{0,31})$/;

/**
 * `2026-03-20 EUR USD 1.0842 ECB`: one euro was 1.0842 dollars on that day, the ECB says. Undefined for anything else: two
 * currencies of ISO 4217 that have a minor unit, and a decimal over zero without zeros at its end.
 */
export function parseRate(line: string): Rate | undefined {
  const [, date, from = "", to = "", text = "", source = ""] = written.exec(line) ?? [];
  const [day, rate] = [parseDate(date), parseDecimal(text)];
  const areCurrencies = minorDigits(from) !== undefined && minorDigits(to) !== undefined && from !== to;
  if (day === undefined || rate === undefined || rate.coefficient === 0n || !areCurrencies) return undefined;
  return { day, from, to, rate, text, source };
}

/** A rate as a list has it. */
export function writeRate({ day, from, to, text, source }: Omit<Rate, "rate">): string {
  return `${writeDate(day)} ${from} ${to} ${text} ${source}`;
}

/**
 * An amount in minor units at a rate, in minor units of the other currency, worked out in whole numbers and rounded up to the next
 * one: who asks is never given a part of a unit, since limits are what amounts may not pass. Undefined beyond what can be counted.
 */
export function converted(minor: number, { from, to, rate: { coefficient, exponent } }: Rate): number | undefined {
  const scale = (minorDigits(to) ?? 0) - (minorDigits(from) ?? 0) + exponent;
  const [over, under] = [10n ** BigInt(Math.max(scale, 0)), 10n ** BigInt(Math.max(-scale, 0))];
  const product = BigInt(minor) * coefficient * over;
  const up = product / under + (product % under > 0n ? 1n : 0n);
  return minor < 0 || up > BigInt(MAX_MINOR) ? undefined : Number(up);
}

/**
 * The rate that an amount is taken at on a day: the newest that is at most so many days old, and none of a later day. Of several of
 * one day, whoever says so, the highest, which makes the most of the amount.
 */
export function rateFor(
  lines: Iterable<string>,
  {
    from,
    to,
    day,
    withinDays,
  }: { readonly from: string; readonly to: string; readonly day: number; readonly withinDays: number },
): Rate | undefined {
  let best: Rate | undefined;
  for (const line of lines) {
    const rate = parseRate(line);
    if (rate?.from !== from || rate.to !== to || rate.day > day || day - rate.day > withinDays) continue;
    if (best === undefined || rate.day > best.day || (rate.day === best.day && isHigher(rate, best))) best = rate;
  }
  return best;
}

function isHigher({ rate: a }: Rate, { rate: b }: Rate): boolean {
  const least = Math.min(a.exponent, b.exponent);
  const [one, other] = [a, b].map(({ coefficient, exponent }) => coefficient * 10n ** BigInt(exponent - least));
  return (one ?? 0n) > (other ?? 0n);
}

/** A fact's amount as it was asked, in a currency that the fact is not in: `listPrice in EUR`. No fact of a request is called so. */
export function elsewhereName(fact: string, currency: string): string {
  return `${fact} in ${currency}`;
}

/** What such a name says; undefined for another one. */
export function elsewhereIn(name: string): { readonly fact: string; readonly currency: string } | undefined {
  const [, fact, currency] = /^([a-z][A-Za-z0-9]*) in ([A-Z]{3})$/.exec(name) ?? [];
  return fact === undefined || currency === undefined ? undefined : { fact, currency };
}
