import { stricter } from "../../../domain/decision.ts";
import type { Verdict } from "../../../domain/decision.ts";
import { parseDate } from "../../../domain/day.ts";
import { writeInstant } from "../../../domain/instant.ts";
import { dayAt } from "../../../guardrails/cell.ts";
import { readsOf, routeOf } from "../../../guardrails/policy.ts";
import type { Comparison, Condition, Policy, PolicyRule } from "../../../guardrails/policy.ts";
import { comparisonHolds } from "../../../guardrails/reading.ts";
import { isOverList } from "../../../guardrails/derived.ts";
import type { Operand, OverList } from "../../../guardrails/derived.ts";
import type { Entry, Value } from "../../../guardrails/fact-types.ts";
import type { Known } from "../../../guardrails/ternary.ts";
import type { Request } from "./small-world.ts";

export type Truth = boolean | "unknown";

/** A policy's parameters by name for one request; undefined where a fact that overrides go by was left out. */
export type Params = { readonly [name: string]: number | undefined };

/** Written anew from the language's description: the most specific override in effect whose scope holds sets a parameter. */
export function paramsOf(policy: Policy, { known, at }: Request): Params {
  const day = at === null ? null : dayAt(at, policy.timezone);
  const effective = policy.overrides
    .filter(({ from, until }) => day !== null && from <= day && day < until)
    .toSorted((a, b) => Object.keys(b.for).length - Object.keys(a.for).length);
  const valueOf = (name: string, own: number): number | undefined => {
    for (const { for: scope, set } of effective.filter((one) => one.set[name] !== undefined)) {
      const parts = Object.entries(scope).map(([fact, values]): Truth => {
        const given = factOf(fact, policy, {}, known);
        return given === undefined ? "unknown" : values.some((value) => value === given);
      });
      if (parts.includes(false)) continue;
      return parts.includes("unknown") ? undefined : set[name];
    }
    return own;
  };
  return Object.fromEntries(policy.params.map(({ name, value }) => [name, valueOf(name, value)]));
}

/** A condition read by hand over three values. `at` gives a comparison another value than the written one. */
export function truthOf(condition: Condition, policy: Policy, params: Params, known: Known, at?: Moved): Truth {
  const inner = (one: Condition) => truthOf(one, policy, params, known, at);
  if ("all" in condition || "any" in condition) {
    const parts = ("all" in condition ? condition.all : condition.any).map(inner);
    const decides = "any" in condition;
    return parts.includes(decides) ? decides : parts.includes("unknown") ? "unknown" : !decides;
  }
  if ("not" in condition) {
    const truth = inner(condition.not);
    return truth === "unknown" ? truth : !truth;
  }
  return comparisonTruth(condition, policy, params, known, at);
}

/** A fact, or what the policy makes of some: worked out from the language's description, from the inside to the outside. */
function factOf(name: string, policy: Policy, params: Params, known: Known): Value | undefined {
  const derive = policy.derived?.find((type) => type.name === name)?.derive;
  if (derive === undefined) return known[name];
  const read = (operand: Operand) => {
    if (typeof operand === "number") return operand;
    return "param" in operand ? params[operand.param] : factOf(operand.fact, policy, params, known);
  };
  if (derive.kind === "table") {
    const given = derive.by.map((fact) => read({ fact }));
    if (given.includes(undefined)) return undefined;
    const row = derive.rows.find(({ when }) =>
      when.every((cell, at) => {
        const value = given[at]!;
        if (cell === null) return true;
        return "in" in cell
          ? cell.in.some((one) => one === value)
          : cell.min <= Number(value) && Number(value) <= cell.max;
      }),
    );
    return row!.value;
  }
  if (derive.kind === "day") {
    const instant = read(derive.of);
    return instant === undefined ? undefined : parseDate(dayAt(writeInstant(Number(instant)), derive.zone));
  }
  if (isOverList(derive)) return ofListIn(derive, policy, params, known);
  const operands: readonly Operand[] =
    derive.kind === "multiply"
      ? [derive.of, derive.by]
      : derive.kind === "share"
        ? [derive.of, derive.share]
        : derive.of;
  const values = operands.map(read);
  if (values.includes(undefined)) return undefined;
  const [first = 0, ...others] = values.map(Number);
  switch (derive.kind) {
    case "add":
      return others.reduce((sum, one) => sum + one, first);
    case "subtract":
      return others.reduce((rest, one) => rest - one, first);
    case "min":
      return Math.min(first, ...others);
    case "max":
      return Math.max(first, ...others);
    case "multiply":
      return first * others[0]! + 0;
    case "share": {
      const exact = (first * others[0]!) / 1_000_000;
      return (derive.round === "up" ? Math.ceil(exact) : Math.floor(exact)) + 0;
    }
  }
}

