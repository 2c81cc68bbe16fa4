import { startOfDayIn } from "../../domain/instant.ts";
import { beneath, derivedNamed, typeNamed } from "../derived.ts";
import type { Derivation, TableCell } from "../derived.ts";
import type { FactType, Scalar } from "../fact-types.ts";
import type { Comparison, Condition, OtherFact, Policy } from "../policy.ts";
import { comparisonHolds } from "../reading.ts";
import { valueIn } from "../ternary.ts";
import type { Known } from "../ternary.ts";
import { ceilOf, formType } from "./form-range.ts";
import { Unlaid } from "./unlaid.ts";
import { constantOf, factsIn, innerTerms, less, linearKey, linearOf, replaced, scaled } from "./linear.ts";
import type { Linear, Term } from "./linear.ts";
import { listsTold, renamedComparison } from "./lists.ts";
import { runsAtLeast } from "./one-fact.ts";

/** A number that no single fact of a request is: a form over several, as if it were a fact of its own. */
export type Atom = { readonly type: FactType & { readonly min: number; readonly max: number }; readonly form: Linear };

/** A comparison of what is derived, told over facts of the request and atoms alone. */
export type Grounded = {
  readonly condition: Condition;
  /** The request's facts without which it is not known. */
  readonly needs: readonly string[];
};

const holds: Condition = { all: [] };
const fails: Condition = { any: [] };

const isHeld = (condition: Condition) => "all" in condition && condition.all.length === 0;
const isFailed = (condition: Condition) => "any" in condition && condition.any.length === 0;

function every(conditions: readonly Condition[]): Condition {
  const kept = conditions.filter((one) => !isHeld(one));
  const [first] = kept;
  if (kept.some(isFailed)) return fails;
  return kept.length === 1 && first !== undefined ? first : { all: kept };
}

function some(conditions: readonly Condition[]): Condition {
  const kept = conditions.filter((one) => !isFailed(one));
  const [first] = kept;
  if (kept.some(isHeld)) return holds;
  return kept.length === 1 && first !== undefined ? first : { any: kept };
}

function opposite(condition: Condition): Condition {
  if (isHeld(condition)) return fails;
  return isFailed(condition) ? holds : { not: condition };
}

const MILLION = 1_000_000n;

/** How many ways of tables and choices one comparison may be taken apart in. */
const MAX_WAYS = 20_000;

type Grounding = {
  readonly cell: Policy;
  readonly fixed: Known;
  readonly atoms: Map<string, Atom>;
  ways: number;
};

function spend(grounding: Grounding): void {
  grounding.ways += 1;
  if (grounding.ways > MAX_WAYS) throw new Unlaid("what is derived of several tables comes out in too many ways");
}

function cellCondition(grounding: Grounding, fact: string, cell: TableCell): Condition {
  if (cell === null) return holds;
  if ("in" in cell) return ground(grounding, { fact, operator: "in", value: cell.in });
  const form = linearOf(grounding.cell, { fact }, grounding.fixed);
  const beyond = atLeast(grounding, form, BigInt(cell.max) + 1n);
  return every([atLeast(grounding, form, BigInt(cell.min)), opposite(beyond)]);
}

type Table = Extract<Derivation, { readonly kind: "table" }>;

/** That the request's row gives a value of this kind. */
function tableWhere(grounding: Grounding, { by, rows }: Table, isIn: (value: Scalar) => boolean): Condition {
  return some(
    rows
      .filter(({ value }) => isIn(value))
      .map(({ when }) => {
        spend(grounding);
        return every(when.map((cell, at) => cellCondition(grounding, by[at] ?? "", cell)));
      }),
  );
}

/** A form over tables, shares and choices between numbers, taken apart by what they come to. */
function split(grounding: Grounding, form: Linear, least: bigint): Condition | undefined {
  const inner = innerTerms(form);
  const found =
    inner.find(({ term }) => term.kind === "table") ??
    inner.find(({ term }) => term.kind === "min" || term.kind === "max");
  if (found === undefined) return undefined;
  const { key, term } = found;
  const where = (by: Linear) => atLeast(grounding, replaced(form, key, by), least);
  if (term.kind === "table") {
    const values = [...new Set(term.derive.rows.map(({ value }) => Number(value)))];
    return some(
      values.map((value) => {
        spend(grounding);
        const rest = where(constantOf(BigInt(value)));
        return isFailed(rest) ? fails : every([tableWhere(grounding, term.derive, (one) => one === value), rest]);
      }),
    );
  }
  if (term.kind !== "min" && term.kind !== "max") return undefined;
  const isAbove = (a: Linear, b: Linear) => atLeast(grounding, less(a, b), 0n);
  return some(
    term.of.map((one) => {
      spend(grounding);
      const others = term.of.filter((other) => other !== one);
      const chosen = others.map((other) => (term.kind === "min" ? isAbove(other, one) : isAbove(one, other)));
      return every([...chosen, where(one)]);
    }),
  );
}

