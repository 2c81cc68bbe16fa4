import { assertNever } from "../domain/assert-never.ts";
import { parseDate, writeDate } from "../domain/day.ts";
import { parseInstant, writeInstant } from "../domain/instant.ts";
import { inUnits, parseDecimal } from "../domain/decimal.ts";
import { currencyFault, minorDigits } from "../domain/currency.ts";
import { type Currency, Money, formatMinor } from "../domain/money.ts";
import { formatPpm } from "../domain/ppm.ts";

/** `15%`, `15.0001%`: at most four decimals, so that every percentage is a whole number of parts per million. */
export function parsePercent(text: unknown): number | undefined {
  const match = typeof text === "string" ? /^(0|[1-9]\d{0,5})(?:\.(\d{1,4}))?%$/.exec(text) : null;
  if (match === null) return undefined;
  return Number(match[1]) * 10_000 + Number((match[2] ?? "").padEnd(4, "0"));
}

/** `500000.00 USD`, `500000 JPY`, `1.250 KWD`: as many decimals as the currency has, no grouping. */
export function parseMoney(text: unknown): Money | undefined {
  const match = typeof text === "string" ? /^((?:0|[1-9]\d{0,12})(?:\.(\d+))?) ([A-Z]{3})$/.exec(text) : null;
  const digits = minorDigits(match?.[3] ?? "");
  if (digits === undefined || (match?.[2] ?? "").length !== digits) return undefined;
  const decimal = parseDecimal(match?.[1] ?? "");
  const minor = decimal && inUnits(decimal, digits);
  const money = Money.safeParse({ minor: Number(minor), currency: match?.[3] });
  return money.success ? money.data : undefined;
}

