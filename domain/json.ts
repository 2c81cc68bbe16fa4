/** What may cross a process, workflow or database boundary: plain JSON, no dates, no classes, no `undefined`. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Whether every number in a value is whole and exact, as canonical JSON writes them: what holds others has no digest. */
export function hasWholeNumbers(value: unknown): boolean {
  if (typeof value === "number") return Number.isSafeInteger(value);
  return typeof value !== "object" || value === null || Object.values(value).every(hasWholeNumbers);
}

/** Whether PostgreSQL can keep a text as it is: without NUL and lone surrogates. */
export function isKeepable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** A value with U+FFFD for every character that cannot be kept. */
export function keepable(value: Json): Json {
  if (typeof value === "string") return keepableText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(keepable);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [keepableText(key), keepable(member)]));
}

/** The same, and with the texts of numbers that are not whole, or too large to be exact: it has a digest. */
export function digestible(value: Json): Json {
  return withWholeNumbers(keepable(value));
}

function keepableText(text: string): string {
  return text.replaceAll("\0", "\uFFFD").toWellFormed();
}

function withWholeNumbers(value: Json): Json {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : String(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withWholeNumbers);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withWholeNumbers(member)]));
}
