import { z } from "zod";

/** One whole in parts per million. 150_000 is 15 %. */
export const WHOLE_PPM = 1_000_000;

/** A share in parts per million, 0 to 1_000_000 inclusive. Thresholds live in policies, never here. */
export const Ppm = z.int().min(0).max(WHOLE_PPM).brand<"Ppm">();
export type Ppm = z.infer<typeof Ppm>;

/**
 * `part / whole` in parts per million, rounded up (towards the stricter side), never below 0.
 * For a whole-ppm limit L, `sharePpm(p, w) <= L` holds exactly when `p / w <= L / 1e6`: no quotient is compared.
 * Both arguments are integer minor units; `wholeMinor` must be positive. Throws `RangeError` otherwise.
 */
export function sharePpm(partMinor: number, wholeMinor: number): number {
  if (!Number.isSafeInteger(partMinor) || !Number.isSafeInteger(wholeMinor) || wholeMinor <= 0) {
    throw new RangeError(`share of \`${partMinor}\` in \`${wholeMinor}\` is not defined over positive integers`);
  }
  return exactSharePpm(BigInt(partMinor), BigInt(wholeMinor));
}

/** The same of amounts in any one unit, however large. `whole` must be positive. */
export function exactSharePpm(part: bigint, whole: bigint): number {
  if (whole <= 0n) throw new RangeError(`share of \`${part}\` in \`${whole}\` is not defined`);
  if (part <= 0n) return 0;
  const share = (part * BigInt(WHOLE_PPM) + whole - 1n) / whole;
  if (share > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`share of \`${part}\` is out of range`);
  return Number(share);
}

/** `150001` becomes `15.0001 %`: up to four decimals, no trailing zeros, no float. */
export function formatPpm(ppm: number): string {
  const sign = ppm < 0 ? "-" : "";
  const whole = Math.floor(Math.abs(ppm) / 10_000);
  const rest = String(Math.abs(ppm) % 10_000)
    .padStart(4, "0")
    .replace(/0+$/, "");
  return `${sign}${whole}${rest === "" ? "" : `.${rest}`} %`;
}
