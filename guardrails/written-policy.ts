import { stringify } from "yaml";
import type { Route, RouteLevel } from "../domain/decision.ts";
import { typesOf } from "./derived.ts";
import type { FactType } from "./fact-types.ts";
import { layOut } from "./layout/layout.ts";
import type { FileKind } from "./layout/shapes.ts";
import { writeAmount } from "./learn/patch.ts";
import { unitWords, writeMoney, writePercent, writeSpan, writeUnit } from "./literals.ts";
import { capParam } from "./policy.ts";
import type { Limit, Override, Param, Policy, PolicyRule } from "./policy.ts";
import { writtenCondition, writtenScalar } from "./written-condition.ts";
import type { Plain } from "./written-condition.ts";
import { writtenDerived } from "./written-derived.ts";

function writtenParam(param: Param): Plain {
  const { allowed } = param;
  return {
    [unitWords[param.kind]]: writeUnit(param, param.value),
    ...(allowed !== null && { allowed: `${writeAmount(param, allowed.min)}..${writeAmount(param, allowed.max)}` }),
    ...(param.protected && { protected: true }),
  };
}

function writtenOverride(policy: Policy, override: Override): Plain {
  const [facts, { params }] = [typesOf(policy), policy];
  const scope = Object.entries(override.for).map(([fact, values]) => {
    return [fact, values.map((value) => writtenScalar(facts, fact, value))];
  });
  const set = Object.entries(override.set).map(([name, value]) => {
    const param = params.find((known) => known.name === name);
    return [name, param === undefined ? value : writeUnit(param, value)];
  });
  const { id, from, until, reason } = override;
  return { id, for: Object.fromEntries(scope), effective: { from, until }, set: Object.fromEntries(set), reason };
}

function writtenRule(policy: Policy, rule: PolicyRule): Plain {
  const [facts, { defaultRoute }] = [typesOf(policy), policy];
  const { id, effect, when, reason, letter, mend, state, obligations } = rule;
  const route = rule.effect === "escalate" && rule.route !== defaultRoute.id ? { route: rule.route } : {};
  const more = { ...(state !== undefined && { state }), ...(obligations !== undefined && { obligations }) };
  const told = { ...(letter !== undefined && { letter }), ...(mend !== undefined && { mend }) };
  return { id, effect, when: writtenCondition(facts, when), reason, ...told, ...route, ...more };
}

function writtenLimit(policy: Policy, limit: Limit): Plain {
  const [facts, { defaultRoute }] = [typesOf(policy), policy];
  const { id, sum, per, window, cap, warnAtPpm, over, route, unknown, cooldown, shared } = limit;
  if (shared !== undefined) return { shared: id };
  const asked = {
    over,
    ...(over === "escalate" && route !== defaultRoute.id && { route }),
    ...(unknown !== undefined && { unknown }),
  };
  if (cooldown !== undefined) return { id, cooldown: window, per, ...asked };
  const most = typeof cap !== "number" ? cap : sum === null ? cap : writtenScalar(facts, sum, cap);
  return {
    id,
    ...(sum === null ? { count: true } : { sum }),
    per,
    window,
    cap: most,
    ...(warnAtPpm !== null && { warnAt: writePercent(warnAtPpm) }),
    ...asked,
  };
}

function duration(ms: number): string {
  const [unit, each] = (
    [
      ["d", 86_400_000],
      ["h", 3_600_000],
      ["m", 60_000],
      ["s", 1_000],
    ] as const
  ).find(([, size]) => ms % size === 0) ?? ["s", 1_000];
  return `${ms / each}${unit}`;
}

function writtenLevels([first, ...rest]: readonly RouteLevel[]): Plain {
  if (first === undefined) return {};
  const own = { who: `role:${first.role}`, sla: duration(first.slaMs) };
  // oxlint-disable-next-line unicorn/no-thenable -- the policy language's word for the next level; never awaited
  return rest.length === 0 ? own : { ...own, then: writtenLevels(rest) };
}

function writtenRoute({ levels, quorum, clock, region, unresolved }: Route): Plain {
  return {
    ...writtenLevels(levels),
    ...(quorum > 1 && { quorum }),
    ...(clock !== undefined && { clock }),
    ...(region !== undefined && { region }),
    onExpiry: "deny",
    notRequester: true,
    ...(unresolved !== undefined && { unresolved }),
  };
}

