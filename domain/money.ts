import { z } from "zod";

/** ISO 4217 codes with two minor digits that the programme trades in. */
export const Currency = z.enum(["USD", "EUR", "GBP"]);
export type Currency = z.infer<typeof Currency>;

/** Largest amount the exact arithmetic accepts: 90 billion in minor units of a cent. */
export const MAX_MINOR = 9_000_000_000_000;

/** Money in integer minor units (cents). JSON-safe. */
export const Money = z.strictObject({ minor: z.int().min(0).max(MAX_MINOR), currency: Currency });
export type Money = z.infer<typeof Money>;

/**
 * Reads a decimal string as CRMs send it (`"10000"`, `"10000.5"`, `"10000.50"`) into minor units.
 * No sign, exponent, grouping or third decimal; nothing is rounded. Issues name the field by its path.
 */
export const DecimalMinor = z
  .string()
  .regex(/^(0|[1-9]\d{0,10})(\.\d{1,2})?$/, "expected a decimal amount such as `10000.00`")
  .transform((text) => {
    const [whole = "0", cents = ""] = text.split(".");
    return Number(whole) * 100 + Number(cents.padEnd(2, "0"));
  })
  .refine((minor) => minor <= MAX_MINOR, `expected at most ${MAX_MINOR / 100}`);

/** `8500000` USD becomes `85000.00 USD`: without grouping, as every locale reads it. */
export function writeMinor(minor: number, currency: string): string {
  return formatMinor(minor, currency).replaceAll(",", "");
}

/** `8500000` USD becomes `85,000.00 USD`. */
export function formatMinor(minor: number, currency: string): string {
  const whole = Math.floor(Math.abs(minor) / 100)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const cents = String(Math.abs(minor) % 100).padStart(2, "0");
  return `${minor < 0 ? "-" : ""}${whole}.${cents} ${currency}`;
}
