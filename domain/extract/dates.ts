import type { Language } from "./language.ts";

const DAY_MS = 86_400_000;

const dayOf = (iso: string) => Math.floor(Date.parse(iso) / DAY_MS);
const written = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);
const weekdayOf = (day: number) => (day + 4) % 7;
const words = (list: readonly string[]) => [...list].toSorted((a, b) => b.length - a.length).join("|");

/** The day that exists of a month; undefined for 30 February. */
function dayIn(year: number, month: number, day: number): number | undefined {
  const at = Date.UTC(year, month, day);
  const read = new Date(at);
  return read.getUTCMonth() === month && read.getUTCDate() === day ? at / DAY_MS : undefined;
}

/** A day without a year is the next such day from `today` on. */
function coming(today: number, month: number, day: number): number | undefined {
  const year = new Date(today * DAY_MS).getUTCFullYear();
  const found = [dayIn(year, month, day), dayIn(year + 1, month, day)].filter((one) => one !== undefined);
  return found.find((one) => one >= today) ?? found[0];
}

/**
 * The day by which something is said to be due, ISO 8601; undefined where no day is said. `at`: when it was said. A weekday is the next
 * one after that day, and `next` before it one week later where that would be within this week. Days run in UTC.
 */
export function dueIn(text: string, at: string, language: Language): string | undefined {
  const said = text.toLowerCase();
  const today = dayOf(at);
  const day =
    isoDay(said) ??
    monthDay(said, today, language) ??
    endOf(said, today, language) ??
    weekday(said, today, language) ??
    ahead(said, today, language) ??
    dayWord(said, today, language);
  return day === undefined ? undefined : written(day);
}

function isoDay(said: string): number | undefined {
  const found = /\b(\d{4})-(\d{2})-(\d{2})\b/.exec(said);
  return found === null ? undefined : dayIn(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
}

/** `12 March`, `March 12th`, `the 12th of March 2027`; months by their first three letters too. */
function monthDay(said: string, today: number, { months }: Language): number | undefined {
  const name = `(${months.flatMap((month) => [month, `${month.slice(0, 3)}\\.?`]).join("|")})`;
  const after = new RegExp(String.raw`\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? ${name}\b(?:,? (\d{4}))?`).exec(said);
  const before = new RegExp(String.raw`\b${name} (\d{1,2})(?:st|nd|rd|th)?\b(?:,? (\d{4}))?`).exec(said);
  const [month, day, year] = after !== null ? [after[2], after[1], after[3]] : [before?.[1], before?.[2], before?.[3]];
  if (month === undefined || day === undefined) return undefined;
  const index = months.findIndex((one) => one.startsWith(month.replace(".", "").slice(0, 3)));
  return year === undefined ? coming(today, index, Number(day)) : dayIn(Number(year), index, Number(day));
}

function endOf(said: string, today: number, { endOf: ends }: Language): number | undefined {
  const has = (list: readonly string[]) => new RegExp(String.raw`\b(?:${words(list)})\b`).test(said);
  const date = new Date(today * DAY_MS);
  const lastOf = (month: number) => Date.UTC(date.getUTCFullYear(), month + 1, 0) / DAY_MS;
  if (has(ends.week)) return today + ((5 - weekdayOf(today) + 7) % 7);
  if (has(ends.month)) return lastOf(date.getUTCMonth());
  return has(ends.quarter) ? lastOf(Math.floor(date.getUTCMonth() / 3) * 3 + 2) : undefined;
}

function weekday(said: string, today: number, { weekdays, next }: Language): number | undefined {
  const found = new RegExp(String.raw`\b(${words(next)} )?(${weekdays.join("|")})\b`).exec(said);
  if (found === null) return undefined;
  const wanted = weekdays.indexOf(found[2] ?? "");
  const off = (wanted - weekdayOf(today) + 7) % 7 || 7;
  const sunday = (7 - weekdayOf(today)) % 7;
  return today + off + (found[1] !== undefined && off <= sunday ? 7 : 0);
}

/** `in two weeks`, `within 10 days`. */
function ahead(said: string, today: number, { within, numbers, units, next }: Language): number | undefined {
  const unit = words([...units.day, ...units.week, ...units.month]);
  const found = new RegExp(
    String.raw`\b(?:${words(within)}) (?:the )?(?:${words(next)} )?(\d{1,3}|${words(Object.keys(numbers))}) (?:business )?(${unit})\b`,
  ).exec(said);
  if (found === null)
    return new RegExp(String.raw`\b(?:${words(next)}) (?:${words(units.week)})\b`).test(said)
      ? today + ((5 - weekdayOf(today) + 7) % 7) + 7
      : undefined;
  const count = numbers[found[1] ?? ""] ?? Number(found[1]);
  const kind = found[2] ?? "";
  if (units.day.includes(kind)) return today + count;
  if (units.week.includes(kind)) return today + 7 * count;
  const date = new Date(today * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + count, date.getUTCDate()) / DAY_MS;
}

function dayWord(said: string, today: number, { daysOff }: Language): number | undefined {
  const found = new RegExp(String.raw`\b(${words(Object.keys(daysOff))})\b`).exec(said);
  return found === null ? undefined : today + (daysOff[found[1] ?? ""] ?? 0);
}
