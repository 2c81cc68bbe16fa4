import type { ExplanationView } from "../../gateway/http/history.ts";

/** What differs between two decisions; nothing of what is the same. */
export type Differing = { readonly name: string; readonly own: string; readonly other: string };

export function differing(own: ExplanationView, other: ExplanationView): readonly Differing[] {
  const [one, two] = [linesOf(own), linesOf(other)];
  return [...new Set([...one.keys(), ...two.keys()])].flatMap((name) => {
    const [left = "", right = ""] = [one.get(name), two.get(name)];
    return left === right ? [] : [{ name, own: left, other: right }];
  });
}

function linesOf(told: ExplanationView): ReadonlyMap<string, string> {
  const deciding = told.rules.filter((rule) => rule.deciding).map(({ id }) => id);
  return new Map([
    ["verdict", told.verdict],
    ["decided by", deciding.join(", ")],
    ["policy", `${told.policy.id} ${told.policy.version.slice(0, 12)}`],
    ["mode", told.mode],
    ...told.facts.map(({ name, shown }) => [name, shown] as const),
    ...told.params.map(({ name, shown }) => [`limit value ${name}`, shown ?? "not set"] as const),
    ...told.limits.map(({ id, text }) => [`limit ${id}`, text] as const),
  ]);
}
