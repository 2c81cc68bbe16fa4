import { hasWholeNumbers, type Json, type JsonObject } from "../domain/json.ts";
import { nearestName } from "../domain/nearest-name.ts";
import { elsewhereIn } from "../domain/rate.ts";
import type { Evidence } from "../domain/evidence.ts";
import type { FactInput, FunctionAction, FunctionDefinition } from "../functions/definition.ts";
import { readFields } from "../functions/fields.ts";
import { functionOfAction, recordToolOf } from "../functions/index.ts";
import { governedActions } from "../functions/governed-actions.ts";
import { reportedAction } from "../functions/shared/write-back.ts";
import type { FactType } from "../guardrails/fact-types.ts";
import { writtenFact, writtenFaults } from "../guardrails/written-fact.ts";

/** What a caller brings for a policy: facts, and fields of a record from which the policy's function computes more of them. */
export type GivenFacts = { readonly policy: string; readonly facts: JsonObject; readonly fields?: JsonObject };

/** A part of a request that is wrong: its path in the body, and what would be right. */
export type FactFault = { readonly path: readonly string[]; readonly detail: string };

export type ReadFacts =
  | {
      readonly kind: "read";
      readonly facts: JsonObject;
      /** Those that code computed from the caller's fields. */
      readonly derived: readonly string[];
      /** Why facts are not known that the fields were to tell. */
      readonly unknown: { readonly [fact: string]: string };
    }
  | { readonly kind: "wrong"; readonly faults: readonly FactFault[] };

/**
 * Reads what a caller brings, in the units of the policy's facts. Everything that is wrong is told at once: names and values
 * that no fact has, fields that cannot be read, facts that contradict each other or the fields. What is left out is no fault:
 * it is not known, and the rules do the rest. `at`: the instant of the decision, ISO 8601.
 */
export function readAsked({ policy, facts, fields }: GivenFacts, types: readonly FactType[], at: string): ReadFacts {
  const given = readGiven(facts, types);
  const computed = fields === undefined ? nothing : computedFrom(policy, fields, at);
  const faults = [...given.faults, ...computed.faults];
  if (faults.length > 0) return { kind: "wrong", faults };
  const known: JsonObject = { ...computed.facts, ...given.facts };
  const twice = overridden(given.facts, computed.facts);
  const apart = twice.length > 0 ? twice : contradictions(policy, known, facts, computed, at);
  if (apart.length > 0) return { kind: "wrong", faults: apart };
  const isTold = (name: string) => Object.hasOwn(known, name);
  const unknown = Object.entries(computed.unknown).filter(([name]) => !isTold(name));
  const derived = Object.keys(computed.facts).filter(
    (name) => !Object.hasOwn(given.facts, name) && elsewhereIn(name) === undefined,
  );
  return { kind: "read", facts: known, derived, unknown: Object.fromEntries(unknown) };
}

function readGiven(facts: JsonObject, types: readonly FactType[]): Pick<Computed, "facts" | "faults"> {
  const byName = new Map(types.map((type) => [type.name, type]));
  const read = Object.entries(facts).map(([name, raw]) => {
    const type = byName.get(name);
    const none = { path: [], detail: noSuch("fact", name, [...byName.keys()]) };
    const faults = type === undefined ? [none] : writtenFaults(type, raw);
    return { name, value: type && writtenFact(type, raw), faults };
  });
  return {
    facts: Object.fromEntries(read.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
    faults: read.flatMap(({ name, faults }) =>
      faults.map(({ path, detail }) => ({ path: ["facts", name, ...path], detail })),
    ),
  };
}

function noSuch(what: "fact" | "field", name: string, names: readonly string[]): string {
  const near = nearestName(name, names);
  const known = near === undefined ? `there are ${names.join(", ")}` : `did you mean ${near}?`;
  return `no such ${what}: ${known}`;
}

type Computed = {
  readonly input: FactInput | undefined;
  readonly facts: JsonObject;
  readonly unknown: { readonly [fact: string]: string };
  readonly faults: readonly FactFault[];
};

const nothing: Computed = { input: undefined, facts: {}, unknown: {}, faults: [] };

/** The function whose action the policy decides, with that action; undefined for what no record tells. */
function readerOf(policy: string): { definition: FunctionDefinition; action: FunctionAction } | undefined {
  const definition = functionOfAction(policy);
  const action = reportedAction(policy);
  return definition === undefined || action === undefined ? undefined : { definition, action };
}

/** Facts as the policy's own function computes them, as if the fields were its subject's record. */
function computedFrom(policy: string, given: JsonObject, at: string): Computed {
  const reader = readerOf(policy);
  if (reader === undefined) {
    return { ...nothing, faults: [{ path: ["fields"], detail: `no fact of ${policy} comes from fields` }] };
  }
  const { definition, action } = reader;
  const { fields } = definition.subject;
  const { unread } = readFields(fields, given);
  const faults = Object.entries(given).flatMap(([name, raw]): FactFault[] => {
    const path = ["fields", name];
    if (!Object.hasOwn(fields, name)) return [{ path, detail: noSuch("field", name, Object.keys(fields)) }];
    if (!hasWholeNumbers(raw)) return [{ path, detail: `${name}: write a fraction as text` }];
    return unread[name] === undefined || isUnset(raw) ? [] : [{ path, detail: unread[name] }];
  });
  if (faults.length > 0) return { ...nothing, faults };
  const source = { source: "decide-service", ref: "fields", version: "", observedAt: at };
  const evidence: { [tool: string]: Evidence } = { [recordToolOf(definition.id)]: { source, value: given } };
  const asked = action.requested(given, evidence) ?? { tool: action.tool, args: {} };
  const input = { evidence, action: asked, at };
  return { input, facts: action.facts(input), unknown: action.unknown?.(input) ?? {}, faults: [] };
}

function isUnset(raw: Json | undefined): boolean {
  return raw === null || raw === "";
}

/** A fact that is given beside fields that tell it is the same, or one of the two is wrong. */
function overridden(given: JsonObject, computed: JsonObject): readonly FactFault[] {
  return Object.entries(given).flatMap(([name, value]): FactFault[] => {
    const other = Object.hasOwn(computed, name) ? computed[name] : value;
    const [told, found] = [JSON.stringify(value), JSON.stringify(other)];
    if (told === found) return [];
    return [
      { path: ["facts", name], detail: `${name} says ${told}, and the fields come to ${found}` },
      { path: ["fields"], detail: `they come to ${found} for ${name}, and facts say ${told}` },
    ];
  });
}

/** A pointer to each side of what contradicts itself: the fact or the field where it was given. */
function contradictions(
  policy: string,
  known: JsonObject,
  given: JsonObject,
  { input }: Computed,
  at: string,
): readonly FactFault[] {
  const action = Object.hasOwn(governedActions, policy) ? governedActions[policy] : undefined;
  if (action?.agrees === undefined) return [];
  const alone: FactInput = { evidence: {}, action: { tool: action.tool, args: {} }, at };
  return action.agrees(known, input ?? alone).flatMap(({ between, reason }) =>
    between.map((name): FactFault => {
      if (Object.hasOwn(given, name)) return { path: ["facts", name], detail: reason };
      return { path: Object.hasOwn(known, name) ? ["fields"] : ["fields", name], detail: reason };
    }),
  );
}
