import { brandFindings, type Fill } from "../../domain/brand/check.ts";
import { BrandRules, type BrandFinding } from "../../domain/brand/rules.ts";
import type { Lookup } from "../../domain/evidence.ts";
import type { Readings } from "../definition.ts";

/** The reading of what texts are held against, by its tool: the brand rules of the policy in force that decides them. */
export const POLICY_BRAND = "policy.brand";

/** `objectId`: of the function's subject that the text is about. `template`: the text's name, by which a canary may pick the side. */
export function brandLookup(policyId: string, functionId: string, objectId: string, template: string): Lookup {
  return { tool: POLICY_BRAND, args: { policyId, functionId, objectId, template } };
}

/** A template with its variables, and where each of them stands in it. */
export type Filled = { readonly text: string; readonly fills: readonly Fill[] };

/** A placeholder without a variable stays as it is. */
export function filledIn(template: string, variables: { readonly [name: string]: string }): Filled {
  const fills: Fill[] = [];
  let text = "";
  let last = 0;
  for (const { index, 0: whole, 1: name = "" } of template.matchAll(/\{(\w+)\}/g)) {
    text += template.slice(last, index);
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value !== undefined) fills.push({ name, from: text.length, to: text.length + value.length });
    text += value ?? whole;
    last = index + whole.length;
  }
  return { text: text + template.slice(last), fills };
}

/** Rules are checked once per version: what a reading gives is one object for as long as it is in force. */
const checked = new WeakMap<object, BrandRules | null>();

function rulesIn(readings: Readings): BrandRules | null {
  const value = readings[POLICY_BRAND]?.value;
  if (value === undefined) return null;
  const known = checked.get(value);
  if (known !== undefined) return known;
  const rules = BrandRules.safeParse(value).data ?? null;
  checked.set(value, rules);
  return rules;
}

/** What of a text the rules in force do not let out; undefined where they were not read. `at`: ISO 8601. */
export function findingsIn(
  readings: Readings,
  { text, fills }: Filled,
  cites: readonly string[],
  at: string,
): readonly BrandFinding[] | undefined {
  const rules = rulesIn(readings);
  return rules === null ? undefined : brandFindings(rules, { text, fills, cites, at });
}

/** Findings told one by one; the others are counted. */
const TOLD = 5;

/** `"guaranteed" at 120 to 130 (en.guarantee): It promises …; allowed: "…"`, a clause each. */
export function findingsInWords(findings: readonly BrandFinding[]): readonly string[] {
  const told = findings.slice(0, TOLD).map(({ words, from, to, rule, why, instead, of }) => {
    const whose = of === null ? "" : `, of \`${of}\``;
    const allowed = instead === "" ? "leave it out" : `allowed: "${instead}"`;
    return `"${shown(words)}" at ${from} to ${to} (${rule}${whose}): ${why}; ${allowed}`;
  });
  return findings.length > TOLD ? [...told, `and ${findings.length - TOLD} more`] : told;
}

const UNSEEN = /[\p{Cf}\p{Cc}\u115f\u1160\u3164\uffa0]/gu;
const MAX_SHOWN = 60;

/** On one line, with what nobody can see as its code. */
function shown(words: string): string {
  const line = words.replaceAll(/\s+/g, " ").replaceAll(UNSEEN, (char) => `U+${codeOf(char)}`);
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}

function codeOf(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
