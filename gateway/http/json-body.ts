import { isUtf8 } from "node:buffer";
import { isKeepable, keepable, type Json } from "../../domain/json.ts";
import { scan, type ScanFault, type WideNumber } from "./json-scan.ts";
import { pointerOf } from "./pointer.ts";

export { MAX_DEPTH } from "./json-scan.ts";

type At = { readonly pointer: string; readonly detail: string };

export type JsonBody =
  | { readonly kind: "parsed"; readonly value: Json }
  | {
      readonly kind: "refused";
      readonly code: "malformed-json" | "validation" | ScanFault["code"];
      readonly detail: string;
      /** Where it is, for a fault that has a place. */
      readonly errors?: readonly At[];
    };

/** Most places that a refusal names. */
const MOST_NAMED = 20;

/**
 * Parses a JSON body of a caller who reads the answer. Refused, with the place: nesting beyond 64 levels and repeated keys
 * (`JSON.parse` would keep the last of two in silence), numbers that would be rounded, and text that PostgreSQL cannot
 * keep (NUL and lone surrogates, possible as escapes only).
 */
export function parseJsonBody(bytes: Uint8Array): JsonBody {
  const read = readText(bytes);
  if ("kind" in read) return read;
  const { text, wide } = read;
  if (wide.length > 0)
    return misread(wide.map(({ pointer }) => ({ pointer, detail: "more digits than are read exactly" })));
  const body = parsed(text);
  if (body.kind === "refused" || !unkeepable.test(text)) return body;
  const places = [...unkeepablePlaces(body.value, [])];
  return places.length === 0
    ? body
    : misread(places.map((pointer) => ({ pointer, detail: "a text holds no NUL and no half of a character" })));
}

/**
 * Parses a JSON body of a sender who would only send it again. Numbers that would be rounded are taken as the text of
 * their digits, and what PostgreSQL cannot keep becomes U+FFFD, so that no event is ever lost for them.
 */
export function parseForeignJson(bytes: Uint8Array): JsonBody {
  const read = readText(bytes);
  if ("kind" in read) return read;
  const body = parsed(quoted(read.text, read.wide));
  if (body.kind === "refused" || !unkeepable.test(read.text)) return body;
  return { kind: "parsed", value: keepable(body.value) };
}

type Refused = Extract<JsonBody, { kind: "refused" }>;

function readText(bytes: Uint8Array): Refused | { readonly text: string; readonly wide: readonly WideNumber[] } {
  if (!isUtf8(bytes)) return { kind: "refused", code: "malformed-json", detail: "the body is not UTF-8" };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  const scanned = scan(text);
  if (scanned.fault !== undefined) return { kind: "refused", ...scanned.fault };
  return { text, wide: scanned.wide };
}

function parsed(text: string): JsonBody {
  try {
    return { kind: "parsed", value: JSON.parse(text) as Json };
  } catch (error) {
    return { kind: "refused", code: "malformed-json", detail: error instanceof Error ? error.message : "not JSON" };
  }
}

function misread(errors: readonly At[]): Refused {
  return { kind: "refused", code: "validation", detail: "a field cannot be read", errors: errors.slice(0, MOST_NAMED) };
}

function quoted(text: string, wide: readonly WideNumber[]): string {
  let from = 0;
  const pieces = wide.flatMap((number) => {
    const before = text.slice(from, number.from);
    from = number.until;
    return [before, `"${text.slice(number.from, number.until)}"`];
  });
  return `${pieces.join("")}${text.slice(from)}`;
}

/** Whether a text may hold an escape of what cannot be kept: a backslash may itself be escaped. */
const unkeepable = /\\u(?:0000|[dD][89a-fA-F])/;

function* unkeepablePlaces(value: Json, path: readonly PropertyKey[]): Generator<string> {
  if (typeof value === "string" && !isKeepable(value)) yield pointerOf(path);
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (isKeepable(key)) yield* unkeepablePlaces(member, [...path, key]);
    else yield pointerOf(path);
  }
}
