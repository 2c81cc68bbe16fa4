import type { Json, JsonObject } from "../domain/json.ts";

/** Printable ASCII and line breaks: nothing to normalise. */
const PLAIN = /^[\x20-\x7e\n\t]*$/;

/** Controls, format characters (zero-width, bidi, tags), variation selectors, the grapheme joiner: what eyes do not see. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\u034f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu;

/** Text as a person would see it: NFKC, without unseen characters or lone surrogates. */
export function cleanText(text: string): string {
  if (PLAIN.test(text)) return text;
  return Buffer.from(text, "utf8").toString("utf8").replace(UNSEEN, "").normalize("NFKC");
}

/** Applies `change` to every string and every key of a JSON object. */
export function mapText(value: JsonObject, change: (text: string) => string): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [change(name), mapJson(member, change)]));
}

function mapJson(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map((item) => mapJson(item, change));
  return mapText(value, change);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
