import { isExact } from "./json-numbers.ts";
import { pointerOf } from "./pointer.ts";

/** Deepest nesting of arrays and objects that is parsed at all. */
export const MAX_DEPTH = 64;

export type ScanFault = {
  readonly code: "too-deep" | "duplicate-key";
  readonly detail: string;
};

/** A number whose digits a double cannot hold: where it stands in the text, and in the document (RFC 6901). */
export type WideNumber = { readonly from: number; readonly until: number; readonly pointer: string };

export type Scan = { readonly fault: ScanFault } | { readonly fault: undefined; readonly wide: readonly WideNumber[] };

/** An array or object that is open: its keys where it is an object, and what comes next in it. */
type Frame = { readonly keys: Set<string> | undefined; at: string | number };

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const [ZERO, NINE] = [0x30, 0x39];
const BACKSLASH = 0x5c;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** One pass over the text, before anything is built. What else is wrong with it is left to `JSON.parse`. */
export function scan(text: string): Scan {
  const open: Frame[] = [];
  const wide: WideNumber[] = [];
  let keyNext = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const frame = open[open.length - 1];
    if (code === QUOTE) {
      const end = endOfString(text, at);
      if (keyNext && frame?.keys !== undefined) {
        const key = keyOf(text.slice(at + 1, end));
        if (frame.keys.has(key)) return fault("duplicate-key", `the key \`${key}\` appears twice in one object`);
        frame.keys.add(key);
        frame.at = key;
      }
      keyNext = false;
      at = end;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (open.length === MAX_DEPTH) return fault("too-deep", `nested deeper than ${MAX_DEPTH} levels`);
      keyNext = code === OPEN_OBJECT;
      open.push(keyNext ? { keys: new Set(), at: "" } : { keys: undefined, at: 0 });
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      open.pop();
      keyNext = false;
    } else if (code === COMMA) {
      keyNext = frame?.keys !== undefined;
      if (typeof frame?.at === "number") frame.at += 1;
    } else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const until = endOfNumber(text, at);
      if (!isExact(text.slice(at, until)))
        wide.push({ from: at, until, pointer: pointerOf(open.map((one) => one.at)) });
      at = until - 1;
    }
  }
  return { fault: undefined, wide };
}

function fault(code: ScanFault["code"], detail: string): Scan {
  return { fault: { code, detail } };
}

/** Index of the closing quote of the string that opens at `start`; the text's length when there is none. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

const numeral = /[-+.0-9eE]+/y;

function endOfNumber(text: string, start: number): number {
  numeral.lastIndex = start;
  numeral.test(text);
  return numeral.lastIndex;
}

/** A key as it reads: `a` and `\u0061` are the same one. */
function keyOf(raw: string): string {
  if (!raw.includes("\\")) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}
