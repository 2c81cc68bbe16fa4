import type { Json } from "../../domain/json.ts";
import { formatPpm } from "../../domain/ppm.ts";
import type { Change } from "../../guardrails/explain/ways.ts";
import { givenValue, showValue, type FactType } from "../../guardrails/fact-types.ts";

/** One fact that would have had to be otherwise. `distance` is empty where values have no distance. */
export type ChangeRow = {
  readonly fact: string;
  readonly title: string;
  readonly was: string;
  /** The change in the policy's terms: `effectiveDiscount ≤ 15 %`. */
  readonly wanted: string;
  readonly distance: string;
};

export function changeRow(types: readonly FactType[], change: Change): ChangeRow {
  const { fact, from, text } = change;
  const type = types.find(({ name }) => name === fact);
  if (type === undefined) return { fact, title: fact, was: plainText(from), wanted: text, distance: "" };
  const given = givenValue(type, from);
  const was = given === undefined ? "not known" : showValue(type, given);
  return { fact, title: type.title, was, wanted: text, distance: distanceText(type, change) };
}

function plainText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** How far a value was from the line: `3 percentage points`, `over 50,000.00 USD` where the line itself is not enough. */
function distanceText(type: FactType, { fact, from, to, text }: Change): string {
  const [a, b] = [givenValue(type, from), givenValue(type, to)];
  if (typeof a !== "number" || typeof b !== "number") return "";
  // `effectiveDiscount > 15 %`, or `15 % < effectiveDiscount ≤ 25 %` from below: the line is the side that it comes from.
  const isBeyond = b > a ? text.startsWith(`${fact} > `) || text.includes(` < ${fact} `) : text.includes(`${fact} < `);
  const apart = Math.abs(a - b) - (isBeyond ? 1 : 0);
  if (isBeyond && apart === 0) return "none: it stood on the line itself";
  return isBeyond ? `over ${apartText(type, apart)}` : apartText(type, apart);
}

function apartText(type: FactType, apart: number): string {
  switch (type.kind) {
    case "ppm":
      return `${formatPpm(apart).replace(" %", "")} percentage ${apart === 10_000 ? "point" : "points"}`;
    case "date":
      return apart === 1 ? "1 day" : `${apart} days`;
    default:
      return showValue(type, apart);
  }
}

/** How small a change is, for ordering: relative for numbers, 1 for anything else. */
export function relativeSize({ from, to }: Pick<Change, "from" | "to">): number {
  if (typeof from !== "number" || typeof to !== "number") return 1;
  return Math.abs(to - from) / Math.max(1, Math.abs(from));
}