/** What is made of a list, record by record; nothing where a parameter that its condition asks for is not known. */
function ofListIn(derive: OverList, policy: Policy, params: Params, known: Known): Value | undefined {
  const given = known[derive.list];
  if (given === undefined) return undefined;
  const named = derive.where === undefined ? [] : readsOf(derive.where).params;
  if (named.some((name) => params[name] === undefined)) return undefined;
  const plain = { ...policy, derived: [] };
  const told = (given as readonly Entry[]).map((entry) => ({
    entry,
    isHeld: derive.where === undefined || truthOf(derive.where, plain, params, entry) === true,
  }));
  switch (derive.kind) {
    case "count":
      return told.filter(({ isHeld }) => isHeld).length;
    case "sum":
      return told.reduce((sum, { entry, isHeld }) => (isHeld ? sum + Number(entry[derive.of]) : sum), 0);
    case "any":
      return told.some(({ isHeld }) => isHeld);
    case "all":
      return told.every(({ isHeld }) => isHeld);
  }
}

/** Some comparisons at another value. */
export type Moved = { readonly parts: ReadonlySet<Comparison>; readonly to: number };

function comparisonTruth(one: Comparison, policy: Policy, params: Params, known: Known, at?: Moved): Truth {
  const { value: written } = one;
  const isMoved = at?.parts.has(one) === true;
  const param = typeof written === "object" && "param" in written ? params[written.param] : written;
  if (param === undefined) return "unknown";
  const given = factOf(one.fact, policy, params, known);
  if (given === undefined) return "unknown";
  if (typeof param === "object" && "fact" in param) {
    const other = factOf(param.fact, policy, params, known);
    if (other === undefined || typeof other === "object") return "unknown";
    const later = typeof other === "number" ? other + (param.plus ?? 0) : other;
    return comparisonHolds(policy, { ...one, value: later }, given);
  }
  return comparisonHolds(policy, { ...one, value: isMoved ? at.to : param }, given);
}

/** What a request comes to, and what each active rule says of it. */
export type Said = {
  readonly verdict: Verdict;
  /** Route and quorum of an escalation; empty otherwise. */
  readonly asked: string;
  readonly truths: readonly { readonly rule: PolicyRule; readonly truth: Truth }[];
};

export function activeOf({ rules }: Policy): readonly PolicyRule[] {
  return rules.filter(({ state }) => state === undefined);
}

/** The decision, from rules read one by one: strictest wins, an open rule that asks or blocks asks, no rule is the default. */
export function sayOf(policy: Policy, request: Request, rules = activeOf(policy), at?: Moved): Said {
  const params = paramsOf(policy, request);
  const truths = rules.map((rule) => ({ rule, truth: truthOf(rule.when, policy, params, request.known, at) }));
  return { ...verdictOf(policy, truths), truths };
}

function verdictOf(policy: Policy, truths: Said["truths"]): Omit<Said, "truths"> {
  const matching = truths.flatMap(({ rule, truth }) => (truth === true ? [rule] : []));
  const isOpen = truths.some(({ rule, truth }) => truth === "unknown" && rule.effect !== "execute");
  const effects: readonly Verdict[] = matching.map(({ effect }) => effect);
  const none = effects.length === 0 && !isOpen;
  const verdict = none ? policy.default : effects.reduce(stricter, isOpen ? "escalate" : "execute");
  if (verdict !== "escalate") return { verdict, asked: "" };
  const routes = matching.flatMap((rule) => (rule.effect === "escalate" ? [rule.route] : []));
  const { id, quorum } = routeOf(policy, isOpen ? [...routes, policy.defaultRoute.id] : routes);
  return { verdict, asked: `${id} ${quorum}` };
}

export function keyOf({ verdict, asked }: Omit<Said, "truths">): string {
  return `${verdict} ${asked}`;
}
