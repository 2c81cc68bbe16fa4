import type { Window } from "../../functions/definition.ts";

/** A stretch of time with the name that the sender gave it. */
export type NamedWindow = Window & { readonly name: string };

const part = /^(\d{4})-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d):(\d\d)(?:\.(\d{3}))?Z)?)?)?$/;

/**
 * Reads `2026-03`, `2026-03-02`, `2026-03-02T09` (a month, a day, an hour in UTC), or two of these or of instants
 * such as `2026-03-02T09:30:00Z` with a slash between, the end not included. Undefined for anything else.
 */
export function parseWindow(name: string): NamedWindow | undefined {
  const [first = "", second, ...more] = name.split("/");
  if (more.length > 0) return undefined;
  const from = startOf(first);
  const until = second === undefined ? endOf(first) : startOf(second);
  if (from === undefined || until === undefined || until <= from) return undefined;
  return { name, from, until };
}

/** The instant at which what is written begins, ISO 8601. */
function startOf(text: string): string | undefined {
  const [, year, month, day = "01", hour = "00", minute = "00", second = "00", ms = "000"] = part.exec(text) ?? [];
  if (year === undefined || month === undefined) return undefined;
  return existing(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
}

/** The instant at which the next month, day or hour begins; an instant has no length. */
function endOf(text: string): string | undefined {
  const from = startOf(text);
  if (from === undefined) return undefined;
  const next = new Date(from);
  if (text.length === "2026-03".length) next.setUTCMonth(next.getUTCMonth() + 1);
  else if (text.length === "2026-03-02".length) next.setUTCDate(next.getUTCDate() + 1);
  else if (text.length === "2026-03-02T09".length) next.setUTCHours(next.getUTCHours() + 1);
  return next.toISOString();
}

/** Days and hours that do not exist are none: `Date` would take the next one. */
function existing(iso: string): string | undefined {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) || new Date(ms).toISOString() !== iso ? undefined : iso;
}
