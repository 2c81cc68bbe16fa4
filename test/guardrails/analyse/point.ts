import type { Box } from "../../../guardrails/analyse/box.ts";
import type { Dimension, ValueClass } from "../../../guardrails/analyse/dimensions.ts";
import type { Space } from "../../../guardrails/analyse/space.ts";
import { patternTest } from "../../../domain/pattern.ts";
import { valueIn } from "../../../guardrails/ternary.ts";
import type { Known } from "../../../guardrails/ternary.ts";

function isIn(kind: ValueClass, { aspect, classes, fact }: Dimension, known: Known): boolean {
  const value = valueIn(known, fact.name);
  const yes = (truth: boolean) => kind.kind === (truth ? "yes" : "no");
  if (aspect.kind === "given") return yes(value !== undefined);
  if (aspect.kind === "member") return yes(Array.isArray(value) && value.includes(aspect.member));
  if (aspect.kind === "pattern") return yes(typeof value === "string" && patternTest(aspect.pattern)(value));
  if (value === undefined) return kind.kind === "absent";
  if (kind.kind === "values") return kind.values.includes(value as string);
  if (kind.kind === "stretch") return Number(value) >= kind.min && Number(value) <= kind.max;
  return kind.kind === "other" && !classes.some((one) => one.kind === "values" && one.values.includes(value as string));
}

/** The box of one request: in every dimension the one class that holds it. */
export function pointOf(space: Space, known: Known): Box {
  const box = new Int32Array(space.whole.length);
  for (const dimension of space.dimensions) {
    const places = [...dimension.classes.keys()].filter((index) => isIn(dimension.classes[index]!, dimension, known));
    if (places.length !== 1) throw new Error(`${places.length} classes hold \`${dimension.fact.name}\``);
    box[dimension.at + (places[0]! >>> 5)]! |= 1 << (places[0]! & 31);
  }
  return box;
}
