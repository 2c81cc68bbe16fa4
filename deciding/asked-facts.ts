import { hasWholeNumbers, type Json, type JsonObject } from "../domain/json.ts";
import { nearestName } from "../domain/nearest-name.ts";
import { elsewhereIn } from "../domain/rate.ts";
import type { Lookup } from "../domain/evidence.ts";
import type { FactInput, FunctionAction, FunctionDefinition, Readings } from "../functions/definition.ts";
import { readFields } from "../functions/fields.ts";
import { functionOfAction, recordToolOf } from "../functions/index.ts";
import { governedActions } from "../functions/governed-actions.ts";
import { reportedAction } from "../functions/shared/write-back.ts";
import type { FactType } from "../guardrails/fact-types.ts";
import { writtenFact, writtenFaults } from "../guardrails/written-fact.ts";
import { isOfLedger } from "./evidence.ts";

/** What a caller brings for a policy: facts, and fields of a record from which the policy's function computes more of them. */
export type GivenFacts = { readonly policy: string; readonly facts: JsonObject; readonly fields?: JsonObject };

/** A part of a request that is wrong: its path in the body, and what would be right. */
export type FactFault = { readonly path: readonly string[]; readonly detail: string };

export type ReadFacts =
  | {
      readonly kind: "read";
      readonly facts: JsonObject;
      /** Those that code computed, from what the caller gives and our own ledgers say. */
      readonly derived: readonly string[];
      /** Why facts are not known that the fields were to tell, or that cannot be held against our own ledgers. */
      readonly unknown: { readonly [fact: string]: string };
      /** What facts were measured against, where that is not what was stated. A clause each. */
      readonly remarks: readonly string[];
    }
  | { readonly kind: "wrong"; readonly faults: readonly FactFault[] };

/**
 * Which of our own ledgers' readings a request is held against, by the lookups of the policy's action: of the fields that the caller
 * gives, or that its facts tell. What names no object is not read. `at`: the instant of the decision, ISO 8601.
 */
export function lookupsOf(asked: GivenFacts, types: readonly FactType[], at: string): readonly Lookup[] {
  const reader = readerOf(asked.policy);
  const { facts: given } = readGiven(asked.facts, types);
  const fields = asked.fields ?? reader?.action.held?.fieldsOf(given);
  if (reader === undefined || fields === undefined) return [];
  const known = { ...computedFrom(reader, fields, { given, readings: {}, at }).facts, ...given };
  const about = { objectId: objectIn(reader.action, known) ?? "", args: {} };
  return reader.action
    .lookups(fields, "", about)
    .filter((lookup) => isOfLedger(lookup) && !Object.values(lookup.args).includes(""));
}

/**
 * Reads what a caller brings, in the units of the policy's facts, and holds it against `readings`. Everything that is wrong is told at
 * once: names and values that no fact has, fields that cannot be read, facts that contradict each other or the fields. What is left
 * out is no fault: it is not known, and the rules do the rest. `at`: the instant of the decision, ISO 8601.
 */
export function readAsked(
  { policy, facts, fields }: GivenFacts,
  types: readonly FactType[],
  { at, readings = {} }: { readonly at: string; readonly readings?: Readings },
): ReadFacts {
  const read = readGiven(facts, types);
  const given = read.facts;
  const reader = readerOf(policy);
  const unread = fields === undefined ? [] : fieldFaults(policy, reader, fields);
  if (read.faults.length > 0 || unread.length > 0) return { kind: "wrong", faults: [...read.faults, ...unread] };
  const alone = reader && computedFrom(reader, fields ?? {}, { given, readings: {}, at });
  const stated = fields === undefined ? nothing : (alone ?? nothing);
  const twice = overridden(given, stated.facts);
  const apart = twice.length > 0 ? twice : contradictions(policy, { ...stated.facts, ...given }, facts, stated, at);
  if (apart.length > 0) return { kind: "wrong", faults: apart };
  return heldAgainst({ given, fields, reader, stated, readings, at });
}

type Stated = {
  readonly given: JsonObject;
  readonly fields: JsonObject | undefined;
  readonly reader: Reader | undefined;
  /** What the caller's fields come to by themselves. */
  readonly stated: Computed;
  readonly readings: Readings;
  readonly at: string;
};

/**
 * What is known once our own ledgers are read: what the function computes with them takes the place of what was stated. A fact that the
 * ledgers may move and that nobody can compute is not known, whoever states it.
 */
