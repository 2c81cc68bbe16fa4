export const LF = 0x0a;
const CR = 0x0d;
const COMMA = 0x2c;
const QUOTE = 0x22;

/** Where a record ends: at its line feed, or at the very end. `broken`: no record begins so. `more`: not before `bound`. */
type RecordEnd = number | "more" | "broken";

/** Looks from `at` on and not past `bound`; `isAll`: nothing comes after `bound`. Asked in order, for growing `at`. */
export type EndFinder = (bytes: Buffer, at: number, bound: number, isAll: boolean) => RecordEnd;

export const endOfLine: EndFinder = (bytes, at, bound, isAll) => {
  const next = bytes.indexOf(LF, at);
  if (next !== -1 && next < bound) return next;
  return isAll ? bound : "more";
};

/** RFC 4180. Where no quote stands before the next line feed, that is the end; only otherwise every byte is looked at. */
export function endOfCsv(): EndFinder {
  let known: { readonly bytes: Buffer; at: number } | undefined;

  /** The next quote; -1 for none. Remembered, so that bytes without quotes are looked through once. */
  function nextQuote(bytes: Buffer, at: number): number {
    if (known?.bytes !== bytes) known = { bytes, at: bytes.indexOf(QUOTE, at) };
    else if (known.at !== -1 && known.at < at) known.at = bytes.indexOf(QUOTE, at);
    return known.at;
  }

  return (bytes, at, bound, isAll) => {
    const quote = nextQuote(bytes, at);
    const plain = endOfLine(bytes, at, bound, isAll);
    if (quote === -1 || quote >= bound || (typeof plain === "number" && plain < quote)) return plain;
    return endOfQuoted(bytes, at, bound, isAll);
  };
}

/** The same with quotes in it: field by field. */
function endOfQuoted(bytes: Buffer, from: number, bound: number, isAll: boolean): RecordEnd {
  const unknown = isAll ? bound : "more";
  let at = from;
  while (at < bound) {
    const end = bytes[at] === QUOTE ? afterQuoted(bytes, at, bound, isAll) : afterPlain(bytes, at, bound);
    if (typeof end !== "number") return end;
    if (end >= bound) return unknown;
    const isReturn = bytes[end] === CR;
    if (isReturn && end + 1 >= bound) return unknown;
    if (bytes[isReturn ? end + 1 : end] === LF) return isReturn ? end + 1 : end;
    if (bytes[end] !== COMMA) return "broken";
    at = end + 1;
  }
  return unknown;
}

/** Where a field without quotes ends. A quote within it is none. */
function afterPlain(bytes: Buffer, from: number, bound: number): number | "broken" {
  let at = from;
  while (at < bound && bytes[at] !== COMMA && bytes[at] !== LF) {
    if (bytes[at] === QUOTE) return "broken";
    at += 1;
  }
  return at;
}

/** What follows a field's closing quote; two quotes are one that is part of it. */
function afterQuoted(bytes: Buffer, from: number, bound: number, isAll: boolean): RecordEnd {
  for (let at = from + 1; ; at += 2) {
    at = bytes.indexOf(QUOTE, at);
    if (at === -1 || at >= bound) return isAll ? "broken" : "more";
    if (at + 1 >= bound || bytes[at + 1] !== QUOTE) return at + 1;
  }
}
