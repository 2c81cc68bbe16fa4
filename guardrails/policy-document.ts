import { z } from "zod";
import { BrandRules } from "../domain/brand/rules.ts";
import { modes } from "../domain/decision-details.ts";
import { Currency } from "../domain/money.ts";
import { plainKinds } from "./literals.ts";
import { normalSteps } from "../domain/normal-text.ts";
import { provenances } from "../domain/provenance.ts";
import { isOverList, operandNames } from "./derived.ts";
import type { Derivation as Made } from "./derived.ts";
import { listedIn, listedName, listKinds } from "./name-list.ts";
import { fieldsOf } from "./records.ts";
import {
  capParam,
  equalityOperators,
  orderOperators,
  patternOperators,
  readsOf,
  setOperators,
  windows,
  type Condition,
  type Policy,
} from "./policy.ts";
import { MAX_RATE_DAYS } from "../domain/rate.ts";
import { patternTest } from "../domain/pattern.ts";
import { isRolling, type RollingWindow } from "./rolling-window.ts";
import { testOf } from "./ternary.ts";
import { frozen } from "./frozen.ts";

const Name = z.string().min(1);
const Day = z.iso.date();
const Escalating = z.enum(["escalate", "block"]);
const Verdict = z.enum(["execute", "escalate", "block"]);
const Scalar = z.union([z.boolean(), z.int(), z.string()]);

const factBase = {
  name: Name,
  title: z.string(),
  adjustable: z.boolean(),
  optional: z.literal(true).exactOptional(),
  from: z.enum(provenances).exactOptional(),
  clock: z.literal(true).exactOptional(),
};
const range = { min: z.int(), max: z.int() };
const choices = { values: z.array(z.string()).min(1) };

const fieldBase = { name: Name, title: z.string(), adjustable: z.boolean(), from: z.enum(provenances).exactOptional() };

const Field = z.discriminatedUnion("kind", [
  z.strictObject({ ...fieldBase, kind: z.literal("boolean") }),
  z.strictObject({ ...fieldBase, kind: z.literal("choice"), ...choices }),
  z.strictObject({ ...fieldBase, kind: z.enum(plainKinds), ...range }),
  z.strictObject({ ...fieldBase, kind: z.literal("minor"), ...range, currency: Currency }),
]);

const Listed = z.strictObject({
  fact: Name,
  id: Name,
  of: z.enum(listKinds).exclude(["rate"]),
  normal: z.array(z.enum(normalSteps)).min(1),
});

const Fact = z.discriminatedUnion("kind", [
  z.strictObject({ ...factBase, kind: z.literal("boolean"), listed: Listed.exactOptional() }),
  z.strictObject({
    ...factBase,
    kind: z.literal("list"),
    fields: z.array(Field).min(1),
    minLength: z.int().min(0),
    maxLength: z.int().min(1),
  }),
  z.strictObject({ ...factBase, kind: z.enum(["choice", "set"]), ...choices }),
  z.strictObject({ ...factBase, kind: z.enum(plainKinds), ...range }),
  z.strictObject({ ...factBase, kind: z.literal("minor"), ...range, currency: Currency }),
  z.strictObject({
    ...factBase,
    kind: z.literal("text"),
    maxLength: z.int().min(1),
    normal: z.array(z.enum(normalSteps)).min(1).exactOptional(),
    pattern: Name.exactOptional(),
  }),
]);

const Other = z.strictObject({ fact: Name, plus: z.int().exactOptional() });

const When: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(When).min(1) }),
    z.strictObject({ any: z.array(When).min(1) }),
    z.strictObject({ not: When }),
    Comparison,
  ]),
);

const Operand = z.union([z.int(), z.strictObject({ fact: Name }), z.strictObject({ param: Name })]);
const Cell = z.union([z.null(), z.strictObject({ in: z.array(Scalar).min(1) }), z.strictObject(range)]);

const Derivation = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.enum(["add", "subtract", "min", "max"]), of: z.array(Operand).min(2) }),
  z.strictObject({
    kind: z.literal("multiply"),
    of: Operand,
    by: z.union([z.int(), z.strictObject({ param: Name })]),
  }),
  z.strictObject({ kind: z.literal("share"), of: Operand, share: Operand, round: z.enum(["up", "down"]) }),
  z.strictObject({ kind: z.literal("day"), of: z.strictObject({ fact: Name }), zone: Name }),
  z.strictObject({ kind: z.literal("count"), list: Name, where: When.exactOptional() }),
  z.strictObject({ kind: z.literal("sum"), list: Name, of: Name, where: When.exactOptional() }),
  z.strictObject({ kind: z.enum(["any", "all"]), list: Name, where: When }),
  z.strictObject({
    kind: z.literal("table"),
    by: z.array(Name).min(1),
    rows: z.array(z.strictObject({ when: z.array(Cell).min(1), value: Scalar })).min(1),
  }),
]);