/** A policy as plain data in its file's words. A limit that policies share is named, and what it brings is left to it. */
export function writtenPolicy(policy: Policy): Plain {
  const { demotion, limits, overrides, invariants } = policy;
  const facts = typesOf(policy);
  const brought = limits.flatMap(({ cap, shared }) => (shared === undefined ? [] : (capParam(cap) ?? [])));
  const params = policy.params.filter(({ name }) => !brought.includes(name));
  return {
    policy: policy.id,
    default: policy.default,
    ...(policy.timezone !== "UTC" && { timezone: policy.timezone }),
    ...(policy.mode !== "led" && { mode: policy.mode }),
    ...(demotion !== null && {
      demote: {
        blocked: writePercent(demotion.blockedPpm),
        rejected: writePercent(demotion.rejectedPpm),
        minimum: demotion.minimum,
      },
    }),
    ...(policy.subject !== null && { subject: policy.subject }),
    ...(policy.rates !== undefined && {
      rates: { currency: policy.rates.currency, list: policy.rates.list, within: `${policy.rates.withinDays}d` },
    }),
    ...(params.length > 0 && { params: Object.fromEntries(params.map((param) => [param.name, writtenParam(param)])) }),
    ...writtenDerived(policy),
    ...(overrides.length > 0 && { overrides: overrides.map((override) => writtenOverride(policy, override)) }),
    rules: policy.rules.map((rule) => writtenRule(policy, rule)),
    ...(limits.length > 0 && { limits: limits.map((limit) => writtenLimit(policy, limit)) }),
    ...(invariants.length > 0 && {
      invariants: invariants.map(({ when, ...rest }) => ({ ...rest, when: writtenCondition(facts, when) })),
    }),
    routes: Object.fromEntries(policy.routes.map((route) => [route.id, writtenRoute(route)])),
    defaultRoute: policy.defaultRoute.id,
  };
}

/** Plain data as a file in the one layout, under a heading of `#` lines. Throws for what no layout keeps. */
export function fileText(kind: FileKind, content: Plain, heading: readonly string[] = []): string {
  const text = `${heading.map((line) => `# ${line}\n`).join("")}${stringify(content, { lineWidth: 0, aliasDuplicateObjects: false })}`;
  const laid = layOut("draft.yaml", text, kind);
  if (laid.kind === "refused") throw new Error(laid.problems.map(({ message }) => message).join("; "));
  return laid.text;
}

/** A policy's file: loaded again over the same facts it is the same policy. */
export function policyText(policy: Policy, heading: readonly string[] = []): string {
  return fileText("policy", writtenPolicy(policy), heading);
}

function writtenFact({ name, title, adjustable, optional, from, ...kind }: FactType): readonly [string, Plain] {
  const said = {
    title,
    ...(adjustable && { adjustable }),
    ...(optional === true && { optional }),
    ...(from && { from }),
  };
  switch (kind.kind) {
    case "boolean":
    case "date":
    case "date-time":
      return [name, { ...said, [kind.kind]: true }];
    case "choice":
    case "set":
      return [name, { ...said, [kind.kind]: kind.values }];
    case "list": {
      const length = `${kind.minLength}..${kind.maxLength}`;
      return [name, { ...said, list: Object.fromEntries(kind.fields.map(writtenFact)), length }];
    }
    case "text":
      return [
        name,
        {
          ...said,
          text: kind.maxLength,
          ...(kind.normal !== undefined && { normal: kind.normal }),
          ...(kind.pattern !== undefined && { pattern: kind.pattern }),
        },
      ];
    case "number":
      return [name, { ...said, number: `${kind.min}..${kind.max}` }];
    case "duration":
      return [name, { ...said, duration: `${writeSpan(kind.min)}..${writeSpan(kind.max)}` }];
    case "ppm":
      return [name, { ...said, percent: `${writePercent(kind.min)}..${writePercent(kind.max)}` }];
    case "minor":
      return [
        name,
        { ...said, money: `${writeMoney(kind.min, kind.currency)}..${writeMoney(kind.max, kind.currency)}` },
      ];
  }
}

/** The file that declares facts. */
export function factsText(facts: readonly FactType[], heading: readonly string[] = []): string {
  return fileText("facts", { facts: Object.fromEntries(facts.map(writtenFact)) }, heading);
}
