import { code } from "currency-codes";

/** How many digits a currency's minor unit has, by ISO 4217: `USD` 2, `JPY` 0, `KWD` 3. Undefined for what is no currency. */
export function minorDigits(currency: string): number | undefined {
  const known = code(currency);
  return known?.code === currency ? known.digits : undefined;
}
