import { z } from "zod";
import { currencyCodes, minorDigits } from "./currency.ts";

/** A currency of ISO 4217 that has a minor unit, by its code: what policies and funds are kept in. */
export const Currency = z.enum(currencyCodes);
export type Currency = z.infer<typeof Currency>;

/** Any currency of ISO 4217, by its code: what records and what they ask for are in. */
export const CurrencyCode = z.string().regex(/^[A-Z]{3}$/, "expected an ISO 4217 code such as `USD`");

/** Largest amount the exact arithmetic accepts: 90 billion in minor units of a cent. */
export const MAX_MINOR = 9_000_000_000_000;

/** Money in integer minor units (cents). JSON-safe. */
export const Money = z.strictObject({ minor: z.int().min(0).max(MAX_MINOR), currency: Currency });
export type Money = z.infer<typeof Money>;

/** `8500000` USD becomes `85000.00 USD`: without grouping, as every locale reads it. */
export function writeMinor(minor: number, currency: string): string {
  return formatMinor(minor, currency).replaceAll(",", "");
}

/** `8500000` USD becomes `85,000.00 USD`, with as many decimals as the currency has. */
export function formatMinor(minor: number, currency: string): string {
  const digits = minorDigits(currency) ?? 2;
  const written = Math.abs(minor)
    .toString()
    .padStart(digits + 1, "0");
  const whole = written.slice(0, written.length - digits).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const decimals = digits === 0 ? "" : `.${written.slice(-digits)}`;
  return `${minor < 0 ? "-" : ""}${whole}${decimals} ${currency}`;
}
