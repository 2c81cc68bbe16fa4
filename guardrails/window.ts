import { Temporal } from "temporal-polyfill";
import { assertNever } from "../domain/assert-never.ts";
import type { LimitWindow } from "../domain/decision-details.ts";
import type { CalendarWindow, Window } from "./policy.ts";
import { daysBefore, daysOf, isRolling } from "./rolling-window.ts";

const MONTHS_IN_QUARTER = 3;

/** The first day of the window that a day lies in, and the first day of the next one. Weeks begin on Monday. */
function bounds(
  window: Exclude<CalendarWindow, "ever">,
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

/** What is posted after `from` still counts at the instant, `until`. */
function spanOf(days: number, at: string): LimitWindow {
  return { from: daysBefore(at, days), until: new Date(at).toISOString(), days };
}

/**
 * The calendar window that an instant lies in, by the days of an IANA time zone: days that are longer or shorter, or
 * that begin after midnight, keep their own first instant. A rolling window ends at the instant, in days of 24 hours,
 * whatever the zone. Null for `ever`. Throws for a bad time or zone.
 */
export function windowAt(window: Window, at: string, timezone: string): LimitWindow | null {
  if (window === "ever") return null;
  if (isRolling(window)) return spanOf(daysOf(window), at);
  const day = Temporal.Instant.from(at).toZonedDateTimeISO(timezone).toPlainDate();
  const [from, until] = bounds(window, day).map((first) =>
    new Date(first.toZonedDateTime(timezone).epochMilliseconds).toISOString(),
  );
  if (from === undefined || until === undefined) throw new Error(`window \`${window}\` has no bounds`);
  return { from, until };
}
