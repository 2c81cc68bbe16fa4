/** What may cross a process, workflow or database boundary: plain JSON, no dates, no classes, no `undefined`. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Whether every number in a value is whole and exact, as canonical JSON writes them: what holds others has no digest. */
export function hasWholeNumbers(value: unknown): boolean {
  if (typeof value === "number") return Number.isSafeInteger(value);
  return typeof value !== "object" || value === null || Object.values(value).every(hasWholeNumbers);
}
