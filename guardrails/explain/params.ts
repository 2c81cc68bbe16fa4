import { dayAt } from "../cell.ts";
import { showValue } from "../fact-types.ts";
import type { Override, Param, Policy } from "../policy.ts";
import { factText } from "../sentences.ts";
import { valueIn } from "../ternary.ts";
import type { Known } from "../ternary.ts";

/** An override of a parameter that did not set it, and why: the first reason that there is. */
export type PassedOver = { readonly override: string; readonly why: string };

/** Where a parameter's value came from: `base`, or the override that set it. */
export type ParamOrigin = {
  readonly name: string;
  /** As people read it; null when it hangs on facts that are not known. */
  readonly shown: string | null;
  readonly source: string;
  readonly passedOver: readonly PassedOver[];
};

function whyNot(policy: Policy, override: Override, known: Known, day: string, winner: string): string {
  if (day < override.from) return `starts ${override.from}`;
  if (day >= override.until) return `ended ${override.until}`;
  const scope = Object.entries(override.for);
  for (const [fact, values] of scope) {
    const given = valueIn(known, fact);
    const isOther = given !== undefined && (typeof given === "object" || !values.includes(given));
    if (isOther) return `${fact} ${factText(policy, fact, given)}`;
  }
  const open = scope.find(([fact]) => valueIn(known, fact) === undefined);
  return open === undefined ? `${winner} is more specific` : `${open[0]} is not known`;
}

/** A parameter as it stood in the cell, with every override that names it and did not set it. */
export function originOf(policy: Policy, param: Param, known: Known, at: string): ParamOrigin {
  const day = dayAt(at, policy.timezone);
  const source = param.override ?? "base";
  const others = policy.overrides.filter(({ id, set }) => Object.hasOwn(set, param.name) && id !== source);
  return {
    name: param.name,
    shown: param.unsettled === true ? null : showValue(param, param.value),
    source,
    passedOver: others.map((override) => ({
      override: override.id,
      why: whyNot(policy, override, known, day, source),
    })),
  };
}

/** `base; emea-h1 does not apply: tier gold`, or `override emea-h1`. */
export function originText({ source, passedOver }: ParamOrigin): string {
  const others = passedOver.map(({ override, why }) => `${override} does not apply: ${why}`);
  return [source === "base" ? source : `override ${source}`, ...others].join("; ");
}
