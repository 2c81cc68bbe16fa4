import { Temporal } from "temporal-polyfill";
import { derive } from "./derive.ts";
import type { Override, Param, Policy } from "./policy.ts";
import { valueIn } from "./ternary.ts";
import type { Known } from "./ternary.ts";

/** Whether a request is in an override's scope: undefined when that hangs on a fact that is not known. */
function inScope({ for: scope }: Override, known: Known): boolean | undefined {
  let answer: boolean | undefined = true;
  for (const [fact, values] of Object.entries(scope)) {
    const given = valueIn(known, fact);
    if (given === undefined) answer = undefined;
    else if (typeof given === "object" || !values.includes(given)) return false;
  }
  return answer;
}

/** The day it is at `at` in an IANA time zone, `YYYY-MM-DD`. `at` is ISO 8601 with an offset. Throws for a bad time. */
export function dayAt(at: string, timezone: string): string {
  return Temporal.Instant.from(at).toZonedDateTimeISO(timezone).toPlainDate().toString();
}

/** The first instant of a day (`YYYY-MM-DD`) in an IANA time zone, ISO 8601. */
export function startOfDay(day: string, timezone: string): string {
  return Temporal.PlainDate.from(day).toZonedDateTime(timezone).toInstant().toString();
}

/** The overrides in effect on a day, the most specific scope first. ISO days compare as text. */
function effectiveOn(policy: Policy, day: string): readonly Override[] {
  return policy.overrides
    .filter(({ from, until }) => from <= day && day < until)
    .toSorted((a, b) => Object.keys(b.for).length - Object.keys(a.for).length);
}

function paramIn(param: Param, overrides: readonly Override[], known: Known): Param {
  for (const override of overrides) {
    const value = Object.hasOwn(override.set, param.name) ? override.set[param.name] : undefined;
    if (value === undefined) continue;
    const applies = inScope(override, known);
    if (applies === undefined) return { ...param, unsettled: true };
    if (applies) return { ...param, value, override: override.id };
  }
  return param;
}

function cellKey(params: readonly Param[]): string {
  return params.map(({ override, unsettled }) => (unsettled ? "?" : (override ?? ""))).join(" ");
}

const cells = new WeakMap<Policy, Map<string, Policy>>();

/** The policy with these parameters in place of its own; the same object for the same overrides, so it compiles once. */
export function withParams(policy: Policy, params: readonly Param[]): Policy {
  const made = cells.get(policy) ?? new Map<string, Policy>();
  cells.set(policy, made);
  const key = cellKey(params);
  const cell = made.get(key) ?? Object.freeze({ ...policy, params });
  made.set(key, cell);
  return cell;
}

/**
 * The policy as it stands for one request: its parameters as the overrides in effect at `at` set them. The most
 * specific override in whose scope the request is wins; the loader refuses two that are equally specific. A parameter
 * whose override goes by a fact that is not known is `unsettled`: nothing that reads it is certain.
 */
export function cellOf(policy: Policy, known: Known, at: string): Policy {
  if (policy.overrides.length === 0) return policy;
  const overrides = effectiveOn(policy, dayAt(at, policy.timezone));
  const all = derive(policy, known);
  const params = policy.params.map((param) => paramIn(param, overrides, all));
  return params.every((param, index) => param === policy.params[index]) ? policy : withParams(policy, params);
}
