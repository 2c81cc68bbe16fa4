import { Temporal } from "temporal-polyfill";
import { assertNever } from "../domain/assert-never.ts";
import type { Window } from "./policy.ts";

/** The first instant of a window and the first one after it, ISO 8601 in UTC. */
export type Span = { readonly from: string; readonly until: string };

const MONTHS_IN_QUARTER = 3;

/** The first day of the window that a day lies in, and the first day of the next one. Weeks begin on Monday. */
function daysOf(
  window: Exclude<Window, "ever">,
  day: Temporal.PlainDate,
): readonly [first: Temporal.PlainDate, next: Temporal.PlainDate] {
  switch (window) {
    case "calendar-day":
      return [day, day.add({ days: 1 })];
    case "calendar-week": {
      const monday = day.subtract({ days: day.dayOfWeek - 1 });
      return [monday, monday.add({ weeks: 1 })];
    }
    case "calendar-month": {
      const first = day.with({ day: 1 });
      return [first, first.add({ months: 1 })];
    }
    case "calendar-quarter": {
      const month = day.month - ((day.month - 1) % MONTHS_IN_QUARTER);
      const first = day.with({ month, day: 1 });
      return [first, first.add({ months: MONTHS_IN_QUARTER })];
    }
    case "calendar-year": {
      const first = day.with({ month: 1, day: 1 });
      return [first, first.add({ years: 1 })];
    }
    default:
      return assertNever(window);
  }
}

/**
 * The calendar window that an instant lies in, by the days of an IANA time zone: days that are longer or shorter, or
 * that begin after midnight, keep their own first instant. Null for `ever`. Throws for a bad time or zone.
 */
export function windowAt(window: Window, at: string, timezone: string): Span | null {
  if (window === "ever") return null;
  const day = Temporal.Instant.from(at).toZonedDateTimeISO(timezone).toPlainDate();
  const [from, until] = daysOf(window, day).map((first) =>
    new Date(first.toZonedDateTime(timezone).epochMilliseconds).toISOString(),
  );
  if (from === undefined || until === undefined) throw new Error(`window \`${window}\` has no bounds`);
  return { from, until };
}
