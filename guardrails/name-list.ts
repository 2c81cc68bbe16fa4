import { normalText, type NormalStep } from "../domain/normal-text.ts";
import { parseRate } from "../domain/rate.ts";
import type { FactType } from "./fact-types.ts";
import type { Condition, Policy } from "./policy.ts";

/** What a list names, and how: the normal form that its names are brought to before any is looked for. A `rate` is a dated line. */
export const listKinds = ["partner", "person", "domain", "text", "rate"] as const;
export type ListKind = (typeof listKinds)[number];

/** A list as policies name it. What it holds is no part of a policy: that is versioned and signed apart. */
export type NameList = {
  /** Its file's name: `strategic-partners` in `shared/strategic-partners.list.yaml`. */
  readonly id: string;
  readonly of: ListKind;
  readonly normal: readonly NormalStep[];
};

export type NameLists = { readonly [id: string]: NameList };

/** The normal form of each kind; `text` says its own. */
export const normalOfKind: { readonly [kind in Exclude<ListKind, "text">]: readonly NormalStep[] } = {
  partner: ["trim", "nfkc"],
  person: ["trim", "nfkc"],
  domain: ["idna"],
  rate: ["trim"],
};

/** The longest name that a list holds, in UTF-16 units. */
export const MAX_NAME_CHARS = 253;

/** A name as a list has it; undefined for what is none: empty, too long, without a normal form, or no rate among rates. */
export function nameIn({ of, normal }: Pick<NameList, "of" | "normal">, text: string): string | undefined {
  const name = normalText(text, normal);
  if (of === "rate" && (name === undefined || parseRate(name) === undefined)) return undefined;
  return name === "" || name === undefined || name.length > MAX_NAME_CHARS ? undefined : name;
}

/** Whether a fact is in a list is a fact of its own: not given by a request, but looked up for it. */
export type Listed = NameList & { readonly fact: string };

/** What it is called: no fact that code declares has a space in its name. */
export function listedName(fact: string, list: string): string {
  return `${fact} in ${list}`;
}

/** Whether a fact says so: of a recorded request it may be there for a policy that looked, beside one that does not. */
export function isLookedUp(name: string): boolean {
  return name.includes(" in ");
}

/** The fact that says whether another one is in a list. Optional: while no version of the list can be read nobody knows. */
export function listedFact({ name, from }: FactType, list: NameList): FactType {
  const told = { name: listedName(name, list.id), title: `\`${name}\` is in the list \`${list.id}\`` };
  const about = { adjustable: false, optional: true as const, ...(from !== undefined && { from }) };
  return { ...told, ...about, kind: "boolean", listed: { fact: name, ...list } };
}

/** What a policy looks up in lists, each with the fact that says so. */
export function listedIn({ facts }: Pick<Policy, "facts">): readonly (Listed & { readonly name: string })[] {
  return facts.flatMap((type) =>
    type.kind === "boolean" && type.listed !== undefined ? [{ ...type.listed, name: type.name }] : [],
  );
}

/** What a policy reads of lists: those that it looks names up in, and the one that its rates are from. */
export function listsNamed(policy: Pick<Policy, "facts" | "rates">): readonly NameList[] {
  const { rates } = policy;
  return [
    ...listedIn(policy),
    ...(rates === undefined ? [] : [{ id: rates.list, of: "rate", normal: normalOfKind.rate } as const]),
  ];
}

/** Names of facts, and of those that are looked up for them: a reason about a list cites who is looked up. */
export function withLookedUp(names: readonly string[]): readonly string[] {
  return [
    ...new Set(names.flatMap((name) => (isLookedUp(name) ? [name, name.slice(0, name.indexOf(" in "))] : [name]))),
  ];
}

const isTrue = (fact: string): Condition => ({ fact, operator: "equal", value: true });

/** A condition with what one list holds in doubt: who is named now may be removed, and who is not may be added. */
function changedCondition(condition: Condition, after: ReadonlyMap<string, Condition>): Condition {
  if ("all" in condition) return { all: condition.all.map((one) => changedCondition(one, after)) };
  if ("any" in condition) return { any: condition.any.map((one) => changedCondition(one, after)) };
  if ("not" in condition) return { not: changedCondition(condition.not, after) };
  const isIn = after.get(condition.fact);
  if (isIn === undefined) return condition;
  return (condition.value === true) === (condition.operator === "equal") ? isIn : { not: isIn };
}

export type ListChange = { readonly adds: boolean; readonly removes: boolean };

/**
 * The policy before and after some names come to a list or leave it, whichever they are: a request is of a name that comes, of
 * one that goes, or of neither, as a further fact says. What holds of the two holds of every such change.
 */
export function changingList(policy: Policy, list: string, { adds, removes }: ListChange): readonly [Policy, Policy] {
  const listed = listedIn(policy).filter(({ id }) => id === list);
  const further = (name: string, what: string): FactType => ({
    name: `${name}, ${what}`,
    title: what,
    adjustable: false,
    kind: "boolean",
  });
  const after = new Map(
    listed.map(({ name }): [string, Condition] => {
      const now: Condition = adds ? { any: [isTrue(name), isTrue(`${name}, added`)] } : isTrue(name);
      return [name, removes ? { all: [now, { not: isTrue(`${name}, removed`) }] } : now];
    }),
  );
  const facts = [
    ...policy.facts,
    ...listed.flatMap(({ name }) => [
      ...(adds ? [further(name, "added")] : []),
      ...(removes ? [further(name, "removed")] : []),
    ]),
  ];
  const before = { ...policy, facts };
  const rules = policy.rules.map((rule) => ({ ...rule, when: changedCondition(rule.when, after) }));
  return [before, { ...before, rules }];
}
