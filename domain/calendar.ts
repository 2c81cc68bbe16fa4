import { Temporal } from "temporal-polyfill";

/** When people work, and what that makes of a deadline. Source: docs/decisions/0022. No clock: times are passed in. */

export const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Weekday = (typeof weekdays)[number];

/** From and until, `HH:MM` on the zone's clocks; `24:00` is the end of a day. */
export type Interval = readonly [from: string, until: string];

/** Intervals of a weekday in order, not overlapping; on a weekday that is left out nobody works. */
export type Week = { readonly [D in Weekday]?: readonly Interval[] | undefined };

/** `zone` is an IANA name; `holidays` are days of it, as `2026-12-25`, on which nobody works. */
export type WorkingTime = { readonly zone: string; readonly hours: Week; readonly holidays: readonly string[] };

/** A company's calendar. What a region says takes the place of the company's, field by field. */
export type BusinessCalendar = WorkingTime & {
  readonly regions?:
    | { readonly [region: string]: { readonly [F in keyof WorkingTime]?: WorkingTime[F] | undefined } }
    | undefined;
};

/** When people of a region work; one that the calendar does not name, and none, works as the company does. */
export function workingTimeOf(calendar: BusinessCalendar, region?: string): WorkingTime {
  const regions = calendar.regions ?? {};
  const own = region !== undefined && Object.hasOwn(regions, region) ? regions[region] : undefined;
  return {
    zone: own?.zone ?? calendar.zone,
    hours: own?.hours ?? calendar.hours,
    holidays: own?.holidays ?? calendar.holidays,
  };
}

const DAY_MS = 86_400_000;
/** The longest run of holidays that is looked through for the next working day: what a calendar may list, and a week. */
const MOST_DAYS_OFF = 7_007;

type Span = { readonly from: number; readonly until: number };

/** A time on the clocks of a day as the instant it comes, in ms; one that a clock skips comes when it is put forward. */
function instantOf(day: Temporal.PlainDate, time: string, zone: string): number {
  const plain =
    time === "24:00" ? day.add({ days: 1 }).toPlainDateTime() : day.toPlainDateTime(Temporal.PlainTime.from(time));
  const zoned = plain.toZonedDateTime(zone);
  if (zoned.toPlainDateTime().equals(plain)) return zoned.epochMilliseconds;
  const skipped = zoned.add({ nanoseconds: 1 }).getTimeZoneTransition("previous");
  return (skipped ?? zoned).epochMilliseconds;
}

/** The working time of a day as spans of instants, in order; those that a clock skips whole are left out. */
function spansOf({ zone, hours, holidays }: WorkingTime, day: Temporal.PlainDate): readonly Span[] {
  const weekday = weekdays[day.dayOfWeek - 1];
  const intervals = weekday === undefined || holidays.includes(day.toString()) ? [] : (hours[weekday] ?? []);
  const spans = intervals.map(([from, until]) => ({
    from: instantOf(day, from, zone),
    until: instantOf(day, until, zone),
  }));
  return spans.filter(({ from, until }) => from < until);
}

function dayOf(ms: number, zone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDate();
}

/** Working days from the one of an instant on, each with its spans, without end. Throws where none comes. */
function* workingDays(time: WorkingTime, fromMs: number): Generator<readonly [Span, ...Span[]]> {
  let off = 0;
  for (let day = dayOf(fromMs, time.zone); ; day = day.add({ days: 1 })) {
    const [first, ...rest] = spansOf(time, day);
    off = first === undefined ? off + 1 : 0;
    if (off > MOST_DAYS_OFF) throw new RangeError("the calendar has no working day any more");
    if (first !== undefined) yield [first, ...rest];
  }
}

/** The instant when so much working time has passed since `at`: `at` itself for none. ISO 8601; `ms` a whole number, 0 or more. */
export function workingTimeAfter(time: WorkingTime, at: string, ms: number): string {
  const atMs = Date.parse(at);
  let left = ms;
  if (left === 0) return isoOf(atMs);
  for (const spans of workingDays(time, atMs)) {
    for (const { from, until } of spans) {
      const start = Math.max(from, atMs);
      if (until - start >= left) return isoOf(start + left);
      left -= Math.max(0, until - start);
    }
  }
  throw new RangeError("a calendar does not end");
}

/** Working time between two instants in ms; 0 where the second is not after the first. */
export function workingMsBetween(time: WorkingTime, from: string, until: string): number {
  const [fromMs, untilMs] = [Date.parse(from), Date.parse(until)];
  if (untilMs <= fromMs) return 0;
  let sum = 0;
  for (const spans of workingDays(time, fromMs)) {
    for (const span of spans) {
      sum += Math.max(0, Math.min(span.until, untilMs) - Math.max(span.from, fromMs));
    }
    if ((spans.at(-1)?.until ?? untilMs) >= untilMs) return sum;
  }
  return sum;
}

/**
 * Until when somebody has to answer who is given `slaMs` at `at`. Hours and minutes are working time. Whole days are working days:
 * asked on a Friday at 11, `1d` is due on Monday at 11, or where that is no working time there, at the next of that day, else its end.
 */
export function deadlineAfter(time: WorkingTime, at: string, slaMs: number): string {
  if (slaMs === 0 || slaMs % DAY_MS !== 0) return workingTimeAfter(time, at, slaMs);
  const atMs = Date.parse(at);
  let begun: number | undefined;
  let days = slaMs / DAY_MS;
  for (const spans of workingDays(time, atMs)) {
    if (begun !== undefined) {
      days -= 1;
      if (days === 0) return isoOf(sameTimeIn(spans, begun, time.zone));
    } else {
      const span = spans.find(({ until }) => until > atMs);
      begun = span && Math.max(span.from, atMs);
    }
  }
  throw new RangeError("a calendar does not end");
}

/** The time on the clocks that an instant has, on another working day. */
function sameTimeIn(spans: readonly [Span, ...Span[]], instant: number, zone: string): number {
  const clock = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainTime();
  const wanted = dayOf(spans[0].from, zone).toZonedDateTime({ timeZone: zone, plainTime: clock }).epochMilliseconds;
  const span = spans.find(({ until }) => until >= wanted);
  return span === undefined ? (spans.at(-1) ?? spans[0]).until : Math.max(span.from, wanted);
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
