import type { FactType, Scalar } from "../fact-types.ts";
import type { Comparison } from "../policy.ts";
import { stretchesIn } from "./stretches.ts";
import type { Stretch } from "./stretches.ts";

/** Values of a fact that no comparison tells apart; a set's member that is in or out; a pattern found or not. */
export type ValueClass =
  | { readonly kind: "values"; readonly values: readonly Scalar[] }
  | ({ readonly kind: "stretch" } & Stretch)
  | { readonly kind: "other" }
  | { readonly kind: "absent" }
  | { readonly kind: "yes" | "no" };

/** What a dimension says of its fact. `given` says whether an optional set is there at all. */
export type Aspect =
  | { readonly kind: "value" | "given" }
  | { readonly kind: "member"; readonly member: string }
  | { readonly kind: "pattern"; readonly pattern: string };

export type Dimension = {
  readonly fact: FactType;
  readonly aspect: Aspect;
  readonly classes: readonly ValueClass[];
  /** The first of its words in a box. */
  readonly at: number;
  readonly full: Int32Array;
};

/** A comparison whose parameters are looked up: every constant it is made with under any cell. */
export type Asked = Pick<Comparison, "fact" | "operator"> & { readonly constants: readonly Scalar[] };

type Shape = Pick<Dimension, "aspect" | "classes">;

const yesNo: readonly ValueClass[] = [{ kind: "yes" }, { kind: "no" }];

function bitsOf(size: number): Int32Array {
  const full = new Int32Array(Math.ceil(size / 32)).fill(-1);
  if (size % 32 !== 0) full[full.length - 1] = (1 << (size % 32)) - 1;
  return full;
}

function choiceClasses(values: readonly Scalar[], asked: readonly Asked[]): readonly ValueClass[] {
  const lists = asked.map(({ constants }) => new Set(constants));
  const classes = new Map<string, Scalar[]>();
  for (const value of values) {
    const signature = lists.map((list) => Number(list.has(value))).join("");
    classes.set(signature, [...(classes.get(signature) ?? []), value]);
  }
  return [...classes.values()].map((list) => ({ kind: "values", values: list }));
}

function textShapes(asked: readonly Asked[], absent: readonly ValueClass[]): readonly Shape[] {
  const patterns = new Set(
    asked.filter(({ operator }) => operator === "matches").flatMap(({ constants }) => constants),
  );
  const named = new Set(asked.filter(({ operator }) => operator !== "matches").flatMap(({ constants }) => constants));
  const texts = [...named].map((value): ValueClass => ({ kind: "values", values: [value] }));
  return [
    { aspect: { kind: "value" }, classes: [...texts, { kind: "other" }, ...absent] },
    ...[...patterns].map((pattern) => ({
      aspect: { kind: "pattern" as const, pattern: String(pattern) },
      classes: yesNo,
    })),
  ];
}

function shapesOf(type: FactType, asked: readonly Asked[], cuts: readonly number[]): readonly Shape[] {
  const absent: readonly ValueClass[] = type.optional === true ? [{ kind: "absent" }] : [];
  const ofValues = (classes: readonly ValueClass[]): readonly Shape[] => [
    { aspect: { kind: "value" }, classes: [...classes, ...absent] },
  ];
  switch (type.kind) {
    case "boolean":
      return ofValues(choiceClasses([true, false], asked));
    case "choice":
      return ofValues(choiceClasses(type.values, asked));
    case "text":
      return textShapes(asked, absent);
    case "list":
      return absent.length > 0 ? [{ aspect: { kind: "given" }, classes: yesNo }] : [];
    case "set": {
      const members = new Set(asked.flatMap(({ constants }) => constants));
      const given: readonly Shape[] = absent.length > 0 ? [{ aspect: { kind: "given" }, classes: yesNo }] : [];
      const shapes = [...members].map((member) => ({
        aspect: { kind: "member" as const, member: String(member) },
        classes: yesNo,
      }));
      return [...given, ...shapes];
    }
    default:
      return ofValues(stretchesIn(type, cuts).map((stretch) => ({ kind: "stretch", ...stretch })));
  }
}

/** The dimensions of the facts that something asks about, each with its place in a box. */
export function dimensionsOf(
  facts: readonly FactType[],
  asked: readonly Asked[],
  cuts: ReadonlyMap<string, readonly number[]>,
): readonly Dimension[] {
  const byFact = new Map<string, Asked[]>();
  for (const one of asked) byFact.set(one.fact, [...(byFact.get(one.fact) ?? []), one]);
  const dimensions: Dimension[] = [];
  let at = 0;
  for (const fact of facts) {
    const ofFact = byFact.get(fact.name);
    if (ofFact === undefined) continue;
    for (const shape of shapesOf(fact, ofFact, cuts.get(fact.name) ?? [])) {
      const full = bitsOf(shape.classes.length);
      dimensions.push({ fact, ...shape, at, full });
      at += full.length;
    }
  }
  return dimensions;
}
