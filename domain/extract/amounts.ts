import { minorDigits } from "../currency.ts";
import type { Language } from "./language.ts";

/** Money in minor units of its currency (ISO 4217), or a share in parts per million. Exact: an amount that is not whole is none. */
export type Amount =
  | {
      readonly kind: "money";
      readonly minor: number;
      readonly currency: string;
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: "share"; readonly ppm: number; readonly from: number; readonly to: number };

const symbols: { readonly [symbol: string]: string } = { $: "USD", "€": "EUR", "£": "GBP", "¥": "JPY" };
/** Codes that are read in running text; any other three letters are a word. */
const CODES = "USD|EUR|GBP|CHF|JPY|CAD|AUD|SEK|NOK|DKK|PLN|BRL|MXN|INR";
const NUMBER = String.raw`\d{1,3}(?:[,.' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?`;

/** `1,250.50` and `1.250,50` as `1250.50`; three digits after the only mark are thousands. Undefined for what is neither. */
function decimalOf(text: string): string | undefined {
  const marks = text.match(/[,.' ]/g) ?? [];
  const last = marks.at(-1);
  if (last === undefined) return text;
  const tail = text.slice(text.lastIndexOf(last) + 1);
  const isGrouped =
    tail.length === 3 && (marks.length > 1 ? marks.every((mark) => mark === last) : text.indexOf(last) <= 3);
  if (isGrouped) return text.replaceAll(/[,.' ]/g, "");
  return `${text.slice(0, text.lastIndexOf(last)).replaceAll(/[,.' ]/g, "")}.${tail}`;
}

/** The number times ten to a power, whole; undefined where it is not, or is too large to be exact. */
function scaled(decimal: string, power: number): number | undefined {
  const [whole = "", part = ""] = decimal.split(".");
  if (part.length > power && !/^0*$/.test(part.slice(power))) return undefined;
  const value = Number(whole + part.slice(0, power).padEnd(power, "0"));
  return Number.isSafeInteger(value) ? value : undefined;
}

/** All amounts that a text names, in order. A number without a currency or a per cent sign is none. */
export function amountsIn(text: string, language: Language): readonly Amount[] {
  const scale = [...language.thousand, ...language.million].toSorted((a, b) => b.length - a.length).join("|");
  const worded = Object.keys(language.currencyWords).join("|");
  const before = String.raw`(?<before>[$€£¥]|\b(?:${CODES})\b) ?`;
  const after = String.raw` ?(?<after>[€£]|\b(?:${CODES})\b|\b(?:${worded})\b)`;
  const number = String.raw`(?<number>${NUMBER})(?: ?(?<scale>${scale})\b)?`;
  const money = new RegExp(
    `${before}${number}|${number.replaceAll("?<number>", "?<number2>").replaceAll("?<scale>", "?<scale2>")}${after}`,
    "gi",
  );
  const found: Amount[] = [];
  for (const { index, 0: whole, groups = {} } of text.matchAll(money)) {
    const [digits = "", size, mark = ""] =
      groups["number"] === undefined
        ? [groups["number2"], groups["scale2"], groups["after"]]
        : [groups["number"], groups["scale"], groups["before"]];
    const currency = symbols[mark] ?? language.currencyWords[mark.toLowerCase()] ?? mark.toUpperCase();
    const decimal = decimalOf(digits);
    const digitsAfter = minorDigits(currency);
    if (digitsAfter === undefined || decimal === undefined || /\d/.test(text[index - 1] ?? "")) continue;
    const thousands = size === undefined ? 0 : language.million.includes(size.toLowerCase()) ? 6 : 3;
    const minor = scaled(decimal, digitsAfter + thousands);
    if (minor !== undefined) found.push({ kind: "money", minor, currency, from: index, to: index + whole.length });
  }
  for (const { index, 0: whole, 1: digits = "" } of text.matchAll(
    /(?<![\d.,])(\d{1,3}(?:[.,]\d{1,4})?) ?(?:%|per ?cent\b)/gi,
  )) {
    const ppm = scaled(digits.replace(",", "."), 4);
    if (ppm !== undefined) found.push({ kind: "share", ppm, from: index, to: index + whole.length });
  }
  return found.toSorted((a, b) => a.from - b.from);
}
