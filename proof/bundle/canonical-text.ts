import type { Json } from "../../domain/json.ts";
import { canonicalJson } from "../../audit/canonical-json.ts";

/**
 * Whether a text is the canonical JSON of the value that was parsed from it. What JSON.stringify writes again is canonical
 * already when members are in order, which is seen without writing it a second time; every doubt is left to `canonicalJson`.
 */
export function isCanonicalText(text: string, value: Json): boolean {
  if (isPlainlyCanonical(value) && JSON.stringify(value) === text) return true;
  try {
    return canonicalJson(value) === text;
  } catch {
    return false;
  }
}

/** Members in order, whole numbers, well-formed strings. */
function isPlainlyCanonical(value: Json): boolean {
  switch (typeof value) {
    case "string":
      return value.isWellFormed();
    case "number":
      return Number.isSafeInteger(value);
    case "object":
      return value === null || membersAre(value);
    default:
      return true;
  }
}

function membersAre(value: readonly Json[] | { readonly [name: string]: Json }): boolean {
  if (Array.isArray(value)) return value.every(isPlainlyCanonical);
  let last: string | undefined;
  for (const [name, member] of Object.entries(value)) {
    if ((last !== undefined && last >= name) || !name.isWellFormed() || !isPlainlyCanonical(member)) return false;
    last = name;
  }
  return true;
}
