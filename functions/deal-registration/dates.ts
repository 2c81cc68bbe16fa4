import { daysInWords, earliestDayAt, latestDayAt, writeDate } from "../../domain/day.ts";
import type { Contradiction } from "../definition.ts";

/** Days since 1970-01-01; null where the record leaves one out, undefined where it cannot be read. */
type Dates = { readonly expected_close_date?: number | null; readonly first_call_date?: number | null };

/**
 * A deal that is expected to close on a day that is over everywhere, and a first call on one that has come nowhere: whoever
 * wrote it meant another day, so that nobody can say whether the registration is complete.
 */
export function datesApart({ expected_close_date: close, first_call_date: call }: Dates, at: string) {
  const odd = (property: string, day: number, how: string): Contradiction => ({
    between: [property],
    facts: ["complete"],
    reason: `${property} \`${writeDate(day)}\` is ${how}`,
  });
  const [first, last] = [earliestDayAt(at), latestDayAt(at)];
  const found: Contradiction[] = [];
  if (typeof close === "number" && close < first) {
    found.push(odd("expected_close_date", close, `${daysInWords(first - close)} in the past`));
  }
  if (typeof call === "number" && call > last) {
    found.push(odd("first_call_date", call, `${daysInWords(call - last)} in the future`));
  }
  return found;
}
