import type { Mode } from "../domain/decision-details.ts";
import type { Route, Verdict } from "../domain/decision.ts";
import type { BrandRules } from "../domain/brand/rules.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Currency } from "../domain/money.ts";
import type { DerivedFact } from "./derived.ts";
import type { FactType, Scalar } from "./fact-types.ts";
import type { Amount } from "./literals.ts";
import type { RollingWindow } from "./rolling-window.ts";

export const equalityOperators = ["equal", "notEqual", "in", "notIn"] as const;
export const orderOperators = ["lessThan", "lessThanInclusive", "greaterThan", "greaterThanInclusive"] as const;
export const setOperators = ["contains", "doesNotContain"] as const;
/** The value is a regular expression in RE2's language: matched in linear time, anywhere in the text. */
export const patternOperators = ["matches"] as const;
export type Operator =
  | (typeof equalityOperators)[number]
  | (typeof orderOperators)[number]
  | (typeof setOperators)[number]
  | (typeof patternOperators)[number];

/**
 * Another fact in the place of a constant. `plus`: so much later than it, or where it is negative earlier: days of a date,
 * milliseconds of a date-time.
 */
export type OtherFact = { readonly fact: string; readonly plus?: number };

/** One comparison of one fact with a constant, a list of constants, a parameter or another fact of its unit. */
export type Comparison = {
  readonly fact: string;
  readonly operator: Operator;
  readonly value: Scalar | readonly Scalar[] | { readonly param: string } | OtherFact;
};

/** json-rules-engine's condition language, without its open ends. Amounts are parsed: integers in ppm or minor units. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | Comparison;

/** A number that rules share by name. `allowed` and `protected` bound what an override may ever set it to. */
export type Param = Amount & {
  readonly name: string;
  readonly allowed: { readonly min: number; readonly max: number } | null;
  readonly protected: boolean;
  /** The override that set `value`, in a cell (see `cell.ts`); absent in a policy as written. */
  readonly override?: string;
  /** In a cell: a fact that overrides go by is not known, so nobody can say what the value is. */
  readonly unsettled?: true;
};

/** Another value of some parameters for requests in a scope, between two days. Sets parameters and nothing else. */
export type Override = {
  readonly id: string;
  /** Applies when each named fact is one of the listed values. The most specific scope (most facts) wins. */
  readonly for: { readonly [fact: string]: readonly Scalar[] };
  /** ISO dates in the policy's time zone: from the start of `from` up to, not including, the start of `until`. */
  readonly from: string;
  readonly until: string;
  readonly set: { readonly [param: string]: number };
  readonly reason: string;
};

type RuleOutcome = { readonly effect: "escalate"; readonly route: string } | { readonly effect: "execute" | "block" };

export type PolicyRule = {
  readonly id: string;
  readonly when: Condition;
  /** A sentence with `{name}` for each fact or parameter it cites; it may cite only what `when` reads. */
  readonly reason: string;
  /** A candidate is evaluated and recorded beside the others, and changes no decision. Absent: the rule is active. */
  readonly state?: "candidate";
  /** Why, as the partner may read it: a sentence without figures, which are our limits, and without names. */
  readonly letter?: string;
  /** What the partner could do so that it passes; a sentence of the same kind. */
  readonly mend?: string;
  /** What is owed when this rule is among those that decide; names of `domain/obligations.ts`. */
  readonly obligations?: readonly string[];
} & RuleOutcome;

export const windows = [
  "calendar-day",
  "calendar-week",
  "calendar-month",
  "calendar-quarter",
  "calendar-year",
  "ever",
] as const;
export type CalendarWindow = (typeof windows)[number];
export type Window = CalendarWindow | RollingWindow;

/** An amount in the unit of what is summed, a parameter that holds one, or whatever a fund was given in a currency. */
export type Cap = number | { readonly param: string } | { readonly deposited: Currency };

/** Where a limit that several policies name is declared, and what it is called there. */
export type SharedBy = {
  /** SHA-256 (hex) of the shared limit's document, as `sharedDocument` gives it. */
  readonly version: string;
  /** IANA name; its windows are counted in it, whatever the policy's own zone. */
  readonly timezone: string;
  /** What `sum` and `per` are called there: in `per` the names stand in the same order. */
  readonly sum: string | null;
  readonly per: readonly string[];
};

