import fc from "fast-check";
import type { DerivedFact, OverList } from "../../../guardrails/derived.ts";
import type { Entry, FactType, ListType, Scalar } from "../../../guardrails/fact-types.ts";
import { operatorsFor } from "../../../guardrails/load/operators.ts";
import type { Comparison, Condition } from "../../../guardrails/policy.ts";

/** A list of which all that could matter can be told: no two records of one shape, up to two of them. */
export const lines: ListType & FactType = {
  name: "lines",
  title: "lines",
  adjustable: false,
  kind: "list",
  minLength: 0,
  maxLength: 2,
  fields: [
    { name: "family", title: "family", adjustable: false, kind: "choice", values: ["h", "s"] },
    { name: "price", title: "price", adjustable: false, kind: "number", min: -1, max: 2 },
  ],
};

const records: readonly Entry[] = ["h", "s"].flatMap((family) => [-1, 0, 1, 2].map((price) => ({ family, price })));

/** Every list of up to two records, whatever their order, from so many on. */
export function listsOf({ minLength }: ListType): readonly (readonly Entry[])[] {
  const two = records.flatMap((one, at) => records.slice(at).map((other) => [one, other]));
  return [[], ...records.map((one) => [one]), ...two].filter(({ length }) => length >= minLength);
}

const comparison: fc.Arbitrary<Comparison> = fc.constantFrom(...lines.fields).chain((field) =>
  fc.constantFrom(...operatorsFor(field)).chain((operator): fc.Arbitrary<Comparison> => {
    const value: fc.Arbitrary<Scalar> =
      field.kind === "choice" ? fc.constantFrom("h", "s") : fc.integer({ min: -1, max: 2 });
    const isList = operator === "in" || operator === "notIn";
    const limit: fc.Arbitrary<Comparison["value"]> = isList
      ? fc.uniqueArray(value, { minLength: 1, maxLength: 2 })
      : field.kind === "choice"
        ? value
        : fc.oneof({ arbitrary: value, weight: 3 }, { arbitrary: fc.constant({ param: "room" }), weight: 1 });
    return limit.map((compared) => ({ fact: field.name, operator, value: compared }));
  }),
);

const where: fc.Arbitrary<Condition> = fc.oneof(
  comparison,
  fc.record({ all: fc.array(comparison, { minLength: 2, maxLength: 2 }) }),
  fc.record({ any: fc.array(comparison, { minLength: 2, maxLength: 2 }) }),
  fc.record({ not: comparison }),
);

/** Something made of a list. */
export function overList(name: string, list: ListType & FactType): fc.Arbitrary<DerivedFact> {
  const optional = list.optional === true ? { optional: true as const } : {};
  const said = { name, title: name, adjustable: false, ...optional };
  const some = fc.option(where, { nil: undefined }).map((one) => (one === undefined ? {} : { where: one }));
  const { name: own, maxLength } = list;
  return fc.oneof(
    some.map((of): DerivedFact => {
      const derive: OverList = { kind: "count", list: own, ...of };
      return { ...said, kind: "number", min: "where" in of ? 0 : list.minLength, max: maxLength, derive };
    }),
    some.map((of): DerivedFact => {
      const derive: OverList = { kind: "sum", list: own, of: "price", ...of };
      return { ...said, kind: "number", min: -maxLength, max: 2 * maxLength, derive };
    }),
    fc.tuple(where, fc.constantFrom("any", "all")).map(([condition, kind]): DerivedFact => {
      return { ...said, kind: "boolean", derive: { kind, list: own, where: condition } };
    }),
  );
}