/** `500.000,00`, `500'000.00` and `500 000.00` as well as `500,000.00`: digits in groups, which no amount is written in. */
const groupedDigits = /^(\d{1,3}(?:[ ,'’_\u00a0\u202f]\d{3})+)(\.\d+)?(?= |$)/;

/** Why a text is no amount of money, and what to write, where that can be told; undefined otherwise. */
export function moneyFault(text: unknown): { readonly message: string; readonly fix: string } | undefined {
  if (typeof text !== "string") return undefined;
  const grouped = groupedDigits.exec(text);
  if (grouped !== null) {
    const [all, digits = "", decimals = ".00"] = grouped;
    const plain = `${digits.replaceAll(/\D/g, "")}${decimals}${text.slice(all.length)}`;
    return { message: `\`${text}\` has thousands separators, which are not taken`, fix: `write \`${plain}\`` };
  }
  const code = /^[\d.]+ ([A-Za-z]{2,4})$/.exec(text)?.[1];
  if (code === undefined) return undefined;
  const why = currencyFault(code);
  if (why === undefined) return decimalsFault(text, code);
  // Three letters are near to many codes: only another case is told for sure.
  const meant = currencyFault(code.toUpperCase()) === undefined ? code.toUpperCase() : undefined;
  const fix = meant === undefined ? "write the code of a currency, such as `USD`" : `did you mean \`${meant}\`?`;
  return { message: `\`${code}\` ${why}`, fix };
}

/** An amount that has other decimals than its currency. `500.00 JPY` is `500 JPY`; nothing else is rounded for anybody. */
function decimalsFault(text: string, code: string): ReturnType<typeof moneyFault> {
  const [, whole, decimals = ""] = /^(0|[1-9]\d{0,12})(?:\.(\d+))? /.exec(text) ?? [];
  const digits = minorDigits(code) ?? 0;
  if (whole === undefined || decimals.length === digits) return undefined;
  const has = digits === 0 ? "has no minor unit: it is written without decimals" : `is written with ${digits} decimals`;
  const kept = decimals.slice(0, digits).padEnd(digits, "0");
  const isExact = /^0*$/.test(decimals.slice(digits));
  const exact = `${whole}${digits === 0 ? "" : `.${kept}`} ${code}`;
  const fix = isExact ? `write \`${exact}\`` : `write an amount such as \`${exact}\``;
  return {
    message: `\`${text}\` has ${decimals.length === 0 ? "no" : decimals.length} decimal${decimals.length === 1 ? "" : "s"}, and ${code} ${has}`,
    fix,
  };
}

export { parseDate, writeDate, parseInstant, writeInstant };

/** The kinds of numbers that say no currency: plain ones, parts per million, days, and times and spans in milliseconds. */
export const plainKinds = ["number", "ppm", "date", "date-time", "duration"] as const;
type PlainKind = (typeof plainKinds)[number];

/** Every kind of number, with the word that files say it by. */
export const unitWords = {
  ppm: "percent",
  minor: "money",
  number: "number",
  date: "date",
  "date-time": "date-time",
  duration: "duration",
} as const satisfies { readonly [kind in Amount["kind"]]: string };

/** A number with its unit: a plain one, a time, parts per million, or minor units of a currency. */
export type Amount =
  | { readonly kind: PlainKind; readonly value: number }
  | { readonly kind: "minor"; readonly value: number; readonly currency: Currency };

/** `9`, `-3`: plain digits, and within what a number can hold exactly. */
export function parseWhole(text: unknown): number | undefined {
  const isWhole = typeof text === "string" && /^(0|-?[1-9]\d*)$/.test(text);
  return isWhole && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}

function plainAmount(kind: PlainKind, value: number | undefined): Amount | undefined {
  return value === undefined ? undefined : { kind, value };
}

/** A text in one unit; undefined when it is written in another, or in none. */
export function parseAs(kind: Amount["kind"], text: unknown): Amount | undefined {
  switch (kind) {
    case "number":
      return plainAmount(kind, parseWhole(text));
    case "date":
      return plainAmount(kind, parseDate(text));
    case "date-time":
      return plainAmount(kind, parseInstant(text));
    case "duration":
      return plainAmount(kind, parseSpan(text));
    case "ppm":
      return plainAmount(kind, parsePercent(text));
    case "minor": {
      const money = parseMoney(text);
      return money === undefined ? undefined : { kind, value: money.minor, currency: money.currency };
    }
    default:
      return assertNever(kind);
  }
}

/** A percentage or an amount of money; undefined for a number without a unit and for everything else. */
export function parseAmount(text: unknown): Amount | undefined {
  return parseAs("ppm", text) ?? parseAs("minor", text);
}

/** Whether two numbers may be compared: same kind, same currency. */
export function sameUnit(a: Amount, b: { readonly kind: string; readonly currency?: Currency }): boolean {
  return a.kind === b.kind && (a.kind !== "minor" || a.currency === b.currency);
}

const unitMs: { readonly [unit: string]: number } = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MAX_DURATION_MS = 365 * 86_400_000;

/** `30s`, `15m`, `4h`, `2d` in milliseconds: whole, over zero, at most 365 days. A day is 24 hours. */
export function parseDuration(text: unknown): number | undefined {
  const match = typeof text === "string" ? /^([1-9]\d{0,7})([smhd])$/.exec(text) : null;
  if (match === null) return undefined;
  const ms = Number(match[1]) * (unitMs[match[2] ?? ""] ?? 0);
  return ms > 0 && ms <= MAX_DURATION_MS ? ms : undefined;
}

const DAY_MS = 86_400_000;
const spanUnits = { d: DAY_MS, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

/** The longest span that is told: more than lies between any two instants. */
export const allSpans = { min: -1_100 * 366 * DAY_MS, max: 1_100 * 366 * DAY_MS } as const;

const isoSpan =
  /^(-?)P(?=\d|T\d)(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d{1,3}))?S)?)?$/;

function isoMs(text: string): number | undefined {
  const match = isoSpan.exec(text);
  if (match === null) return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(2, 7).map((part) => Number(part ?? 0));
  const whole = (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds;
  const ms = whole * 1_000 + Number((match[7] ?? "").padEnd(3, "0"));
  return match[1] === "-" && ms > 0 ? -ms : ms;
}

/**
 * `24h`, `90m`, `14d`, `30s`, `250ms`, `-2h`, or ISO 8601's `PT24H`, `P14D`, `P2W`, in milliseconds: whole and exact. A day is
 * 24 hours and a week seven of them, whatever clocks do; months and years, which have no one length, are no spans.
 */
export function parseSpan(text: unknown): number | undefined {
  if (typeof text !== "string") return undefined;
  const [, count, unit] = /^(0|-?[1-9]\d{0,14})(d|h|m|s|ms)$/.exec(text) ?? [];
  const ms = count === undefined ? isoMs(text) : Number(count) * spanUnits[unit as keyof typeof spanUnits];
  return ms !== undefined && ms >= allSpans.min && ms <= allSpans.max ? ms : undefined;
}

/** Milliseconds as a policy writes them, in the largest unit that tells them exactly: days from two on, `24h`, `90m`. */
export function writeSpan(ms: number): string {
  const isDays = ms % DAY_MS === 0 && Math.abs(ms) >= 2 * DAY_MS;
  const [unit, size] = Object.entries(spanUnits).find(
    ([name, each]) => ms % each === 0 && (name !== "d" || isDays),
  ) ?? ["ms", 1];
  return `${ms / size}${unit}`;
}

/** Parts per million as a policy writes them: `150001` is `15.0001%`. */
export function writePercent(ppm: number): string {
  return formatPpm(ppm).replace(" ", "");
}

/** Minor units as a policy writes them: `50000000` USD is `500000.00 USD`. */
export function writeMoney(minor: number, currency: string): string {
  return formatMinor(minor, currency).replaceAll(",", "");
}

/** A number as a file writes it: `18%`, `500000.00 USD`, `2026-07-01`, `24h`; one that counts as it is. */
export function writeUnit(
  unit: { readonly kind: PlainKind } | { readonly kind: "minor"; readonly currency: string },
  value: number,
): string | number {
  switch (unit.kind) {
    case "ppm":
      return writePercent(value);
    case "minor":
      return writeMoney(value, unit.currency);
    case "date":
      return writeDate(value);
    case "date-time":
      return writeInstant(value);
    case "duration":
      return writeSpan(value);
    case "number":
      return value;
    default:
      return assertNever(unit);
  }
}
