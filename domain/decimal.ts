/** An exact decimal number: `coefficient` times ten to the `exponent`. */
export type Decimal = { readonly coefficient: bigint; readonly exponent: number };

const written = /^([+-]?)(\d+\.?\d*|\.\d+)(?:e([+-]?\d{1,3}))?$/i;

/** No number that anybody means is longer. */
const MAX_CHARS = 60;

/**
 * A number as systems write it, exactly: `10000`, `-10000.50`, `1.0E+5`, `.5`. No grouping, no other signs. Undefined for
 * anything else.
 */
export function parseDecimal(text: string): Decimal | undefined {
  const parts = text.length > MAX_CHARS ? null : written.exec(text);
  if (parts === null) return undefined;
  const [, sign = "", mantissa = "", power = "0"] = parts;
  const [whole = "", decimals = ""] = mantissa.split(".");
  const coefficient = BigInt(`${whole}${decimals}`);
  return { coefficient: sign === "-" ? -coefficient : coefficient, exponent: Number(power) - decimals.length };
}

/**
 * The number in units of ten to the minus `digits`: `16.99` with two digits is 1699n. Undefined where that is no whole number:
 * nothing is rounded.
 */
export function inUnits({ coefficient, exponent }: Decimal, digits: number): bigint | undefined {
  const shift = exponent + digits;
  if (shift >= 0) return coefficient * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return coefficient % divisor === 0n ? coefficient / divisor : undefined;
}
