import { assertNever } from "../domain/assert-never.ts";
import { startOfDayIn } from "../domain/instant.ts";
import { stricter } from "../domain/decision.ts";
import type { Verdict } from "../domain/decision.ts";
import { derivedNamed, isOverList, operandNames } from "./derived.ts";
import type { Operand, Derivation, OverList } from "./derived.ts";
import { entriesOf } from "./fact-types.ts";
import type { Value } from "./fact-types.ts";
import { patternTest } from "../domain/pattern.ts";
import type { Comparison, Condition, Policy } from "./policy.ts";
import { valueIn } from "./ternary.ts";
import type { Known } from "./ternary.ts";

/** A fact as the policy's own words have it, worked out from what a request brings; undefined where that is not known. */
export function valueRead(policy: Policy, facts: Known, name: string): Value | undefined {
  const derived = derivedNamed(policy, name);
  return derived === undefined ? valueIn(facts, name) : derivedRead(policy, facts, derived.derive);
}

function operandRead(policy: Policy, facts: Known, operand: Operand): number | undefined {
  if (typeof operand === "number") return operand;
  const read =
    "param" in operand
      ? policy.params.find(({ name, unsettled }) => name === operand.param && unsettled !== true)?.value
      : valueRead(policy, facts, operand.fact);
  return typeof read === "number" ? read : undefined;
}

function tableRead(policy: Policy, facts: Known, { by, rows }: Extract<Derivation, { readonly kind: "table" }>) {
  const values = by.map((name) => valueRead(policy, facts, name));
  if (values.includes(undefined)) return undefined;
  return rows.find(({ when }) =>
    when.every((cell, at) => {
      const value = values[at];
      if (cell === null || value === undefined || typeof value === "object") return cell === null;
      return "in" in cell ? cell.in.includes(value) : Number(value) >= cell.min && Number(value) <= cell.max;
    }),
  )?.value;
}

/** Record by record: `holds` reads each as if it were a request of its own. */
function listRead(policy: Policy, facts: Known, derivation: OverList): Value | undefined {
  const given = valueIn(facts, derivation.list);
  const { params } = operandNames(derivation);
  const isOpen = policy.params.some(({ name, unsettled }) => unsettled === true && params.includes(name));
  if (given === undefined || isOpen) return undefined;
  const { derived: _, ...plain } = policy;
  let [records, held, sum] = [0, 0, 0n];
  for (const entry of entriesOf(given)) {
    records += 1;
    if (derivation.where !== undefined && !holds(plain, derivation.where, entry)) continue;
    held += 1;
    if (derivation.kind === "sum") sum += BigInt(Number(valueIn(entry, derivation.of)));
  }
  switch (derivation.kind) {
    case "count":
      return held;
    case "sum":
      return Number(sum);
    case "any":
      return held >= 1;
    case "all":
      return records === held;
    default:
      return assertNever(derivation);
  }
}

/** The last day that had begun in the zone. */
function dayRead(instant: number | undefined, zone: string): number | undefined {
  if (instant === undefined) return undefined;
  let day = Math.floor(instant / 86_400_000) - 2;
  while (startOfDayIn(day + 1, zone) <= instant) day += 1;
  return day;
}

function derivedRead(policy: Policy, facts: Known, derivation: Derivation): Value | undefined {
  if (isOverList(derivation)) return listRead(policy, facts, derivation);
  if (derivation.kind === "table") return tableRead(policy, facts, derivation);
  if (derivation.kind === "day") return dayRead(operandRead(policy, facts, derivation.of), derivation.zone);
  const operands =
    derivation.kind === "multiply"
      ? [derivation.of, derivation.by]
      : derivation.kind === "share"
        ? [derivation.of, derivation.share]
        : derivation.of;
  const read = operands.map((operand) => operandRead(policy, facts, operand));
  const values = read.filter((value) => value !== undefined);
  if (values.length < read.length) return undefined;
  const [first = 0, ...others] = values;
  const [second = 0] = others;
  switch (derivation.kind) {
    case "add":
      return others.reduce((sum, value) => sum + value, first);
    case "subtract":
      return others.reduce((rest, value) => rest - value, first);
    case "min":
      return others.reduce((least, value) => (value < least ? value : least), first);
    case "max":
      return others.reduce((most, value) => (value > most ? value : most), first);
    case "multiply":
      return Number(BigInt(first) * BigInt(second));
    case "share": {
      const product = BigInt(first) * BigInt(second);
      const near = product / 1_000_000n;
      if (derivation.round === "up") return Number(near * 1_000_000n < product ? near + 1n : near);
      return Number(near * 1_000_000n > product ? near - 1n : near);
    }
    default:
      return assertNever(derivation);
  }
}

/** Whether one comparison with a constant or a parameter holds of a value. */
export function comparisonHolds(policy: Policy, { operator, value: written }: Comparison, given: Value): boolean {
  const isParam = typeof written === "object" && "param" in written;
  const value = isParam ? policy.params.find(({ name }) => name === written.param)?.value : written;
  if (value === undefined || (typeof value === "object" && "fact" in value)) return false;
  const among = typeof given !== "object" && (Array.isArray(value) ? value.includes(given) : value === given);
  const limit = typeof value === "number" ? value : Number.NaN;
  switch (operator) {
    case "equal":
    case "in":
      return among;
    case "notEqual":
    case "notIn":
      return !among;
    case "contains":
      return Array.isArray(given) && given.includes(value);
    case "doesNotContain":
      return !(Array.isArray(given) && given.includes(value));
    case "matches":
      return typeof given === "string" && patternTest(String(value))(given);
    case "lessThan":
      return Number(given) < limit;
    case "lessThanInclusive":
      return Number(given) <= limit;
    case "greaterThan":
      return Number(given) > limit;
    case "greaterThanInclusive":
      return Number(given) >= limit;
    default:
      return assertNever(operator);
  }
}

/** Whether a condition holds; every fact it reads must be there, else it does not. */
export function holds(policy: Policy, condition: Condition, facts: Known): boolean {
  if ("all" in condition) return condition.all.every((inner) => holds(policy, inner, facts));
  if ("any" in condition) return condition.any.some((inner) => holds(policy, inner, facts));
  if ("not" in condition) return !holds(policy, condition.not, facts);
  const given = valueRead(policy, facts, condition.fact);
  if (given === undefined) return false;
  const { value: written } = condition;
  if (typeof written !== "object" || !("fact" in written)) return comparisonHolds(policy, condition, given);
  const other = valueRead(policy, facts, written.fact);
  if (other === undefined || typeof other === "object") return false;
  const value = typeof other === "number" ? other + (written.plus ?? 0) : other;
  return comparisonHolds(policy, { ...condition, value }, given);
}

/**
 * What the active rules say of a request whose facts are all known, read one by one without an engine: what tests hold the
 * live evaluation against. Never used for a decision.
 */
export function readRules(
  policy: Policy,
  facts: Known,
): { readonly decision: Verdict; readonly rules: readonly string[] } {
  const matching = policy.rules.filter(({ state, when }) => state === undefined && holds(policy, when, facts));
  const effects = matching.map(({ effect }): Verdict => effect);
  return {
    decision: effects.length === 0 ? policy.default : effects.reduce(stricter),
    rules: matching.map(({ id }) => id).toSorted(),
  };
}
