import { minorDigits } from "../../domain/currency.ts";
import { formatMinor } from "../../domain/money.ts";
import { exactSharePpm } from "../../domain/ppm.ts";
import type { Contradiction } from "../definition.ts";
import { LINE_DIGITS, type QuoteLine } from "./lines.ts";

/** What of a quote's record its price is made of. A property that cannot be read is absent. */
export type Priced = {
  readonly quote_currency?: string;
  readonly quote_list_price?: number;
  readonly quote_net_price?: number;
  readonly quote_lines?: readonly QuoteLine[] | null;
  readonly quote_term_months?: number | null;
  readonly quote_free_months?: number | null;
};

/** The facts that no quote has whose price is in doubt. */
export const pricedFacts = ["effectiveDiscount", "worstLineDiscount", "discountAmount"] as const;

/** A line over the whole term, in `LINE_DIGITS` of the currency's unit. */
type Over = { readonly list: bigint; readonly net: bigint };

/** What a line comes to over a term of so many months; without a term, once. Its free months are the first ones. */
export function overTerm(line: QuoteLine, termMonths: number | null): Over {
  if (termMonths === null) return { list: line.quantity * line.listUnitPrice, net: line.quantity * line.netUnitPrice };
  let [list, net] = [0n, 0n];
  for (let year = 0; year * 12 < termMonths; year += 1) {
    const { quantity, netUnitPrice } = line.ramp[year] ?? line;
    const months = Math.min(12, termMonths - year * 12);
    const free = Math.min(Math.max(line.monthsFree - year * 12, 0), months);
    list += BigInt(months) * quantity * line.listUnitPrice;
    net += BigInt(months - free) * quantity * netUnitPrice;
  }
  return { list, net };
}

/**
 * The largest discount of a line, in parts per million of its own list price over the term, rounded up: a line that costs
 * nothing is 100 %. Undefined while there are no lines, or nobody can say over which term.
 */
export function worstLinePpm({ quote_lines: lines, quote_term_months: term }: Priced): number | undefined {
  if (lines === undefined || lines === null || term === undefined) return undefined;
  const shares = lines.map((line) => {
    const { list, net } = overTerm(line, term);
    return list === 0n ? undefined : exactSharePpm(list - net, list);
  });
  return shares.includes(undefined) ? undefined : Math.max(...shares.filter((share) => share !== undefined));
}

/** Why a quote's discount is not known though its amounts are: free months that no line prices. */
export function whyNotPriced({ quote_lines: lines, quote_free_months: free }: Priced): string | undefined {
  if (lines !== null || typeof free !== "number" || free === 0) return undefined;
  return `quote_free_months \`${free}\`: without quote_lines nobody can say what they are worth`;
}

/** Whether a quote's amounts tell its discount: what they are made of can be read, and nothing is free unpriced. */
export function isPriced(quote: Priced): boolean {
  const { quote_lines, quote_term_months, quote_free_months } = quote;
  const made = [quote_lines, quote_term_months, quote_free_months];
  return !made.includes(undefined) && whyNotPriced(quote) === undefined;
}

/** Where lines, term, free months and the quote's totals cannot all be true. */
export function linesApart(quote: Priced): readonly Contradiction[] {
  const { quote_lines: lines, quote_term_months: term, quote_free_months: free } = quote;
  if (lines === undefined || lines === null || term === undefined) return [];
  const apart = (other: string, reason: string): Contradiction => ({
    between: ["quote_lines", other],
    facts: pricedFacts,
    reason: `quote_lines: ${reason}`,
  });
  const timed = lines.findIndex(({ monthsFree, ramp }) => monthsFree > 0 || ramp.length > 0);
  if (term === null && timed >= 0) {
    return [apart("quote_term_months", `line ${timed + 1} has free months or a ramp, and the quote has no term`)];
  }
  const long = term === null ? -1 : lines.findIndex((line) => isLonger(line, term));
  if (long >= 0) return [apart("quote_term_months", `line ${long + 1} goes on after the quote's ${term} months`)];
  const most = Math.max(...lines.map(({ monthsFree }) => monthsFree));
  if (typeof free === "number" && free !== most) {
    return [apart("quote_free_months", `the most that a line has free is ${most} months, and the quote says ${free}`)];
  }
  return totalsApart(quote, lines, term).map(([other, reason]) => apart(other, reason));
}

function isLonger({ monthsFree, ramp }: QuoteLine, termMonths: number): boolean {
  return monthsFree > termMonths || ramp.length * 12 - 11 > termMonths;
}

/** Totals that are not the sum of the lines, rounded to a minor unit either way. */
function totalsApart(
  { quote_currency: currency, quote_list_price, quote_net_price }: Priced,
  lines: readonly QuoteLine[],
  term: number | null,
): readonly (readonly [string, string])[] {
  const digits = currency === undefined ? undefined : minorDigits(currency);
  if (currency === undefined || digits === undefined) return [];
  const perMinor = 10n ** BigInt(LINE_DIGITS - digits);
  const sums = lines.map((line) => overTerm(line, term));
  const totals = [
    ["quote_list_price", quote_list_price, sums.reduce((sum, { list }) => sum + list, 0n)],
    ["quote_net_price", quote_net_price, sums.reduce((sum, { net }) => sum + net, 0n)],
  ] as const;
  return totals.flatMap(([property, minor, sum]) => {
    if (minor === undefined) return [];
    const off = BigInt(minor) * perMinor - sum;
    if (-perMinor < off && off < perMinor) return [];
    const come = formatMinor(Number(sum / perMinor), currency);
    return [[property, `they come to ${come} and ${property} is ${formatMinor(minor, currency)}`] as const];
  });
}
