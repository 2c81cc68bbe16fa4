import type { Json, JsonObject } from "../../domain/json.ts";

/** Reads a record's body without trusting its shape: an older record may lack a field, and the story still has to be told. */

export function objectAt(body: JsonObject, name: string): JsonObject {
  const value = body[name];
  return isObject(value) ? value : {};
}

/** The text under a name, or empty when there is none. Numbers and booleans are written out. */
export function textAt(body: JsonObject, name: string): string {
  const value = body[name];
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : "";
}

export function numberAt(body: JsonObject, name: string): number | undefined {
  const value = body[name];
  return typeof value === "number" ? value : undefined;
}

export function objectsAt(body: JsonObject, name: string): readonly JsonObject[] {
  return listAt(body, name).filter(isObject);
}

export function textsAt(body: JsonObject, name: string): readonly string[] {
  return listAt(body, name).filter((item) => typeof item === "string");
}

function listAt(body: JsonObject, name: string): readonly Json[] {
  const value = body[name];
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a table says of a name that came from a record: never what every object inherits. */
export function wordOf<T>(table: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Joins what is there: `sentence("asks", role, "")` is `asks partner-manager`. */
export function sentence(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}

/** `words` with the text after them, or nothing when the text is not known. */
export function withText(words: string, text: string): string {
  return text === "" ? "" : `${words} ${text}`;
}
