import { isUtf8 } from "node:buffer";
import type { Json } from "../../domain/json.ts";

/** Deepest nesting of arrays and objects that is parsed at all. */
export const MAX_DEPTH = 64;

export type JsonBody =
  | { readonly kind: "parsed"; readonly value: Json }
  | {
      readonly kind: "refused";
      readonly code: "malformed-json" | "too-deep" | "duplicate-key";
      readonly detail: string;
    };

type ScanFault = Extract<JsonBody, { kind: "refused" }>;

/**
 * Parses a JSON body. Nesting beyond 64 levels and repeated keys are refused by a scan before anything is built:
 * `JSON.parse` would keep the last of two keys in silence. Characters that PostgreSQL cannot keep (NUL and lone
 * surrogates, possible as escapes only) become U+FFFD, so that no event is ever lost for them.
 */
export function parseJsonBody(bytes: Uint8Array): JsonBody {
  if (!isUtf8(bytes)) return refused("malformed-json", "the body is not UTF-8");
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  const fault = scan(text);
  if (fault !== undefined) return fault;
  try {
    const value = JSON.parse(text) as Json;
    return { kind: "parsed", value: unkeepable.test(text) ? keepable(value) : value };
  } catch (error) {
    return refused("malformed-json", error instanceof Error ? error.message : "not JSON");
  }
}

function refused(code: ScanFault["code"], detail: string): ScanFault {
  return { kind: "refused", code, detail };
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** One pass over the text; strings are skipped whole. Anything else that is wrong with it is left to `JSON.parse`. */
function scan(text: string): ScanFault | undefined {
  /** Keys seen per open object; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let keyNext = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      const keys = open[open.length - 1];
      if (keyNext && keys !== undefined) {
        const key = keyOf(text.slice(at + 1, end));
        if (keys.has(key)) return refused("duplicate-key", `the key \`${key}\` appears twice in one object`);
        keys.add(key);
      }
      keyNext = false;
      at = end;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (open.length === MAX_DEPTH) return refused("too-deep", `nested deeper than ${MAX_DEPTH} levels`);
      keyNext = code === OPEN_OBJECT;
      open.push(keyNext ? new Set() : undefined);
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      open.pop();
      keyNext = false;
    } else if (code === COMMA) {
      keyNext = open[open.length - 1] !== undefined;
    }
  }
  return undefined;
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

/** A key as it reads: `a` and `\u0061` are the same one. */
function keyOf(raw: string): string {
  if (!raw.includes("\\")) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}

const unkeepable = /\\u(?:0000|[dD][89a-fA-F])/;

function keepable(value: Json): Json {
  if (typeof value === "string") return value.replaceAll("\0", "\uFFFD").toWellFormed();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(keepable);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [keepable(key) as string, keepable(member)]));
}
