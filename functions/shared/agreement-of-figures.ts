import type { JsonObject } from "../../domain/json.ts";
import { formatPpm, sharePpm } from "../../domain/ppm.ts";
import type { Contradiction } from "../definition.ts";

/** Facts that say the same figure twice. */
type Repeated = { readonly share: string; readonly amount: string; readonly of: string };

function numberAt(facts: JsonObject, name: string): number | undefined {
  const value = facts[name];
  return typeof value === "number" ? value : undefined;
}

/**
 * A share is its amount of a whole, rounded up as `sharePpm` rounds and never over `maxPpm`: to the millionth, so that no
 * limit can be passed by rounding. What one of the three does not tell cannot be held against it.
 */
export function discountApart(
  facts: JsonObject,
  { share, amount, of }: Repeated,
  maxPpm: number,
): readonly Contradiction[] {
  const [told, part, whole] = [share, amount, of].map((name) => numberAt(facts, name));
  if (told === undefined || part === undefined || whole === undefined || whole <= 0) return [];
  const counted = Math.min(sharePpm(part, whole), maxPpm);
  if (told === counted) return [];
  const reason = `${share} says ${formatPpm(told)}, and ${amount} of ${of} is ${formatPpm(counted)}`;
  return [{ between: [share, amount, of], facts: [share, amount, of], reason }];
}

/** One share is never larger than the other. */
export function shareOver(
  facts: JsonObject,
  { smaller, larger }: { readonly smaller: string; readonly larger: string },
): readonly Contradiction[] {
  const [small, large] = [smaller, larger].map((name) => numberAt(facts, name));
  if (small === undefined || large === undefined || small <= large) return [];
  const reason = `${smaller} is ${formatPpm(small)}, over ${larger}, which is ${formatPpm(large)}`;
  return [{ between: [smaller, larger], facts: [smaller, larger], reason }];
}