/** A choice between numbers that stands outside of shares: each must reach the least, or one of them. */
function choices(grounding: Grounding, form: Linear, least: bigint): Condition | undefined {
  const outer = form.terms.find(({ term }) => term.kind === "min" || term.kind === "max");
  if (outer === undefined) return undefined;
  const { by, term, key } = outer;
  if (term.kind !== "min" && term.kind !== "max") return undefined;
  const parts = term.of.map((one) => {
    spend(grounding);
    return atLeast(grounding, replaced(form, key, one), least);
  });
  return (term.kind === "min") === by > 0n ? every(parts) : some(parts);
}

/** A share with one constant side turns where a multiple of the other side does. */
function shareAtLeast(
  grounding: Grounding,
  { of, share, round }: Extract<Term, { readonly kind: "share" }>,
  least: bigint,
): Condition | undefined {
  const product =
    share.terms.length === 0
      ? scaled(of, share.constant)
      : of.terms.length === 0
        ? scaled(share, of.constant)
        : undefined;
  if (product === undefined) return undefined;
  return atLeast(grounding, product, round === "up" ? (least - 1n) * MILLION + 1n : least * MILLION);
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b);
}

/** A form over one fact, told over that fact; undefined where it is over several, or rounds in too many places. */
function oneFact({ cell }: Grounding, form: Linear, least: bigint): Condition | undefined {
  const [name = "", ...others] = factsIn(form);
  const type = typeNamed(cell, name);
  if (others.length > 0 || type === undefined || !("min" in type)) return undefined;
  const runs = runsAtLeast(form, { min: BigInt(type.min), max: BigInt(type.max) }, least);
  return (
    runs && some(runs.map(({ min, max }) => every([compareWith(type, min), opposite(compareWith(type, max + 1n))])))
  );
}

function atomAtLeast(grounding: Grounding, form: Linear, least: bigint): Condition {
  const { cell, atoms } = grounding;
  const [first, ...others] = form.terms;
  if (first?.term.kind === "fact" && others.length === 0) {
    const type = typeNamed(cell, first.term.name);
    return type !== undefined && "min" in type ? compareWith(type, least) : fails;
  }
  const alone = oneFact(grounding, form, least);
  if (alone !== undefined) return alone;
  const name = linearKey(form);
  const atom = atoms.get(name) ?? { type: { ...formType(cell, form), name, title: name, adjustable: false }, form };
  atoms.set(name, atom);
  return compareWith(atom.type, least);
}

function compareWith({ name, min, max }: Atom["type"], least: bigint): Condition {
  if (least <= BigInt(min)) return holds;
  if (least > BigInt(max)) return fails;
  return { fact: name, operator: "greaterThanInclusive", value: Number(least) };
}

/** That a form comes to at least so much, over facts of the request and atoms. */
function atLeast(grounding: Grounding, form: Linear, least: bigint): Condition {
  const { terms, constant } = form;
  const [first] = terms;
  if (first === undefined) return constant >= least ? holds : fails;
  const taken = choices(grounding, form, least) ?? split(grounding, form, least);
  if (taken !== undefined) return taken;
  const divisor = terms.reduce((found, { by }) => gcd(found, by), 0n);
  const sign = first.by < 0n ? -1n : 1n;
  const unit: Linear = { terms: terms.map((one) => ({ ...one, by: (one.by / divisor) * sign })), constant: 0n };
  const needed = ceilOf(least - constant, divisor);
  const reach = (by: bigint): Condition => {
    const [only, ...others] = unit.terms;
    const term = others.length === 0 ? only?.term : undefined;
    // A day has come when its first instant has.
    if (term?.kind === "day") return atLeast(grounding, term.of, BigInt(startOfDayIn(Number(by), term.zone)));
    const share = term?.kind === "share" ? shareAtLeast(grounding, term, by) : undefined;
    return share ?? atomAtLeast(grounding, unit, by);
  };
  return sign > 0n ? reach(needed) : opposite(reach(-needed + 1n));
}

