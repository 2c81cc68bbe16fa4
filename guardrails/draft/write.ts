import { patchParam, writeAmount } from "../learn/patch.ts";
import { showValue, type FactType } from "../fact-types.ts";
import { writtenCondition, writtenValue } from "../written-condition.ts";
import type { Condition, Policy } from "../policy.ts";
import type { Edit } from "./edit.ts";
import { flowText } from "./flow.ts";
import { withEntry } from "./insert.ts";

/** What an edit adds or changes is called by this in the file: the id of a new entry, or the parameter's name. */
export type Patched = { readonly id: string; readonly text: string };

/** Longest id that is made of words. */
const MAX_ID = 60;

/** A name of an entry that the policy has not, made of words. */
function freeId(policy: Policy, words: readonly (string | number)[]): string {
  const slug = words
    .join("-")
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, MAX_ID)
    .replace(/-+$/, "");
  const taken = [...policy.rules, ...policy.limits, ...policy.overrides].map(({ id }) => id);
  const id = slug === "" ? "drafted" : slug;
  for (let count = 2; ; count += 1) {
    const next = !taken.includes(id) ? id : `${id}-${count}`;
    if (!taken.includes(next)) return next;
  }
}

/** A reason that is what was said: without braces, which would cite facts, and no longer than a sentence may be. */
function asSaid(words: string): string {
  return JSON.stringify(words.trim().replaceAll(/[{}]/g, "").slice(0, 290));
}

/** A name as words: `listPrice` is `list price`. */
const inWords = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();

function conditionOf({ fact, over, scope }: Extract<Edit, { readonly kind: "rule" }>): Condition {
  const whom = Object.entries(scope).map(([name, values]): Condition => {
    const [only = ""] = values;
    return values.length === 1
      ? { fact: name, operator: "equal", value: only }
      : { fact: name, operator: "in", value: values };
  });
  const amount: Condition = { fact: fact.name, operator: "greaterThan", value: over };
  return whom.length === 0 ? amount : { all: [...whom, amount] };
}

function overrideLines(policy: Policy, edit: Extract<Edit, { readonly kind: "override" }>, words: string) {
  const { param, value, scope, from, until } = edit;
  const id = freeId(policy, [...Object.values(scope).flat(), "until", until]);
  const lines = [
    `id: ${id}`,
    `for: ${flowText(scope)}`,
    `effective: { from: ${from}, until: ${until} }`,
    `set: { ${param.name}: ${writeAmount(param, value)} }`,
    `reason: ${asSaid(words)}`,
  ];
  return { id, lines };
}

const routeLine = (route: string | null): readonly string[] => (route === null ? [] : [`route: ${route}`]);

function ruleLines(policy: Policy, edit: Extract<Edit, { readonly kind: "rule" }>) {
  const { fact, over, effect, route, scope } = edit;
  const id = freeId(policy, [
    ...Object.values(scope).flat(),
    ...inWords(fact.name).split(" "),
    "over",
    showValue(fact, over),
  ]);
  const condition = writtenCondition(policy.facts, conditionOf(edit));
  const parts = "all" in condition ? (condition["all"] as readonly unknown[]) : [];
  const when =
    parts.length === 0
      ? [`when: ${flowText(condition)}`]
      : ["when:", "  all:", ...parts.map((part) => `    - ${flowText(part)}`)];
  const name = inWords(fact.name);
  const reason = `${name.charAt(0).toUpperCase()}${name.slice(1)} {${fact.name}} is over ${showValue(fact, over)}`;
  return {
    id,
    lines: [`id: ${id}`, `effect: ${effect}`, ...when, `reason: ${JSON.stringify(reason)}`, ...routeLine(route)],
  };
}

/** A cap in the unit of what is summed. */
const capText = (sum: FactType | null, cap: number): string => String(sum === null ? cap : writtenValue(sum, cap));

function limitLines(policy: Policy, edit: Extract<Edit, { readonly kind: "limit" }>) {
  const { sum, cap, per, window, effect, route } = edit;
  const what = sum === null ? "requests" : inWords(sum.name);
  const id = freeId(policy, [
    what,
    ...(per.length > 0 ? ["per", ...per.map(inWords)] : []),
    window.replace("calendar-", "in-a-"),
  ]);
  const lines = [
    `id: ${id}`,
    sum === null ? "count: true" : `sum: ${sum.name}`,
    `per: [${per.join(", ")}]`,
    `window: ${window}`,
    `cap: ${capText(sum, cap)}`,
    `over: ${effect}`,
    ...routeLine(route),
  ];
  return { id, lines };
}

/**
 * A policy's file with an edit; every other character stays, comments too. `text` is the file of `policy`, `words` what was
 * said, which is an override's reason. Undefined where the file is not laid out so that an entry can be added.
 */
export function patchPolicy(policy: Policy, text: string, edit: Edit, words: string): Patched | undefined {
  if (edit.kind === "param") {
    const after = patchParam(text, edit.param, edit.value)?.after;
    return after === undefined ? undefined : { id: edit.param.name, text: after };
  }
  const { id, lines } =
    edit.kind === "override"
      ? overrideLines(policy, edit, words)
      : edit.kind === "rule"
        ? ruleLines(policy, edit)
        : limitLines(policy, edit);
  const section = { override: "overrides", rule: "rules", limit: "limits" }[edit.kind];
  const after = withEntry(text, section, lines, true);
  return after === undefined ? undefined : { id, text: after };
}
