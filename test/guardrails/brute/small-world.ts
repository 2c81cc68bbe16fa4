import fc from "fast-check";
import { startOfDay } from "../../../guardrails/cell.ts";
import type { FactType, Scalar, Value } from "../../../guardrails/fact-types.ts";
import { competing } from "../../../guardrails/load/override-conflicts.ts";
import { operatorsFor } from "../../../guardrails/load/operators.ts";
import type {
  Comparison,
  Condition,
  Invariant,
  Override,
  Param,
  Policy,
  PolicyRule,
} from "../../../guardrails/policy.ts";
import type { Known } from "../../../guardrails/ternary.ts";
import { beneath } from "../../../guardrails/derived.ts";
import { policyOf } from "../../fixtures/policy.ts";
import { derivedFrom } from "./derived-world.ts";
import { limitsOver } from "./limited-world.ts";
import { lines, listsOf } from "./list-world.ts";

const firstDay = 20_600;

/** Facts of every kind with so few values that all requests can be told one by one; three of them lie in one policy. */
const pool: readonly FactType[] = [
  { name: "size", title: "size", adjustable: true, kind: "number", min: -1, max: 6 },
  { name: "discount", title: "discount", adjustable: true, kind: "ppm", min: 0, max: 7 },
  { name: "tier", title: "tier", adjustable: false, kind: "choice", values: ["a", "b", "c"] },
  { name: "region", title: "region", adjustable: true, optional: true, kind: "choice", values: ["e", "w"] },
  { name: "tags", title: "tags", adjustable: true, kind: "set", values: ["x", "y"] },
  { name: "extras", title: "extras", adjustable: false, optional: true, kind: "set", values: ["x", "y"] },
  { name: "seats", title: "seats", adjustable: true, optional: true, kind: "number", min: 0, max: 4 },
  { name: "starts", title: "starts", adjustable: true, kind: "date", min: firstDay, max: firstDay + 5 },
  { name: "urgent", title: "urgent", adjustable: true, optional: true, kind: "boolean" },
  { name: "partner", title: "partner", adjustable: false, kind: "text", maxLength: 8 },
];

/** Texts of which, whatever rules name, one is left for each way of matching the patterns. */
const named = ["AC", "AC9", "9", "x"];
const texts = [...named, "ACx", "AC-9", "x9", "y"];
const patterns = ["^AC", "9$"];

/** The days on which overrides start and end; a request is made at the start of each, and while no override is in effect. */
const days = ["2026-03-01", "2026-03-03", "2026-03-05"] as const;

const numbers = ({ min, max }: { readonly min: number; readonly max: number }) =>
  Array.from({ length: max - min + 1 }, (_, at) => min + at);

/** Every value of a fact, as rules read it; `undefined` where it may be left out. */
export function valuesOf(type: FactType): readonly (Value | undefined)[] {
  const left = type.optional === true ? [undefined] : [];
  switch (type.kind) {
    case "boolean":
      return [false, true, ...left];
    case "choice":
      return [...type.values, ...left];
    case "set":
      return [[], ["x"], ["y"], ["x", "y"], ...left];
    case "text":
      return [...texts, ...left];
    case "list":
      return [...listsOf(type), ...left];
    default:
      return [...numbers(type), ...left];
  }
}

/** One request at one time; `at` null: while no override is in effect. */
export type Request = { readonly known: Known; readonly at: string | null };

/** Every request that the types of the facts allow, at every time at which overrides stand otherwise. */
export function requestsOf(facts: readonly FactType[], timezone: string): readonly Request[] {
  const all = facts.reduce<readonly Known[]>(
    (some, type) =>
      some.flatMap((known) =>
        valuesOf(type).map((value) => (value === undefined ? known : { ...known, [type.name]: value })),
      ),
    [{}],
  );
  return [null, ...days].flatMap((day) => {
    const at = day === null ? null : startOfDay(day, timezone);
    return all.map((known) => ({ known, at }));
  });
}

