import { z } from "zod";
import { listed } from "../did-you-mean.ts";
import type { Comparison, Condition, OtherFact } from "../policy.ts";
import { readFactName } from "./comparison.ts";
import { readApart, readFactValue } from "./fact-value.ts";
import { readMap } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** The sides of the other time on which one may lie. */
const sides = ["of", "before", "after"] as const;

const WithinFields = z.strictObject({
  fact: z.string().describe("the name of a fact that is a day or an instant"),
  within: z.string().describe("how far apart the two may be, such as `24h`, or `14d`"),
  of: z.string().optional().describe("the other day or instant, on either side of which it may lie, such as `now`"),
  before: z.string().optional().describe("the other day or instant, before which it lies"),
  after: z.string().optional().describe("the other day or instant, after which it lies"),
});

/**
 * Reads `{ fact: submittedAt, within: 24h, before: now }`: two comparisons with another time, both ends included. `of` is on
 * either side of it.
 */
export function readWithin(reader: Reader, path: Path, value: object, vocabulary: Vocabulary): Condition | undefined {
  const fields = readMap(reader, path, value, WithinFields);
  if (fields === undefined) return undefined;
  const type = readFactName(reader, [...path, "fact"], fields.fact, vocabulary);
  const [side, ...others] = sides.filter((name) => fields[name] !== undefined);
  if (side === undefined || others.length > 0) {
    const said = side === undefined ? "does not say of what" : `says ${listed([side, ...others])}`;
    reader.report(path, `\`within\` ${said}`, `write one of ${listed(sides)}, such as \`before: now\``);
    return undefined;
  }
  if (type === undefined) return undefined;
  const apart = readApart(reader, [...path, "within"], fields.within, type);
  const beside = { fact: fields[side] };
  const operator = "lessThanInclusive" as const;
  const other = readFactValue(reader, [...path, side], beside, { type, operator, vocabulary });
  if (apart === undefined || other === undefined) return undefined;
  const bound = (bounding: Comparison["operator"], plus: number): Comparison => ({
    fact: type.name,
    operator: bounding,
    value: { ...other, ...(plus !== 0 && { plus }) } satisfies OtherFact,
  });
  return {
    all: [
      bound("greaterThanInclusive", side === "after" ? 0 : -apart),
      bound("lessThanInclusive", side === "before" ? 0 : apart),
    ],
  };
}
