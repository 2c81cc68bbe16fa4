import { Temporal } from "temporal-polyfill";
import { parseDate } from "./day.ts";

/** Instants as whole milliseconds since 1970-01-01T00:00:00Z, and what days they are on. No clock: times are passed in. */

/** The instants that are told: the years 1900 to 2999 in UTC. */
export const allInstants = { min: -2_208_988_800_000, max: 32_503_679_999_999 } as const;

const written =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,3})0*)?)?(?:Z|([+-])(0\d|1[0-4]):?([0-5]\d))$/;

/**
 * `2026-07-01T12:00:00Z`, `2026-07-01T14:00:00.000+02:00`: ISO 8601 with its offset, in ms. Undefined without an offset, for
 * what no clock shows, for parts of a millisecond, and outside the years 1900 to 2999.
 */
export function parseInstant(text: unknown): number | undefined {
  const match = typeof text === "string" ? written.exec(text) : null;
  const days = parseDate(match?.[1]);
  if (match === null || days === undefined) return undefined;
  const [, , hours, minutes, seconds = "0", parts = "", sign, offsetHours = "0", offsetMinutes = "0"] = match;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === "-" ? -1 : 1);
  const minute = days * 1_440 + Number(hours) * 60 + Number(minutes) - offset;
  const ms = minute * 60_000 + Number(seconds) * 1_000 + Number(parts.padEnd(3, "0"));
  return ms >= allInstants.min && ms <= allInstants.max ? ms : undefined;
}

/** An instant in UTC: `2026-07-01T12:00:00Z`, with three decimals where it is on no whole second. */
export function writeInstant(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

const DAY_MS = 86_400_000;

/**
 * The last day that has begun at an instant in a zone (an IANA name), as days since 1970-01-01. Where clocks go back over a
 * midnight, the day that had begun goes on: days never run backwards.
 */
export function dayIn(ms: number, zone: string): number {
  const utc = Math.floor(ms / DAY_MS);
  if (zone === "UTC") return utc;
  return [utc + 1, utc].find((day) => startOfDayIn(day, zone) <= ms) ?? utc - 1;
}

/** First instants of days by zone, which analyses ask for over and over; forgotten when there are too many. */
const starts = new Map<string, Map<number, number>>();
const MOST_STARTS = 50_000;
const MOST_ZONES = 100;

/** The first instant of a day (days since 1970-01-01) in a zone: where a clock skips midnight, the one right after. */
export function startOfDayIn(day: number, zone: string): number {
  if (zone === "UTC") return day * DAY_MS;
  const known = starts.get(zone) ?? new Map<number, number>();
  const found = known.get(day);
  if (found !== undefined) return found;
  const start = Temporal.PlainDate.from("1970-01-01").add({ days: day }).toZonedDateTime(zone).epochMilliseconds;
  if (known.size >= MOST_STARTS) known.clear();
  known.set(day, start);
  if (starts.size >= MOST_ZONES) starts.clear();
  starts.set(zone, known);
  return start;
}