/** A cap on what requests may come to together, counted in the ledger over a window of the calendar or a rolling one. */
export type Limit = {
  readonly id: string;
  /** The fact that is summed, in its own unit; null counts requests. */
  readonly sum: string | null;
  /** The facts whose values together make one account: `["partner"]` is a cap per partner. */
  readonly per: readonly string[];
  readonly window: Window;
  readonly cap: Cap;
  /** Share of the cap, in ppm, from which a decision that is within it carries a warning. */
  readonly warnAtPpm: number | null;
  readonly over: Exclude<Verdict, "execute">;
  /** Who answers when `over` is `escalate`. */
  readonly route: string;
  /** A request whose account nobody can tell, since it leaves an optional fact of `per` out, is not counted and asks nobody. */
  readonly unknown?: "passes";
  /** One request, and none again until its window is over: `window` rolls, `cap` is 1, and requests are counted. */
  readonly cooldown?: true;
  /** The policy shares the account with others that name it. Absent: the account is the policy's own. */
  readonly shared?: SharedBy;
};

/** The parameter that a cap is taken from. */
export function capParam(cap: Cap): string | undefined {
  return typeof cap === "object" && "param" in cap ? cap.param : undefined;
}

/** What must hold of every request that the policy's types allow, whatever overrides apply. Proved by `policy prove`. */
export type Invariant = { readonly id: string; readonly when: Condition } & (
  | { readonly never: Verdict }
  | { readonly always: Verdict }
);

/** When the latest `minimum` decisions hold more than these shares, the function's mode is lowered by one. */
export type Demotion = {
  readonly blockedPpm: number;
  /** Of the escalations that people answered, the share they rejected. */
  readonly rejectedPpm: number;
  readonly minimum: number;
};

/** Where amounts in other currencies are taken from, into the one that the policy's facts and limits are in. */
export type Rates = {
  readonly currency: Currency;
  /** The list of dated rates. */
  readonly list: string;
  /** How many days old a rate may be; an older one is none. */
  readonly withinDays: number;
};

/** A loaded policy: plain JSON, deeply frozen. Everything in it has been checked against `facts`. */
export type Policy = {
  readonly id: string;
  /** The verdict when no rule matches. */
  readonly default: Exclude<Verdict, "execute">;
  /** IANA name; days of overrides and windows of limits are counted in it. */
  readonly timezone: string;
  /** The most that agents may do under this policy; the function's own mode may be lower. */
  readonly mode: Mode;
  readonly demotion: Demotion | null;
  /** The fact by whose value requests keep to one side of a canary; null: by case. */
  readonly subject: string | null;
  readonly facts: readonly FactType[];
  /** What the policy makes of them, each after those that it reads. Absent: nothing. */
  readonly derived?: readonly DerivedFact[];
  readonly params: readonly Param[];
  readonly overrides: readonly Override[];
  readonly rules: readonly PolicyRule[];
  readonly limits: readonly Limit[];
  readonly invariants: readonly Invariant[];
  /** In declared order, which runs from the least to the most senior. */
  readonly routes: readonly Route[];
  readonly defaultRoute: Route;
  /** How amounts in other currencies are read. Absent: they are not known. */
  readonly rates?: Rates;
  /** What texts are held against, where it decides about texts. */
  readonly brand?: BrandRules;
};

/** Everything a decision under the policy depends on, as plain JSON. Its canonical form's SHA-256 is the version. */
export function policyDocument(policy: Policy): JsonObject {
  return { language: 2, ...policy };
}

/** The facts and parameters a condition reads, each once, in reading order. */
export function readsOf(condition: Condition): {
  readonly facts: readonly string[];
  readonly params: readonly string[];
} {
  const facts = new Set<string>();
  const params = new Set<string>();
  for (const { fact, value } of comparisonsOf(condition)) {
    facts.add(fact);
    if (typeof value !== "object") continue;
    if ("param" in value) params.add(value.param);
    if ("fact" in value) facts.add(value.fact);
  }
  return { facts: [...facts], params: [...params] };
}

/** Every comparison in a condition, in written order. */
export function comparisonsOf(condition: Condition): readonly Comparison[] {
  if ("all" in condition) return condition.all.flatMap(comparisonsOf);
  if ("any" in condition) return condition.any.flatMap(comparisonsOf);
  return "not" in condition ? comparisonsOf(condition.not) : [condition];
}

/**
 * The route an escalation takes when several rules ask: the most senior one, that is the last in declared order, with
 * the largest quorum that any of them wants. Ids that name no route of the policy are passed over; with none left the
 * default route answers.
 */
export function routeOf(policy: Policy, routeIds: readonly string[]): Route {
  const asked = policy.routes.filter((route) => routeIds.includes(route.id));
  const senior = asked.at(-1) ?? policy.defaultRoute;
  return { ...senior, quorum: Math.max(senior.quorum, ...asked.map(({ quorum }) => quorum)) };
}
