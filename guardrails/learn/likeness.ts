import type { JsonObject } from "../../domain/json.ts";
import { WHOLE_PPM } from "../../domain/ppm.ts";
import { givenValue, type FactType, type Value } from "../fact-types.ts";

/** The facts of a question as they are compared, in the order in which its policy declares them; undefined: not known. */
export type Values = readonly (Value | undefined)[];

export function valuesOf(types: readonly FactType[], facts: JsonObject): Values {
  return types.map((type) => givenValue(type, facts[type.name]));
}

/** How alike two values of a fact are, 0 to 1: amounts by what is between them, everything else by whether it is the same. */
function alike(one: Value, other: Value): number {
  if (typeof one === "number" && typeof other === "number") {
    const largest = Math.max(Math.abs(one), Math.abs(other));
    return largest === 0 ? 1 : 1 - Math.min(1, Math.abs(one - other) / largest);
  }
  if (typeof one !== "object") return one === other ? 1 : 0;
  return JSON.stringify(one) === JSON.stringify(other) ? 1 : 0;
}

/** Over what is known of both, in whole per cent. A statistic to sort by, in floating point; nothing is decided by it. */
export function likenessPpm(one: Values, other: Values): number {
  let [sum, parts] = [0, 0];
  for (const [at, a] of one.entries()) {
    const b = other[at];
    if (a === undefined || b === undefined) continue;
    [sum, parts] = [sum + alike(a, b), parts + 1];
  }
  return parts === 0 ? 0 : Math.floor((sum / parts) * 100) * (WHOLE_PPM / 100);
}

export function sameRules(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}
