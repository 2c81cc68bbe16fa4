import { parseAs, parseDate, type Amount } from "../literals.ts";

/** A piece of what was said. `text` is as it was typed; `said` in small letters. */
export type Token =
  | { readonly kind: "word"; readonly text: string; readonly said: string }
  | { readonly kind: "quoted"; readonly text: string; readonly value: string }
  | { readonly kind: "amount"; readonly text: string; readonly amount: Amount }
  | { readonly kind: "comma"; readonly text: string }
  | { readonly kind: "other"; readonly text: string; readonly why: string };

type Lexeme = { readonly pattern: RegExp; readonly token: (text: string, groups: readonly string[]) => Token };

const other = (text: string, why: string): Token => ({ kind: "other", text, why });

function amountOf(text: string, kind: Amount["kind"], written: string): Token {
  const amount = parseAs(kind, written);
  return amount === undefined
    ? other(text, "no amount that a policy can hold; write `18 %`, `500000 USD`, `9` or `2027-03-01`")
    : { kind: "amount", text, amount };
}

/** `500000` is `500000.00`, `0.5` is `0.50`. */
function withCents(digits: string): string {
  const [whole = "", cents = ""] = digits.split(".");
  return `${whole}.${cents.padEnd(2, "0")}`;
}

const end = "(?![\\p{L}\\p{N}%]|[.,]\\d)";
const digits = "(\\d+(?:\\.\\d+)?)";
const GROUPED = "thousands separators are not taken: write 500000";

/** In this order: the first that fits at a place is taken. */
const lexemes: readonly Lexeme[] = [
  {
    pattern: /"([^"]+)"|“([^”]+)”|'([^']+)'(?!\p{L})/uy,
    token: (text, groups) => ({ kind: "quoted", text, value: groups.find((group) => group !== undefined) ?? "" }),
  },
  { pattern: /\d{1,3}(?:[,'’]\d{3})+(?:\.\d+)?/uy, token: (text) => other(text, GROUPED) },
  {
    pattern: new RegExp(`\\d{4}-\\d{2}-\\d{2}${end}`, "uy"),
    token: (text) =>
      parseDate(text) === undefined ? other(text, "no day of the calendar") : amountOf(text, "date", text),
  },
  {
    pattern: new RegExp(`${digits} ?(?:%|per ?cent)(?!\\p{L})`, "uy"),
    token: (text, [number = ""]) => amountOf(text, "ppm", `${number}%`),
  },
  {
    pattern: new RegExp(`${digits} ?([A-Z]{3})(?![\\p{L}\\p{N}])`, "uy"),
    token: (text, [number = "", code = ""]) => amountOf(text, "minor", `${withCents(number)} ${code}`),
  },
  {
    pattern: new RegExp(`([A-Z]{3}) ?${digits}${end}`, "uy"),
    token: (text, [code = "", number = ""]) => amountOf(text, "minor", `${withCents(number)} ${code}`),
  },
  { pattern: new RegExp(`\\d+${end}`, "uy"), token: (text) => amountOf(text, "number", text) },
  { pattern: /\d\S*/uy, token: (text) => other(text, "no amount with a unit: write `18 %`, `500000 USD` or `9`") },
  {
    pattern: /\p{L}[\p{L}\p{N}]*(?:[-_'’][\p{L}\p{N}]+)*/uy,
    token: (text) => ({ kind: "word", text, said: text.toLowerCase() }),
  },
  { pattern: /,/uy, token: (text) => ({ kind: "comma", text }) },
  { pattern: /\S/uy, token: (text) => other(text, "no word") },
];

function tokenAt(text: string, at: number): Token {
  for (const { pattern, token } of lexemes) {
    pattern.lastIndex = at;
    const [found, ...groups] = pattern.exec(text) ?? [];
    if (found !== undefined) return token(found, groups);
  }
  return other(text.charAt(at), "no word");
}

/** What was said, piece by piece; a full stop at the end says nothing. */
export function tokensOf(words: string): readonly Token[] {
  const text = words.trim().replace(/[.!]$/, "");
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    if (/\s/.test(text.charAt(at))) {
      at += 1;
      continue;
    }
    const token = tokenAt(text, at);
    tokens.push(token);
    at += Math.max(1, token.text.length);
  }
  return tokens;
}

/** The word at a place in small letters; empty for anything else. */
export function wordAt(tokens: readonly Token[], at: number): string {
  const token = tokens[at];
  return token?.kind === "word" ? token.said : "";
}

/** Whether these words stand at a place, one after the other. */
export function saysAt(tokens: readonly Token[], at: number, phrase: string): boolean {
  return phrase.split(" ").every((word, index) => wordAt(tokens, at + index) === word);
}
