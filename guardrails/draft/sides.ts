import type { Verdict } from "../../domain/decision.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { cellOf, startOfDay } from "../cell.ts";
import { acceptsValue, givenValue, jsonValue, showValue, type FactType } from "../fact-types.ts";
import { routeOf, type Policy } from "../policy.ts";
import { readRules } from "../reading.ts";
import type { Known } from "../ternary.ts";
import { writtenScalar } from "../written-condition.ts";
import type { Edit, Scope } from "./edit.ts";
import { flowText } from "./flow.ts";
import { withEntry } from "./insert.ts";
import type { Patched } from "./write.ts";
import { boundedBy } from "./vocabulary.ts";

/** A request on one side of an edit. `wanted` is what the words say of it; null where they say nothing. */
type Side = {
  readonly name: string;
  readonly given: { readonly [fact: string]: string | number };
  readonly day: string | null;
  readonly wanted: Verdict | null;
};

/** The first values of a scope, one for each fact. */
const within = (scope: Scope): Side["given"] =>
  Object.fromEntries(Object.entries(scope).map(([fact, [value = ""]]) => [fact, value]));

const amounts = (facts: readonly FactType[], value: number): Side["given"] =>
  Object.fromEntries(facts.map(({ name }) => [name, value]));

const reaches = (facts: readonly FactType[], value: number): boolean =>
  facts.every((fact) => "max" in fact && value >= fact.min && value <= fact.max);

/** A text that stands for whoever is not meant. */
const SOMEBODY = "somebody-else";

/** Somebody whom a scope is not about: whom the cases' base is about, another choice, or another name. */
function outsider(policy: Policy, base: JsonObject, scope: Scope): Side["given"] | undefined {
  for (const [name, values] of Object.entries(scope)) {
    const type = policy.facts.find((fact) => fact.name === name);
    if (type === undefined) continue;
    const others = type.kind === "choice" ? [base[name], ...type.values] : [base[name], SOMEBODY];
    const other = others.find(
      (value): value is string => typeof value === "string" && acceptsValue(type, value) && !values.includes(value),
    );
    if (other !== undefined) return { ...within(scope), [name]: other };
  }
  return undefined;
}

function boundSides(policy: Policy, base: JsonObject, edit: Extract<Edit, { readonly kind: "param" | "override" }>) {
  const names = boundedBy(policy, edit.param);
  const facts = policy.facts.filter(({ name }) => names.includes(name));
  const scope = edit.kind === "override" ? edit.scope : {};
  const day = edit.kind === "override" ? edit.from : null;
  const [whom, shown] = [within(scope), showValue(edit.param, edit.value)];
  if (facts.length === 0 || !reaches(facts, edit.value)) return [];
  const at: Side = {
    name: `${shown} passes`,
    given: { ...whom, ...amounts(facts, edit.value) },
    day,
    wanted: "execute",
  };
  const over: Side = {
    ...at,
    name: `just over ${shown} is not covered`,
    given: { ...whom, ...amounts(facts, edit.value + 1) },
    wanted: null,
  };
  const sides = reaches(facts, edit.value + 1) ? [at, over] : [at];
  if (edit.kind === "param") return sides;
  const other = outsider(policy, base, scope);
  const beside = other && {
    ...at,
    name: `${shown} for anybody else is as before`,
    given: { ...at.given, ...other },
    wanted: null,
  };
  const after = { ...at, name: `${shown} on the day it has ended is as before`, day: edit.until, wanted: null };
  return [...sides, ...(beside === undefined ? [] : [beside]), after];
}

function ruleSides(policy: Policy, base: JsonObject, edit: Extract<Edit, { readonly kind: "rule" }>): readonly Side[] {
  const { fact, over, scope, effect } = edit;
  const [whom, shown] = [within(scope), showValue(fact, over)];
  const at: Side = { name: `${shown} is as before`, given: { ...whom, [fact.name]: over }, day: null, wanted: null };
  const said = effect === "block" ? "is blocked" : "asks";
  const beyond: Side = {
    ...at,
    name: `just over ${shown} ${said}`,
    given: { ...whom, [fact.name]: over + 1 },
    wanted: effect,
  };
  const other = outsider(policy, base, scope);
  const beside = {
    ...at,
    name: `just over ${shown} is as before for anybody else`,
    given: { ...beyond.given, ...other },
  };
  return other === undefined ? [at, beyond] : [at, beyond, beside];
}

function knownOf(policy: Policy, facts: JsonObject): Known {
  const read = policy.facts.flatMap((type) => {
    const value = givenValue(type, facts[type.name]);
    return value === undefined ? [] : [[type.name, value] as const];
  });
  return Object.fromEntries(read);
}

/**
 * What a side expects: the verdict that the words want, with the rules that match as they are read one by one, without an
 * engine. A verdict that another rule makes impossible is expected all the same, and the case then fails.
 */
function expected(policy: Policy, facts: JsonObject, { day, wanted }: Side): JsonObject {
  const known = knownOf(policy, facts);
  const cell = day === null ? policy : cellOf(policy, known, startOfDay(day, policy.timezone));
  const { decision, rules } = readRules(cell, known);
  const said = wanted ?? decision;
  if (said !== "escalate") return { decision: said, rules: [...rules] };
  const asked = policy.rules.flatMap((rule) =>
    rules.includes(rule.id) && rule.effect === "escalate" ? rule.route : [],
  );
  return { decision: said, rules: [...rules], route: routeOf(policy, asked).id };
}

function caseLines(policy: Policy, base: JsonObject, id: string, side: Side): readonly string[] {
  const json = Object.entries(side.given).map(([name, value]): readonly [string, Json] => {
    const type = policy.facts.find((fact) => fact.name === name);
    return [name, type === undefined ? value : jsonValue(type, value)];
  });
  const facts = { ...base, ...Object.fromEntries(json) };
  const given = Object.entries(side.given).map(([name, value]) => [name, writtenScalar(policy.facts, name, value)]);
  return [
    `name: ${JSON.stringify(`${id}: ${side.name}`)}`,
    `given: ${flowText(Object.fromEntries(given))}`,
    ...(side.day === null ? [] : [`at: ${side.day}`]),
    `expect: ${flowText(expected(policy, facts, side))}`,
  ];
}

/** Cases that an edit was drafted with; `text` is the file with them, `names` tells them from those that were there. */
export type PatchedCases = { readonly text: string; readonly names: readonly string[] };

/**
 * The cases beside a policy with one on each side of an edit: at its amount and one unit over it, and for what is for some or
 * ends, somebody else and the day it has ended. `policy` is the patched one, `base` what its cases change. None for a limit
 * over time: one request does not show it. Undefined where the file is not laid out so that a case can be added.
 */
export function patchCases(
  { policy, base, text }: { readonly policy: Policy; readonly base: JsonObject; readonly text: string },
  edit: Edit,
  { id }: Patched,
): PatchedCases | undefined {
  const sides =
    edit.kind === "limit" ? [] : edit.kind === "rule" ? ruleSides(policy, base, edit) : boundSides(policy, base, edit);
  let after: string | undefined = text;
  for (const side of sides) after &&= withEntry(after, "cases", caseLines(policy, base, id, side), false);
  return after === undefined ? undefined : { text: after, names: sides.map(({ name }) => `${id}: ${name}`) };
}
