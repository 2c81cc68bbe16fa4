import type { ListTree } from "../audit/lists/content.ts";
import { foundIn, readList, type ListReading } from "../audit/lists/reading.ts";
import type { JsonObject } from "../domain/json.ts";
import { givenValue } from "../guardrails/fact-types.ts";
import { isLookedUp, listedIn, listsNamed, nameIn, type Listed } from "../guardrails/name-list.ts";
import type { Policy } from "../guardrails/policy.ts";
import { convertAll, type RateReading } from "./rates.ts";
import type { Question } from "./question.ts";

/** The lists that decisions under a policy look names up in: the version in force, or why there is none. */
export type ListsInForce = (list: string) => ListTree | { readonly why: string };

/** None is in force: what hangs on a list then asks people. */
export const noLists: ListsInForce = (list) => ({ why: `no version of the list \`${list}\` is in force` });

type Facts = Pick<Question, "facts" | "unknown">;

/** Facts as they were asked, without any that says what a list holds, or tells an amount in another currency: no request brings these. */
export function asGiven(facts: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !isLookedUp(name)));
}

/** The name that is looked up; undefined where the fact is not known. */
function nameOf(policy: Policy, { fact, ...list }: Listed, facts: JsonObject): string | undefined | null {
  const type = policy.facts.find(({ name }) => name === fact);
  const value = type === undefined ? undefined : givenValue(type, facts[fact]);
  if (typeof value !== "string") return undefined;
  return nameIn(list, value) ?? null;
}

type Found = { readonly reading: ListReading; readonly isIn: boolean };

function lookUpOne(policy: Policy, listed: Listed & { name: string }, facts: JsonObject, lists: ListsInForce) {
  const { id, fact, of, normal, name: asked } = listed;
  const name = nameOf(policy, listed, facts);
  if (name === undefined) return undefined;
  if (name === null) return { why: `what was given for \`${fact}\` is no name that the list \`${id}\` could hold` };
  const tree = lists(id);
  if ("why" in tree) return tree;
  const isAlike = tree.head.of === of && tree.head.normal.join() === normal.join();
  if (!isAlike) return { why: `the list \`${id}\` in force names other things than the policy says` };
  const reading = readList(tree, asked, name);
  const isIn = foundIn(reading, name);
  return isIn === undefined ? { why: `the list \`${id}\` proves nothing` } : { reading, isIn };
}

/** A question as it was asked, with what the policy's lists say of it: each answer is proved against the version that it names. */
export type LookedUp = Required<Facts> & {
  readonly lists: readonly ListReading[];
  readonly rates: readonly RateReading[];
};

/** Whether a policy reads anything of lists. */
export function readsLists(policy: Policy): boolean {
  return listsNamed(policy).length > 0;
}

/**
 * Looks up what a policy asks of lists, and reads amounts in other currencies by its rates. What cannot be looked up is not known, with the reason, so that what hangs on it asks
 * people. Answers the question's own facts where the policy names no list.
 */
export function lookUp(
  policy: Policy,
  { facts: given, unknown = {}, at }: Facts & Pick<Question, "at">,
  lists: ListsInForce,
): LookedUp {
  const asked = listedIn(policy);
  const amounts = convertAll(policy, given, at, lists);
  const facts: { [name: string]: JsonObject[string] } = { ...asGiven(given), ...amounts.facts };
  for (const fact of Object.keys(amounts.unknown)) delete facts[fact];
  const whys: { [name: string]: string } = {};
  const readings: ListReading[] = [];
  for (const one of asked) {
    const found: Found | { readonly why: string } | undefined = lookUpOne(policy, one, facts, lists);
    if (found === undefined) continue;
    if ("why" in found) whys[one.name] = found.why;
    else {
      facts[one.name] = found.isIn;
      readings.push(found.reading);
    }
  }
  const whyNot = Object.entries({ ...unknown, ...amounts.unknown, ...whys });
  const unread = Object.fromEntries(whyNot.filter(([name]) => facts[name] === undefined));
  return { facts, unknown: unread, lists: readings, rates: amounts.rates };
}

/** Why recorded facts are not what the recorded readings of lists prove; undefined where they are. */
export function listsFault(policy: Policy, facts: JsonObject, readings: readonly ListReading[]): string | undefined {
  for (const listed of listedIn(policy)) {
    const said = facts[listed.name];
    if (said === undefined) continue;
    const reading = readings.find(({ fact }) => fact === listed.name);
    const name = nameOf(policy, listed, facts);
    const isIn = reading?.list === listed.id && typeof name === "string" ? foundIn(reading, name) : undefined;
    if (isIn !== said)
      return `\`${listed.name}\` is recorded as ${JSON.stringify(said)}, and its list proves ${isIn === undefined ? "nothing" : String(isIn)}`;
  }
  return undefined;
}