function limitOf(type: FactType): fc.Arbitrary<Scalar> {
  if (type.kind === "boolean") return fc.boolean();
  if (type.kind === "choice" || type.kind === "set") return fc.constantFrom(...type.values);
  if (type.kind === "list") throw new Error("a list is compared with nothing");
  return type.kind === "text" ? fc.constantFrom(...named) : fc.integer({ min: type.min, max: type.max });
}

const paramOfKind: { readonly [kind: string]: string } = { ppm: "most", number: "room", date: "until" };

/** Another fact that one can be compared with. */
function besideOf(type: FactType, facts: readonly FactType[]): readonly FactType[] {
  const isAlike = (other: FactType) =>
    type.kind === "choice" && other.kind === "choice"
      ? type.values.some((value) => other.values.includes(value))
      : type.kind === "boolean" || "min" in type;
  return facts.filter((other) => other.kind === type.kind && other.name !== type.name && isAlike(other));
}

function betweenOf(type: FactType, others: readonly FactType[]): fc.Arbitrary<Comparison> {
  const operators = operatorsFor(type).filter((operator) => operator !== "in" && operator !== "notIn");
  return fc
    .tuple(fc.constantFrom(...operators), fc.constantFrom(...others))
    .map(([operator, { name }]) => ({ fact: type.name, operator, value: { fact: name } }));
}

function comparisonOf(type: FactType): fc.Arbitrary<Comparison> {
  const param = paramOfKind[type.kind];
  const single: fc.Arbitrary<Comparison["value"]> =
    param === undefined
      ? limitOf(type)
      : fc.oneof({ arbitrary: limitOf(type), weight: 1 }, { arbitrary: fc.constant({ param }), weight: 2 });
  const list = fc.uniqueArray(limitOf(type), { minLength: 1, maxLength: 2 });
  return fc.constantFrom(...operatorsFor(type)).chain((operator) => {
    const isList = operator === "in" || operator === "notIn";
    const value = isList ? list : operator === "matches" ? fc.constantFrom(...patterns) : single;
    return value.map((compared) => ({ fact: type.name, operator, value: compared }));
  });
}

/** `isMixed`: facts are compared with one another too. */
function conditionOf(facts: readonly FactType[], isMixed = false): fc.Arbitrary<Condition> {
  const comparison = fc.constantFrom(...facts).chain((type) => {
    const others = besideOf(type, facts);
    return others.length === 0 || !isMixed
      ? comparisonOf(type)
      : fc.oneof({ arbitrary: comparisonOf(type), weight: 2 }, { arbitrary: betweenOf(type, others), weight: 1 });
  });
  return fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      comparison,
      comparison,
      fc.record({ all: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie("condition"), { minLength: 1, maxLength: 2 }) }),
      fc.record({ not: tie("condition") }),
    ),
  })).condition;
}

const outcomes = [
  { effect: "execute" },
  { effect: "execute" },
  { effect: "escalate", route: "partner-manager" },
  { effect: "escalate", route: "regional-director" },
  { effect: "block" },
] as const;
const outcome = fc.constantFrom(...outcomes);

function paramsOf(): fc.Arbitrary<readonly Param[]> {
  const one = (name: string, kind: "ppm" | "number" | "date", from: number) =>
    fc
      .tuple(fc.integer({ min: 0, max: 4 }), fc.option(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 })), { nil: null }))
      .map(([value, around]): Param => {
        const at = from + value;
        const allowed = around === null ? null : { min: Math.max(from, at - around[0]), max: at + around[1] };
        return { name, kind, value: at, allowed, protected: false };
      });
  return fc.tuple(one("most", "ppm", 0), one("room", "number", 0), one("until", "date", firstDay));
}

