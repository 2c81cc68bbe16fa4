import { parseDate, writeDate } from "../literals.ts";
import { saysAt, wordAt, type Token } from "./tokens.ts";

/** Days that words name: from the start of `first` up to, not including, `next` (ISO dates). `length` tokens say it. */
export type Period = { readonly first: string; readonly next: string; readonly length: number };

const months = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

const two = (number: number) => String(number).padStart(2, "0");

/** Whole months of a year; `month` counts from 0. */
function monthsOf(year: number, month: number, count: number): Omit<Period, "length"> {
  const last = month + count;
  return {
    first: `${year}-${two(month + 1)}-01`,
    next: `${year + Math.floor(last / 12)}-${two((last % 12) + 1)}-01`,
  };
}

function dayOf(year: number, month: number, day: number): Omit<Period, "length"> | undefined {
  const days = parseDate(`${year}-${two(month + 1)}-${two(day)}`);
  return days === undefined ? undefined : { first: writeDate(days), next: writeDate(days + 1) };
}

/** A number that stands alone, within bounds. */
function numberAt(tokens: readonly Token[], at: number, min: number, max: number): number | undefined {
  const token = tokens[at];
  if (token?.kind !== "amount" || token.amount.kind !== "number") return undefined;
  const { value } = token.amount;
  return value >= min && value <= max ? value : undefined;
}

type Named = { readonly length: number; readonly inYear: (year: number) => Omit<Period, "length"> | undefined };

/** A month, a quarter or a day of a month, whichever year it is in. */
function namedAt(tokens: readonly Token[], at: number): Named | undefined {
  const quarter = /^q([1-4])$/.exec(wordAt(tokens, at))?.[1];
  if (quarter !== undefined) {
    return { length: 1, inYear: (year) => monthsOf(year, (Number(quarter) - 1) * 3, 3) };
  }
  const before = numberAt(tokens, at, 1, 31);
  const month = months.indexOf(wordAt(tokens, before === undefined ? at : at + 1));
  if (month < 0) return undefined;
  const day = before ?? numberAt(tokens, at + 1, 1, 31);
  if (day !== undefined) return { length: 2, inYear: (year) => dayOf(year, month, day) };
  return { length: 1, inYear: (year) => monthsOf(year, month, 1) };
}

/** Leap days come again within eight years. */
const YEARS = 9;

/**
 * The days that are named at a place; without a year the next to come, whose first day is after `after` (ISO date). Undefined
 * where no day, month or quarter is named, or the calendar has none such.
 */
export function periodAt(tokens: readonly Token[], at: number, after: string): Period | undefined {
  const token = tokens[at];
  if (token?.kind === "amount" && token.amount.kind === "date") {
    const { value } = token.amount;
    return { first: writeDate(value), next: writeDate(value + 1), length: 1 };
  }
  const named = namedAt(tokens, at);
  if (named === undefined) return undefined;
  const year = numberAt(tokens, at + named.length, 1900, 2999);
  if (year !== undefined) {
    const period = named.inYear(year);
    return period === undefined ? undefined : { ...period, length: named.length + 1 };
  }
  const from = Number(after.slice(0, 4));
  for (let next = from; next < from + YEARS; next += 1) {
    const period = named.inYear(next);
    if (period !== undefined && period.first > after) return { ...period, length: named.length };
  }
  return undefined;
}

/** When something begins or ends, as words say it; `length` counts all of its tokens. */
export type Span = { readonly from?: string; readonly until?: string; readonly length: number };

const endings = ["the end of", "end of"];

/** `until March` ends as March begins, as a policy's `until` does; `through March` and `until the end of March` as it ends. */
function untilAt(tokens: readonly Token[], at: number, after: string): Span | undefined {
  const word = wordAt(tokens, at);
  if (word !== "until" && word !== "till" && word !== "through") return undefined;
  const ending = endings.find((phrase) => saysAt(tokens, at + 1, phrase));
  const lead = 1 + (ending === undefined ? 0 : ending.split(" ").length);
  const period = periodAt(tokens, at + lead, after);
  if (period === undefined) return undefined;
  const isWhole = ending !== undefined || word === "through";
  return { until: isWhole ? period.next : period.first, length: lead + period.length };
}

/**
 * `from DAY`, `until DAY`, `through DAY`, `in` or `during DAYS` at a place. `today` is an ISO date; what ends without a year
 * ends after `from`, where that is said already.
 */
export function spanAt(
  tokens: readonly Token[],
  at: number,
  { today, from }: { readonly today: string; readonly from: string | undefined },
): Span | undefined {
  const word = wordAt(tokens, at);
  if (word === "from" && ["today", "now"].includes(wordAt(tokens, at + 1))) return { from: today, length: 2 };
  if (word === "from" || word === "in" || word === "during") {
    const period = periodAt(tokens, at + 1, today);
    if (period === undefined) return undefined;
    return { from: period.first, ...(word !== "from" && { until: period.next }), length: period.length + 1 };
  }
  return untilAt(tokens, at, from ?? today);
}
