import type { Verdict } from "../../domain/decision.ts";
import { beneath } from "../derived.ts";
import { readsOf } from "../policy.ts";
import type { Policy, PolicyRule } from "../policy.ts";
import { allOf, anyOf, keyOf, never, notOf } from "./formula.ts";
import type { Formula } from "./formula.ts";
import type { Compiled, Space } from "./space.ts";

/** An active rule over the space. */
export type ModelRule = Compiled & {
  readonly id: string;
  readonly effect: Verdict;
  /** The route it asks; -1 when it asks nobody. */
  readonly route: number;
  readonly mustNot: Formula;
  readonly mayNot: Formula;
  /** When it may hold without certainly holding: a fact it reads was left out. */
  readonly open: Formula;
  readonly notOpen: Formula;
};

/** What decides under one cell: active rules, routes by rank, and the default. */
export type Model = {
  readonly policy: Policy;
  readonly rules: readonly ModelRule[];
  readonly defaultRoute: number;
};

export function modelRule(policy: Policy, rule: PolicyRule, { must, may }: Compiled): ModelRule {
  const { id, effect } = rule;
  const route = rule.effect === "escalate" ? policy.routes.findIndex((one) => one.id === rule.route) : -1;
  const mustNot = notOf(must);
  const isCertain = must === may;
  const open = isCertain ? never : allOf([may, mustNot]);
  return {
    id,
    effect,
    route,
    must,
    may,
    mustNot,
    mayNot: isCertain ? mustNot : notOf(may),
    open,
    notOpen: notOf(open),
  };
}

/** A rule of one cell means the same in another when the parameters that it reads are the same there. */
function isShared(rule: PolicyRule, a: Policy, b: Policy): boolean {
  const reads = readsOf(rule.when);
  return [...reads.params, ...beneath(a, reads.facts).params].every((name) => {
    const [one, other] = [a, b].map(({ params }) => params.find((param) => param.name === name));
    return one?.value === other?.value && one?.unsettled === other?.unsettled;
  });
}

/** The model of a cell. Rules that mean the same in `like`, another cell of the policy, are its very objects. */
export function modelOf(space: Space, cell: Policy, like?: Model): Model {
  const active = cell.rules.filter(({ state }) => state === undefined);
  const made = new Map(like?.rules.map((rule) => [rule.id, rule]));
  const rules = active.map((rule) => {
    const own = like !== undefined && isShared(rule, cell, like.policy) ? made.get(rule.id) : undefined;
    return own ?? modelRule(cell, rule, space.compile(cell, rule.when));
  });
  return { policy: cell, rules, defaultRoute: cell.routes.findIndex(({ id }) => id === cell.defaultRoute.id) };
}

/** Rules that do the same where they match have the same key, whatever they are called. */
export function ruleKey({ effect, must, may }: ModelRule, route: string): string {
  return `${effect} ${route} ${keyOf(must)} ${must === may ? "" : keyOf(may)}`;
}

export const isStrict = ({ effect }: ModelRule): boolean => effect !== "execute";

/** The formulas that all hold of exactly the requests with this verdict. */
export function verdictFormulas({ policy, rules }: Model, verdict: Verdict): readonly Formula[] {
  const blocks = rules.filter(({ effect }) => effect === "block");
  const strict = rules.filter(isStrict);
  const executes = rules.filter((rule) => !isStrict(rule));
  const nothing = [...strict.map(({ mayNot }) => mayNot), ...executes.map(({ mustNot }) => mustNot)];
  switch (verdict) {
    case "execute":
      return [...strict.map(({ mayNot }) => mayNot), anyOf(executes.map(({ must }) => must))];
    case "block": {
      const byDefault = policy.default === "block" ? allOf(nothing) : never;
      return [anyOf([...blocks.map(({ must }) => must), byDefault])];
    }
    case "escalate": {
      const byDefault = policy.default === "escalate" ? allOf(nothing) : never;
      return [...blocks.map(({ mustNot }) => mustNot), anyOf([...strict.map(({ may }) => may), byDefault])];
    }
  }
}

/** Whether an escalation asks one of these routes: by a rule, or as the default where rules are open or none asks. */
function asks(
  { rules, defaultRoute }: Model,
  routes: ReadonlySet<number>,
): { readonly yes: Formula; readonly no: Formula } {
  const asking = rules.filter(({ effect }) => effect === "escalate");
  const named = asking.filter(({ route }) => routes.has(route));
  const [yes, no] = [named.map(({ must }) => must), named.map(({ mustNot }) => mustNot)];
  if (!routes.has(defaultRoute)) return { yes: anyOf(yes), no: allOf(no) };
  const strict = rules.filter(isStrict);
  const isAsked = anyOf(asking.map(({ must }) => must));
  const nobody = allOf(asking.map(({ mustNot }) => mustNot));
  return {
    yes: anyOf([...yes, ...strict.map(({ open }) => open), nobody]),
    no: allOf([...no, ...strict.map(({ notOpen }) => notOpen), isAsked]),
  };
}

function routesWhere(policy: Policy, isIn: (quorum: number, index: number) => boolean): ReadonlySet<number> {
  return new Set(policy.routes.flatMap(({ quorum }, index) => (isIn(quorum, index) ? [index] : [])));
}

/** Escalations to one route with one quorum. */
export type Escalation = {
  readonly route: string;
  readonly quorum: number;
  /** They hold of exactly those escalations that are answered so. */
  readonly formulas: readonly Formula[];
};

/** The routes that some escalation may be answered by. */
export function possibleRoutes({ rules, defaultRoute }: Model): ReadonlySet<number> {
  return new Set([defaultRoute, ...rules.filter(({ effect }) => effect === "escalate").map(({ route }) => route)]);
}

/** The ways an escalation can be answered: by the most senior route asked, with the largest quorum asked. */
export function escalationsOf(model: Model): readonly Escalation[] {
  const { policy } = model;
  const possible = possibleRoutes(model);
  const escalated = verdictFormulas(model, "escalate");
  const routes = policy.routes.flatMap(({ id, quorum }, index) => (possible.has(index) ? [{ id, quorum, index }] : []));
  const quorums = [...new Set(routes.map(({ quorum }) => quorum))];
  const asking = (isIn: (quorum: number, index: number) => boolean) => asks(model, routesWhere(policy, isIn));
  return routes.flatMap(({ id, index }) => {
    const senior = [asking((_, at) => at >= index).yes, asking((_, at) => at > index).no];
    return quorums.map((quorum): Escalation => {
      const most = [asking((wanted) => wanted >= quorum).yes, asking((wanted) => wanted > quorum).no];
      return { route: id, quorum, formulas: [...escalated, ...senior, ...(quorums.length === 1 ? [] : most)] };
    });
  });
}