function overridesOf(facts: readonly FactType[]): fc.Arbitrary<readonly Override[]> {
  const scoped = facts.filter(({ kind }) => kind === "choice" || kind === "text");
  if (scoped.length === 0) return fc.constant([]);
  const one = fc
    .record({
      scope: fc.subarray(scoped, { minLength: 1, maxLength: Math.min(2, scoped.length) }),
      span: fc.subarray([...days], { minLength: 2, maxLength: 2 }),
      set: fc.dictionary(fc.constantFrom("most", "room"), fc.nat({ max: 4 }), { minKeys: 1, maxKeys: 2 }),
      day: fc.option(fc.nat({ max: 4 }), { nil: undefined }),
    })
    .chain(({ scope, span: [from = "", until = ""], set, day }) =>
      fc
        .record(
          Object.fromEntries(
            scope.map((type) => [type.name, fc.uniqueArray(limitOf(type), { minLength: 1, maxLength: 2 })]),
          ),
        )
        .map((values) => ({
          for: { ...values },
          from,
          until,
          set: { ...set, ...(day === undefined ? {} : { until: firstDay + day }) },
          reason: "",
        })),
    );
  return fc
    .array(one, { maxLength: 3 })
    .map((list) =>
      list
        .map((each, at): Override => ({ id: `override-${at}`, ...each }))
        .reduce<readonly Override[]>(
          (kept, each) => (kept.some((other) => competing(other, each).length > 0) ? kept : [...kept, each]),
          [],
        ),
    );
}

function rulesOf(facts: readonly FactType[], most: number, isMixed = false): fc.Arbitrary<readonly PolicyRule[]> {
  const state = fc.constantFrom({}, {}, {}, {}, {}, { state: "candidate" } as const);
  return fc
    .array(fc.tuple(conditionOf(facts, isMixed), outcome, state), { minLength: 1, maxLength: most })
    .map((list) =>
      list.map(([when, effect, how], at): PolicyRule => ({
        id: `rule-${at}`,
        when,
        reason: "holds",
        ...effect,
        ...how,
      })),
    );
}

function invariantsOf(facts: readonly FactType[], isMixed = false): fc.Arbitrary<readonly Invariant[]> {
  const verdict = fc.constantFrom("execute", "escalate", "block");
  const asked = fc.oneof(fc.record({ never: verdict }), fc.record({ always: verdict }));
  return fc
    .array(fc.tuple(conditionOf(facts, isMixed), asked), { minLength: 1, maxLength: 3 })
    .map((list) => list.map(([when, one], at) => ({ id: `invariant-${at}`, when, ...one }) as Invariant));
}

const template = { ...policyOf("quoting"), limits: [], subject: null };

function policyOver(facts: readonly FactType[], timezone: string): fc.Arbitrary<Policy> {
  return fc
    .record({
      rules: rulesOf(facts, 5),
      params: paramsOf(),
      overrides: overridesOf(facts),
      invariants: invariantsOf(facts),
      limits: limitsOver(facts),
      default: fc.constantFrom("escalate", "block"),
    })
    .map((parts) => ({ ...template, facts, timezone, ...parts }));
}

/** Facts of which a number has a parameter, and overrides can go by another: a rule moves away from under another one. */
const overridden = fc
  .tuple(fc.constantFrom("size", "discount", "starts"), fc.constantFrom("tier", "region", "partner"))
  .map((names) => pool.filter(({ name }) => names.some((one) => one === name)));

const discount = pool.filter(({ name }) => name === "discount" || name === "tier");

/**
 * A band of rules of which an override moves the first one away from over another: who looks only where rules match as written does not
 * see the other one decide.
 */
const movedAway: fc.Arbitrary<Policy> = fc
  .record({
    most: fc.nat({ max: 2 }),
    rise: fc.integer({ min: 1, max: 4 }),
    from: fc.nat({ max: 3 }),
    width: fc.integer({ min: 1, max: 2 }),
    effect: fc.constantFrom(outcomes[0], outcomes[2]),
    passes: fc.option(fc.integer({ min: 3, max: 7 }), { nil: undefined }),
    tier: fc.constantFrom("a", "b", "c"),
    invariants: invariantsOf(discount),
  })
  .map(({ most, rise, from, width, effect, passes, tier, invariants }): Policy => {
    const over = (value: Comparison["value"]): Condition => ({ fact: "discount", operator: "greaterThan", value });
    const upTo = (value: number): Condition => ({ fact: "discount", operator: "lessThanInclusive", value });
    const rules = [
      { ...outcomes[2], when: over({ param: "most" }) },
      { ...effect, when: { all: [over(most + from), upTo(most + from + width)] } },
      ...(passes === undefined ? [] : [{ ...outcomes[0], when: upTo(passes) }]),
    ].map((rule, at): PolicyRule => ({ id: `rule-${at}`, reason: "holds", ...rule }));
    const [since, , until] = days;
    const raised = {
      id: "override-0",
      for: { tier: [tier] },
      from: since,
      until,
      set: { most: most + rise },
      reason: "",
    };
    const params: readonly Param[] = [{ name: "most", kind: "ppm", value: most, allowed: null, protected: false }];
    return { ...template, facts: discount, rules, params, overrides: [raised], invariants, default: "block" };
  });

