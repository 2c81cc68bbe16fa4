import type { FactType } from "../fact-types.ts";
import { showValue } from "../fact-types.ts";
import type { CalendarWindow, Param } from "../policy.ts";

/** Requests by values of facts, each one of those listed. */
export type Scope = { readonly [fact: string]: readonly string[] };

/** One change of a policy, as words said it. Days are ISO dates; `until` is the first day after. */
export type Edit =
  | {
      readonly kind: "override";
      readonly param: Param;
      readonly value: number;
      readonly scope: Scope;
      readonly from: string;
      readonly until: string;
    }
  | { readonly kind: "param"; readonly param: Param; readonly value: number }
  | ({
      readonly kind: "rule";
      readonly fact: FactType;
      /** What is over this, in the fact's unit, is asked or blocked. */
      readonly over: number;
      readonly scope: Scope;
    } & Over)
  | ({
      readonly kind: "limit";
      /** The fact that is added up; null counts requests. */
      readonly sum: FactType | null;
      readonly cap: number;
      readonly per: readonly string[];
      readonly window: CalendarWindow;
    } & Over);

/** What becomes of what is over an amount. `route` null: the policy's default route answers. */
export type Over =
  | { readonly effect: "escalate"; readonly route: string | null }
  | { readonly effect: "block"; readonly route: null };

const scopeText = (scope: Scope): string =>
  Object.entries(scope)
    .map(([fact, values]) => `${fact} ${values.join(" or ")}`)
    .join(" and ");

function overText(over: Over): string {
  if (over.effect === "block") return "blocked";
  return over.route === null ? "asked, of the policy's default route" : `asked of ${over.route}`;
}

/** How the words were read, in one line. */
export function editText(edit: Edit): string {
  switch (edit.kind) {
    case "override": {
      const { param, value, scope, from, until } = edit;
      return `an override: ${param.name} is ${showValue(param, value)} where ${scopeText(scope)}, from ${from} up to, not including, ${until}`;
    }
    case "param":
      return `a parameter: ${edit.param.name} becomes ${showValue(edit.param, edit.value)} for everybody, with no end`;
    case "rule": {
      const where = Object.keys(edit.scope).length === 0 ? "" : ` and ${scopeText(edit.scope)}`;
      return `a rule: where ${edit.fact.name} is over ${showValue(edit.fact, edit.over)}${where}, it is ${overText(edit)}`;
    }
    case "limit": {
      const { sum, cap, per, window } = edit;
      const what = sum === null ? `${cap} requests` : `${showValue(sum, cap)} of ${sum.name}`;
      const whose = per.length === 0 ? "of all together" : `per ${per.join(" and ")}`;
      return `a limit: at most ${what} ${whose} in a ${window}; what is over is ${overText(edit)}`;
    }
  }
}
