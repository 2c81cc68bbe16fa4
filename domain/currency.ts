import { data } from "currency-codes";

/**
 * Codes to which ISO 4217 gives no minor unit (`N.A.` in its list one): metals, the bond markets' units, drawing rights and other
 * units of account, and what is no currency at all. The library tells them as currencies without decimals, such as the yen.
 */
const withoutMinorUnit: ReadonlySet<string> = new Set("XAG XAU XPD XPT XBA XBB XBC XBD XDR XSU XUA XTS XXX".split(" "));

/** Added to list one after the library's edition of it, by the standard's amendments 176 and 179. */
const added: readonly (readonly [code: string, digits: number])[] = [
  ["XCG", 2],
  ["XAD", 2],
];

/** ISO 4217 by code. The library looks through its list; amounts are read and written on every decision. */
const digitsOf: ReadonlyMap<string, number> = new Map([
  ...data.filter(({ code }) => !withoutMinorUnit.has(code)).map(({ code, digits }) => [code, digits] as const),
  ...added,
]);

/** Those that programmes are kept in most come first: what is misspelt is more likely one of them. */
const first = ["USD", "EUR", "GBP"];

/**
 * Every code of ISO 4217 in which an amount is a whole number of minor units, funds' codes such as `CLF` included. Codes that
 * were withdrawn since the library's edition stay: records are kept in them.
 */
export const currencyCodes: readonly string[] = [
  ...first,
  ...[...digitsOf.keys()].filter((code) => !first.includes(code)).toSorted(),
];

/**
 * How many digits a currency's minor unit has, by ISO 4217: `USD` 2, `JPY` 0, `KWD` 3, `CLF` 4. Undefined for what is no currency,
 * and for a code that has no minor unit, such as `XAU`: no amount of it is a whole number of anything.
 */
export function minorDigits(currency: string): number | undefined {
  return digitsOf.get(currency);
}

/** Why no amount is kept in what a code stands for, as a phrase that follows the code; undefined for a currency. */
export function currencyFault(code: string): string | undefined {
  if (withoutMinorUnit.has(code)) return "has no minor unit in ISO 4217: no amount of it is exact";
  return digitsOf.has(code) ? undefined : "is no currency of ISO 4217";
}