/** A policy that makes something of its facts, and compares them with one another. */
function derivingOver(facts: readonly FactType[], timezone: string): fc.Arbitrary<Policy> {
  return derivedFrom(facts).chain((derived) => {
    const types = [...facts, ...derived].filter(({ kind }) => kind !== "list");
    const scopes = types.filter(({ name }) => beneath({ derived }, [name]).params.length === 0);
    return fc
      .record({
        rules: rulesOf(types, 4, true),
        params: paramsOf(),
        overrides: overridesOf(scopes),
        invariants: invariantsOf(types, true),
        default: fc.constantFrom("escalate", "block"),
      })
      .map((parts) => ({ ...template, facts, ...(derived.length > 0 && { derived }), timezone, ...parts }));
  });
}

/** Lists among them: one that each request has, and one that may be left out. */
const readable: readonly FactType[] = [
  lines,
  { ...lines, name: "extraLines", optional: true, minLength: 1 },
  ...pool.filter(({ kind }) => kind !== "set" && kind !== "text"),
];

/** Two policies that derive: the second has other rules over the same, or makes other things of the same facts. */
const derivingTwo: fc.Arbitrary<readonly [Policy, Policy]> = fc
  .subarray([...readable], { minLength: 2, maxLength: 3 })
  .filter((facts) => facts.some((type) => "min" in type) && facts.filter(({ kind }) => kind === "list").length < 2)
  .chain((facts) =>
    fc.tuple(derivingOver(facts, "UTC"), derivingOver(facts, "UTC"), fc.constantFrom("params", "rules", "all")),
  )
  .map(([a, b, what]): readonly [Policy, Policy] => {
    if (what === "all") return [a, b];
    if (what === "params") return [a, { ...a, params: b.params }];
    const [first, ...others] = a.rules;
    return [
      a,
      { ...a, rules: first === undefined ? [] : [...others, { ...first, id: "other", when: { not: first.when } }] },
    ];
  });

/** Two policies over the same few facts, the second mostly the first with another rule or another parameter. */
const anyTwo: fc.Arbitrary<readonly [Policy, Policy]> = fc
  .tuple(
    fc.oneof(fc.subarray([...pool], { minLength: 2, maxLength: 3 }), overridden),
    fc.constantFrom("UTC", "Pacific/Kiritimati", "America/New_York"),
  )
  .chain(([facts, timezone]) =>
    fc.tuple(
      policyOver(facts, timezone),
      policyOver(facts, timezone),
      fc.constantFrom("rules", "params", "overrides", "all"),
    ),
  )
  .map(([a, b, what]): readonly [Policy, Policy] => {
    if (what === "all") return [a, b];
    if (what !== "rules") return [a, { ...a, [what]: b[what] }];
    const [first, ...others] = a.rules;
    return [a, { ...a, rules: first === undefined ? b.rules : [...others, { ...b.rules[0]!, id: "other" }] }];
  });

/** Of eight pairs one is of rules that are moved away, and four derive. */
export const pairs: fc.Arbitrary<readonly [Policy, Policy]> = fc.oneof(
  { arbitrary: anyTwo, weight: 3 },
  { arbitrary: fc.tuple(movedAway, movedAway), weight: 1 },
  { arbitrary: derivingTwo, weight: 4 },
);
