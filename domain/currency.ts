import { data } from "currency-codes";

/** ISO 4217 by code. The library looks through its list; amounts are read and written on every decision. */
const digitsOf: ReadonlyMap<string, number> = new Map(data.map(({ code, digits }) => [code, digits]));

/** How many digits a currency's minor unit has, by ISO 4217: `USD` 2, `JPY` 0, `KWD` 3. Undefined for what is no currency. */
export function minorDigits(currency: string): number | undefined {
  return digitsOf.get(currency);
}