const made = { derive: Derivation };
const Derived = z.discriminatedUnion("kind", [
  z.strictObject({ ...factBase, kind: z.literal("boolean"), ...made }),
  z.strictObject({ ...factBase, kind: z.literal("choice"), ...choices, ...made }),
  z.strictObject({ ...factBase, kind: z.enum(plainKinds), ...range, ...made }),
  z.strictObject({ ...factBase, kind: z.literal("minor"), ...range, currency: Currency, ...made }),
]);

const paramBase = {
  name: Name,
  value: z.int(),
  allowed: z.strictObject(range).nullable(),
  protected: z.boolean(),
};

const Param = z.discriminatedUnion("kind", [
  z.strictObject({ ...paramBase, kind: z.enum(plainKinds) }),
  z.strictObject({ ...paramBase, kind: z.literal("minor"), currency: Currency }),
]);

const Comparison = z.strictObject({
  fact: Name,
  operator: z.enum([...equalityOperators, ...orderOperators, ...setOperators, ...patternOperators]),
  value: z.union([Scalar, z.array(Scalar).min(1), z.strictObject({ param: Name }), Other]),
});

const ruleBase = {
  id: Name,
  when: When,
  reason: z.string(),
  letter: z.string().exactOptional(),
  mend: z.string().exactOptional(),
  state: z.literal("candidate").exactOptional(),
  obligations: z.array(Name).exactOptional(),
};

const Rule = z.discriminatedUnion("effect", [
  z.strictObject({ ...ruleBase, effect: z.literal("escalate"), route: Name }),
  z.strictObject({ ...ruleBase, effect: z.enum(["execute", "block"]) }),
]);

const levels = z.array(z.strictObject({ role: Name, slaMs: z.int().positive() })).min(1);
const Route = z.strictObject({
  id: Name,
  quorum: z.int().min(1),
  levels,
  unresolved: z.enum(["up", "two"]).exactOptional(),
  clock: z.literal("always").exactOptional(),
  region: Name.exactOptional(),
});

const Override = z.strictObject({
  id: Name,
  for: z.record(Name, z.array(Scalar).min(1)),
  from: Day,
  until: Day,
  set: z.record(Name, z.int()),
  reason: z.string(),
});

const Shared = z.strictObject({
  version: z.string().regex(/^[0-9a-f]{64}$/),
  timezone: Name,
  sum: Name.nullable(),
  per: z.array(Name),
});

const Limit = z.strictObject({
  id: Name,
  sum: Name.nullable(),
  per: z.array(Name),
  window: z.union([z.enum(windows), z.custom<RollingWindow>((given) => typeof given === "string" && isRolling(given))]),
  cap: z.union([z.int().min(0), z.strictObject({ param: Name }), z.strictObject({ deposited: Currency })]),
  warnAtPpm: z.int().nullable(),
  over: Escalating,
  route: Name,
  unknown: z.literal("passes").exactOptional(),
  cooldown: z.literal(true).exactOptional(),
  shared: Shared.exactOptional(),
});

const Invariant = z.union([
  z.strictObject({ id: Name, when: When, never: Verdict }),
  z.strictObject({ id: Name, when: When, always: Verdict }),
]);

const Demotion = z.strictObject({ blockedPpm: z.int().min(0), rejectedPpm: z.int().min(0), minimum: z.int().min(1) });

const core = {
  id: Name,
  default: Escalating,
  facts: z.array(Fact),
  derived: z.array(Derived).min(1).exactOptional(),
  params: z.array(Param),
  rules: z.array(Rule).min(1),
};

/** The document as `policyDocument` writes it. */
const Second = z.strictObject({
  language: z.literal(2),
  ...core,
  timezone: Name,
  mode: z.enum(modes),
  demotion: Demotion.nullable(),
  subject: Name.nullable(),
  overrides: z.array(Override),
  limits: z.array(Limit),
  invariants: z.array(Invariant),
  routes: z.array(Route).min(1),
  defaultRoute: Route,
  brand: BrandRules.exactOptional(),
  rates: z
    .strictObject({ currency: Currency, list: Name, withinDays: z.int().min(0).max(MAX_RATE_DAYS) })
    .exactOptional(),
});

/** The first language knew no quorum and none of the sections that are filled in here. */
const FirstRoute = z.strictObject({ id: Name, levels }).transform((route) => ({ ...route, quorum: 1 }));
const First = z
  .strictObject({ language: z.literal(1), ...core, routes: z.array(FirstRoute).min(1), defaultRoute: FirstRoute })
  .transform((document) => ({ ...unsaid, ...document }));

/** What a policy is when its document has no word for it. */
const unsaid = {
  timezone: "UTC",
  mode: "led",
  demotion: null,
  subject: null,
  overrides: [],
  limits: [],
  invariants: [],
} as const;

const Document = z.discriminatedUnion("language", [Second, First]);