function ordered(grounding: Grounding, form: Linear, operator: Comparison["operator"], limits: readonly Scalar[]) {
  const numbers = limits.map((limit) => BigInt(Number(limit)));
  const reach = (least: bigint) => atLeast(grounding, form, least);
  const [limit = 0n] = numbers;
  const isOne = () => some(numbers.map((one) => every([reach(one), opposite(reach(one + 1n))])));
  switch (operator) {
    case "lessThan":
      return opposite(reach(limit));
    case "lessThanInclusive":
      return opposite(reach(limit + 1n));
    case "greaterThan":
      return reach(limit + 1n);
    case "greaterThanInclusive":
      return reach(limit);
    case "equal":
    case "in":
      return isOne();
    default:
      return opposite(isOne());
  }
}

function between(
  grounding: Grounding,
  { fact, operator }: Comparison,
  { fact: other, plus = 0 }: OtherFact,
): Condition {
  const { cell, fixed } = grounding;
  const [a, b] = [typeNamed(cell, fact), typeNamed(cell, other)];
  if (a === undefined || b === undefined) return fails;
  if ("min" in a && "min" in b) {
    const difference = less(linearOf(cell, { fact }, fixed), linearOf(cell, { fact: other }, fixed));
    return ordered(grounding, difference, operator, [plus]);
  }
  const values: readonly Scalar[] = a.kind === "choice" ? a.values : [true, false];
  const known: readonly Scalar[] = b.kind === "choice" ? b.values : [true, false];
  const alike = values
    .filter((one) => known.includes(one))
    .map((one) => every([fact, other].map((name) => ground(grounding, { fact: name, operator: "equal", value: one }))));
  return operator === "equal" ? some(alike) : opposite(some(alike));
}

/** The constants of a comparison under the cell's parameters. */
function constantsOf({ params }: Policy, { value }: Comparison): readonly Scalar[] {
  if (typeof value !== "object") return [value];
  if ("fact" in value) return [];
  return "param" in value ? params.filter(({ name }) => name === value.param).map((param) => param.value) : value;
}

function ground(grounding: Grounding, comparison: Comparison): Condition {
  const { cell, fixed } = grounding;
  const { fact, operator, value } = comparison;
  if (typeof value === "object" && "fact" in value) return between(grounding, comparison, value);
  const derived = derivedNamed(cell, fact);
  if (derived === undefined) {
    const given = valueIn(fixed, fact);
    if (given === undefined) return comparison;
    return comparisonHolds(cell, comparison, given) ? holds : fails;
  }
  const limits = constantsOf(cell, comparison);
  if ("min" in derived) return ordered(grounding, linearOf(cell, { fact }, fixed), operator, limits);
  if (derived.derive.kind !== "table") return fails;
  const isNegative = operator === "notEqual" || operator === "notIn";
  return tableWhere(grounding, derived.derive, (one) => limits.includes(one) !== isNegative);
}

/** Whether a comparison is about something that the cell derives, or about two facts. */
export function isMade(cell: Policy, { fact, value }: Comparison): boolean {
  return (typeof value === "object" && "fact" in value) || derivedNamed(cell, fact) !== undefined;
}

/** What a comparison of derived facts may be made with: their kind is that of its constants. */
function isFit(cell: Policy, comparison: Comparison): boolean {
  const names = typeof comparison.value === "object" && "fact" in comparison.value ? [comparison.value.fact] : [];
  const types = [comparison.fact, ...names].map((name) => typeNamed(cell, name));
  if (types.some((type) => type === undefined)) return false;
  const wanted = types[0] !== undefined && "min" in types[0] ? "number" : "";
  return wanted === "" || constantsOf(cell, comparison).every((limit) => typeof limit === wanted);
}

/**
 * A comparison as the cell's parameters have it, over facts of the request and over atoms, which are put to `atoms`: exact,
 * whatever the atoms come to. `fixed` facts stand as they are. Undefined where nobody can say, since an override's scope is
 * not known, and where the cell has no such facts.
 */
export function groundOf(
  cell: Policy,
  comparison: Comparison,
  atoms: Map<string, Atom>,
  fixed: Known = {},
): Grounded | undefined {
  if (!isFit(cell, comparison)) return undefined;
  const { fact, value } = comparison;
  const names = typeof value === "object" && "fact" in value ? [fact, value.fact] : [fact];
  const { facts, params } = beneath(cell, names);
  const used = typeof value === "object" && "param" in value ? [...params, value.param] : params;
  if (cell.params.some(({ name, unsettled }) => unsettled === true && used.includes(name))) return undefined;
  const told = listsTold(cell);
  const [read, one, known] =
    told === undefined
      ? [cell, comparison, fixed]
      : [told.cell, renamedComparison(told, comparison), told.knownOf(fixed)];
  return { condition: ground({ cell: read, fixed: known, atoms, ways: 0 }, one), needs: facts };
}