function heldAgainst({ given, fields, reader, stated, readings, at }: Stated): ReadFacts & { kind: "read" } {
  const { held, remarks } = reader?.action ?? {};
  const own = fields === undefined ? undefined : stated;
  const why = held?.why(readings, at);
  const told = fields ?? held?.fieldsOf(given);
  if (reader === undefined || told === undefined) return known({ given, computed: own, unknown: {}, remarks: [] });
  const moved = computedFrom(reader, told, { given, readings, at });
  if (held === undefined || why === undefined) {
    return known({ given, computed: own && moved, unknown: {}, remarks: [] });
  }
  const before = own ?? computedFrom(reader, told, { given, readings: {}, at });
  const kept: { [fact: string]: Json } = { ...given };
  const facts: { [fact: string]: Json } = own === undefined ? {} : { ...moved.facts };
  const unknown: { [fact: string]: string } = {};
  for (const name of held.facts) {
    const [was, is] = [before.facts[name], moved.facts[name]];
    if (!Object.hasOwn(given, name) || (was !== undefined && was === is)) continue;
    delete kept[name];
    if (is !== undefined && was === given[name]) facts[name] = is;
    else unknown[name] = own === undefined ? why : (moved.unknown[name] ?? why);
  }
  const said = moved.input && remarks?.(moved.input);
  return known({
    given: kept,
    computed: { facts, unknown: own === undefined ? {} : moved.unknown },
    unknown,
    remarks: said ?? [],
  });
}

function known({
  given,
  computed,
  unknown: also,
  remarks,
}: {
  readonly given: JsonObject;
  readonly computed: Pick<Computed, "facts" | "unknown"> | undefined;
  readonly unknown: { readonly [fact: string]: string };
  readonly remarks: readonly string[];
}): ReadFacts & { kind: "read" } {
  const { facts: found, unknown: untold } = computed ?? nothing;
  const facts = { ...given, ...found };
  const unknown = Object.entries({ ...untold, ...also }).filter(([name]) => !Object.hasOwn(facts, name));
  const derived = Object.keys(found).filter((name) => !Object.hasOwn(given, name) && elsewhereIn(name) === undefined);
  return { kind: "read", facts, derived, unknown: Object.fromEntries(unknown), remarks };
}

function readGiven(
  facts: JsonObject,
  types: readonly FactType[],
): { readonly facts: JsonObject; readonly faults: readonly FactFault[] } {
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
};

const nothing: Computed = { input: undefined, facts: {}, unknown: {} };

/** The function whose action a policy decides, with that action. */
type Reader = { readonly definition: FunctionDefinition; readonly action: FunctionAction };

/** Undefined for what no record tells. */
function readerOf(policy: string): Reader | undefined {
  const definition = functionOfAction(policy);
  const action = reportedAction(policy);
  return definition === undefined || action === undefined ? undefined : { definition, action };
}

function fieldFaults(policy: string, reader: Reader | undefined, given: JsonObject): readonly FactFault[] {
  if (reader === undefined) return [{ path: ["fields"], detail: `no fact of ${policy} comes from fields` }];
  const { fields } = reader.definition.subject;
  const { unread } = readFields(fields, given);
  return Object.entries(given).flatMap(([name, raw]): FactFault[] => {
    const path = ["fields", name];
    if (!Object.hasOwn(fields, name)) return [{ path, detail: noSuch("field", name, Object.keys(fields)) }];
    if (!hasWholeNumbers(raw)) return [{ path, detail: `${name}: write a fraction as text` }];
    return unread[name] === undefined || isUnset(raw) ? [] : [{ path, detail: unread[name] }];
  });
}

/** The subject's object, where the one fact that a request is about names it. */
function objectIn({ businessKey: [name, ...more] = [] }: FunctionAction, facts: JsonObject): string | undefined {
  const id = name === undefined || more.length > 0 ? undefined : facts[name];
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** Facts as the policy's own function computes them, as if the fields were the record of the object that the facts name. */
function computedFrom(
  { definition, action }: Reader,
  fields: JsonObject,
  { given, readings, at }: { readonly given: JsonObject; readonly readings: Readings; readonly at: string },
): Computed {
  const id = objectIn(action, given);
  const ref = id === undefined ? "fields" : `${definition.subject.type}/${id}`;
  const source = { source: "decide-service", ref, version: "", observedAt: at };
  const evidence = { ...readings, [recordToolOf(definition.id)]: { source, value: fields } };
  const asked = action.requested(fields, evidence) ?? { tool: action.tool, args: {} };
  const input = { evidence, action: asked, at };
  return { input, facts: action.facts(input), unknown: action.unknown?.(input) ?? {} };
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