function repeated(names: readonly string[]): string | undefined {
  return names.find((name, at) => names.indexOf(name) !== at);
}

/** Whether a limit counts what a cool-down does. */
function isCooldown({ sum, window, cap, warnAtPpm }: Policy["limits"][number]): boolean {
  return sum === null && isRolling(window) && cap === 1 && warnAtPpm === null;
}

/** What a derivation over a list reads that no record of it has; undefined when there is nothing. */
function strayField(facts: Policy["facts"], derive: Made): string | undefined {
  if (!isOverList(derive)) return undefined;
  const { list, where } = derive;
  const fields = fieldsOf({ facts }, list).map(({ name }) => name);
  const named = [
    ...(where === undefined ? [] : readsOf(where).facts),
    ...(derive.kind === "sum" ? [derive.of] : []),
    ...(fields.length === 0 ? [list] : []),
  ];
  return named.find((name) => !fields.includes(name));
}

/** The first thing a document names without declaring it, or declares twice; undefined when it holds together. */
function looseEnd({ facts, derived = [], params, rules, overrides, limits, invariants, routes, ...policy }: Policy) {
  const lists = {
    fact: [...facts, ...derived].map(({ name }) => name),
    param: params.map(({ name }) => name),
  };
  const routeIds = routes.map(({ id }) => id);
  const ids = [rules, overrides, limits, invariants].map((list) => list.map(({ id }) => id));
  const twice = [lists.fact, lists.param, routeIds, ...ids].map(repeated);
  const again = twice.find((name) => name !== undefined);
  if (again !== undefined) return `\`${again}\` is declared twice`;
  const reads = [...rules, ...invariants].map(({ when }) => readsOf(when));
  const caps = limits.flatMap(({ cap }) => capParam(cap) ?? []);
  const namedFacts = [
    ...reads.flatMap((read) => read.facts),
    ...overrides.flatMap((override) => Object.keys(override.for)),
    ...limits.flatMap(({ sum, per }) => [...(sum === null ? [] : [sum]), ...per]),
    ...(policy.subject === null ? [] : [policy.subject]),
  ];
  const namedParams = [
    ...reads.flatMap((read) => read.params),
    ...overrides.flatMap(({ set }) => Object.keys(set)),
    ...caps,
    ...derived.flatMap(({ derive }) => operandNames(derive).params),
  ];
  const namedRoutes = [
    ...rules.flatMap((rule) => (rule.effect === "escalate" ? [rule.route] : [])),
    policy.defaultRoute.id,
  ];
  const unnamed = limits.find(({ per, shared }) => shared !== undefined && shared.per.length !== per.length);
  if (unnamed !== undefined) return `\`${unnamed.id}\` does not say what its accounts are made of`;
  const warm = limits.find((limit) => limit.cooldown !== undefined && !isCooldown(limit));
  if (warm !== undefined) return `\`${warm.id}\` is no cool-down`;
  const unsaid = listedIn({ facts }).find(
    ({ name, fact, id }) =>
      name !== listedName(fact, id) || facts.every((type) => type.name !== fact || type.kind !== "text"),
  );
  if (unsaid !== undefined) return `\`${unsaid.name}\` looks up no text`;
  const early = derived.flatMap(({ derive }, at) => {
    const below = [...facts, ...derived.slice(0, at)].map(({ name }) => name);
    return operandNames(derive).facts.filter((name) => !below.includes(name));
  })[0];
  if (early !== undefined) return `\`${early}\` is read before it is made`;
  const stray =
    namedFacts.find((name) => !lists.fact.includes(name)) ??
    namedParams.find((name) => !lists.param.includes(name)) ??
    namedRoutes.find((id) => !routeIds.includes(id)) ??
    derived.map(({ derive }) => strayField(facts, derive)).find((name) => name !== undefined);
  return stray === undefined ? undefined : `\`${stray}\` is not declared`;
}

function parsed(document: string): Policy {
  const read = Document.safeParse(JSON.parse(document));
  if (!read.success) throw new Error(z.prettifyError(read.error));
  const { language: _language, ...policy } = read.data;
  const loose = looseEnd(policy);
  if (loose !== undefined) throw new Error(loose);
  for (const { when } of [...policy.rules, ...policy.invariants]) testOf(when, policy.params);
  for (const { derive } of policy.derived ?? []) {
    if (isOverList(derive) && derive.where !== undefined) testOf(derive.where, policy.params);
  }
  for (const type of policy.facts) if (type.kind === "text" && type.pattern !== undefined) patternTest(type.pattern);
  return frozen(policy);
}

/**
 * A policy from its document, as `policyDocument` writes it, or as its first language did. Deeply frozen. Throws for
 * anything else: a document that is not JSON, another language, an unknown key, or a name that it does not declare.
 */
export function policyFromDocument(document: string): Policy {
  try {
    return parsed(document);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Error(`the policy document is not usable: ${detail}`, { cause: error });
  }
}
