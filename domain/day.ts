/** Days of the calendar, as numbers counted from 1970-01-01: adding days is adding. No zone is in them. Schema-free. */
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** `2026-07-01` as days since 1970-01-01; undefined for what is no day of the calendar. */
export function parseDate(text: unknown): number | undefined {
  if (typeof text !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const days = Date.parse(`${text}T00:00:00Z`) / DAY_MS;
  return Number.isInteger(days) && writeDate(days) === text ? days : undefined;
}

/** Days since 1970-01-01 as `2026-07-01`. Years 0000 to 9999. */
export function writeDate(days: number): string {
  return new Date(days * DAY_MS).toISOString().slice(0, 10);
}

/** The first instant of a day in UTC, ISO 8601. */
export function startOfDayUtc(days: number): string {
  return new Date(days * DAY_MS).toISOString();
}

/** The last millisecond of a day in UTC, ISO 8601: what may be done on a day may be done until then. */
export function endOfDayUtc(days: number): string {
  return new Date((days + 1) * DAY_MS - 1).toISOString();
}

/** The day it is in UTC at an instant (ISO 8601). */
export function dayAtUtc(at: string): number {
  return Math.floor(Date.parse(at) / DAY_MS);
}

/** The day it is at an instant where the calendar is furthest ahead, 14 hours before UTC: a later one has come nowhere. */
export function latestDayAt(at: string): number {
  return Math.floor((Date.parse(at) + 14 * HOUR_MS) / DAY_MS);
}

/** The day it is at an instant where the calendar is furthest behind, 12 hours after UTC: an earlier one is over everywhere. */
export function earliestDayAt(at: string): number {
  return Math.floor((Date.parse(at) - 12 * HOUR_MS) / DAY_MS);
}

/** `1 day`, `12 days`. */
export function daysInWords(days: number): string {
  return days === 1 ? "1 day" : `${days} days`;
}
