import { assertNever } from "../domain/assert-never.ts";
import type { Scalar, Value } from "./fact-types.ts";
import { patternTest } from "../domain/pattern.ts";
import type { Comparison, Condition, OtherFact, Param } from "./policy.ts";

/** What the known facts say of a condition: it holds, it does not, or that hangs on facts that are not known. */
export type Truth = boolean | "unknown";

/** Facts by name, each already checked against its type. An absent one is not known. */
export type Known = { readonly [name: string]: Value };

/** A fact's value, or undefined when it is not known. A name that every object has (`constructor`) is not a value. */
export function valueIn(known: Known, name: string): Value | undefined {
  const given: unknown = known[name];
  return typeof given === "function" ? undefined : (given as Value | undefined);
}

export type Test = (known: Known) => Truth;

type Holds = (given: Value) => boolean;

/** The limits of comparisons, by what a comparison may hold: parameters are looked up once, when compiling. */
function limitOf({ value }: Comparison, params: readonly Param[]): Scalar | readonly Scalar[] {
  if (typeof value !== "object") return value;
  if ("fact" in value) return [];
  if (!("param" in value)) return value;
  const param = params.find(({ name }) => name === value.param);
  if (param === undefined) throw new Error(`parameter \`${value.param}\` is not declared`);
  return param.value;
}

/** Every constant a comparison is made with; none where that is another fact. Throws for a parameter that is not declared. */
export function limitsOf(comparison: Comparison, params: readonly Param[]): readonly Scalar[] {
  return [limitOf(comparison, params)].flat();
}

function equals(limit: Scalar | readonly Scalar[]): Holds {
  if (typeof limit === "object") throw new Error("`equal` and `notEqual` compare with one value");
  return (given) => given === limit;
}

function negated(holds: Holds): Holds {
  return (given) => !holds(given);
}

function among(limit: Scalar | readonly Scalar[]): Holds {
  if (!Array.isArray(limit)) throw new Error("`in` and `notIn` compare with a list");
  const listed = new Set<Value>(limit);
  return (given) => listed.has(given);
}

function contains(limit: Scalar | readonly Scalar[]): Holds {
  if (typeof limit !== "string") throw new Error("`contains` and `doesNotContain` ask for one member");
  return (given) => typeof given === "object" && given.some((member) => member === limit);
}

function matches(limit: Scalar | readonly Scalar[]): Holds {
  if (typeof limit !== "string") throw new Error("`matches` compares with a pattern");
  const test = patternTest(limit);
  return (given) => typeof given === "string" && test(given);
}

function orders(limit: Scalar | readonly Scalar[], holds: (given: number, limit: number) => boolean): Holds {
  if (typeof limit !== "number") throw new Error("an order compares with a number");
  return (given) => typeof given === "number" && holds(given, limit);
}

/** Throws for what no loaded policy holds: an unknown operator, a list where one value belongs and the reverse. */
function holdsOf(comparison: Comparison, params: readonly Param[]): Holds {
  const { operator } = comparison;
  const limit = limitOf(comparison, params);
  switch (operator) {
    case "equal":
      return equals(limit);
    case "notEqual":
      return negated(equals(limit));
    case "in":
      return among(limit);
    case "notIn":
      return negated(among(limit));
    case "lessThan":
      return orders(limit, (given, bound) => given < bound);
    case "lessThanInclusive":
      return orders(limit, (given, bound) => given <= bound);
    case "greaterThan":
      return orders(limit, (given, bound) => given > bound);
    case "greaterThanInclusive":
      return orders(limit, (given, bound) => given >= bound);
    case "contains":
      return contains(limit);
    case "doesNotContain":
      return negated(contains(limit));
    case "matches":
      return matches(limit);
    default:
      return assertNever(operator);
  }
}

/** How two facts of one unit are compared. Throws for what only a constant can be compared by. */
function betweenOf({ operator }: Comparison): (given: Value, other: Value) => boolean {
  switch (operator) {
    case "equal":
      return (given, other) => given === other;
    case "notEqual":
      return (given, other) => given !== other;
    case "lessThan":
      return (given, other) => given < other;
    case "lessThanInclusive":
      return (given, other) => given <= other;
    case "greaterThan":
      return (given, other) => given > other;
    case "greaterThanInclusive":
      return (given, other) => given >= other;
    default:
      throw new Error(`\`${operator}\` does not compare two facts`);
  }
}

/** Whether a comparison is made with a parameter whose value nobody can say. */
export function isUnsettled({ value }: Comparison, params: readonly Param[]): boolean {
  if (typeof value !== "object" || !("param" in value)) return false;
  return params.some(({ name, unsettled }) => name === value.param && unsettled === true);
}

function betweenTest(
  fact: string,
  { fact: beside, plus = 0 }: OtherFact,
  holds: (given: Value, other: Value) => boolean,
): Test {
  return (known) => {
    const [given, other] = [valueIn(known, fact), valueIn(known, beside)];
    if (given === undefined || other === undefined) return "unknown";
    return holds(given, typeof other === "number" ? other + plus : other);
  };
}

function comparisonTest(comparison: Comparison, params: readonly Param[]): Test {
  const { fact, value } = comparison;
  if (typeof value === "object" && "fact" in value) return betweenTest(fact, value, betweenOf(comparison));
  const holds = holdsOf(comparison, params);
  if (isUnsettled(comparison, params)) return () => "unknown";
  return (known) => {
    const given = valueIn(known, fact);
    return given === undefined ? "unknown" : holds(given);
  };
}

/** `decides` is the answer that one test alone can settle: false for all of them, true for any. */
function groupTest(tests: readonly Test[], decides: boolean): Test {
  if (tests.length === 0) throw new Error("a group holds no condition");
  return (known) => {
    let answer: Truth = !decides;
    for (const test of tests) {
      const truth = test(known);
      if (truth === decides) return decides;
      if (truth === "unknown") answer = truth;
    }
    return answer;
  };
}

/** Holds when all do. */
export function allOf(tests: readonly Test[]): Test {
  return groupTest(tests, false);
}

/**
 * Compiles a condition into one closure over Kleene's three values: a definite answer stands whatever the facts that
 * are not known turn out to be. Throws for a condition that no loaded policy holds.
 */
export function testOf(condition: Condition, params: readonly Param[]): Test {
  if ("all" in condition) return allOf(condition.all.map((inner) => testOf(inner, params)));
  if ("any" in condition) {
    const tests = condition.any.map((inner) => testOf(inner, params));
    return groupTest(tests, true);
  }
  if (!("not" in condition)) return comparisonTest(condition, params);
  const inner = testOf(condition.not, params);
  return (known) => {
    const truth = inner(known);
    return truth === "unknown" ? truth : !truth;
  };
}
