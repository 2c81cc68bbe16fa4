import { diffPolicies, type Change, type PolicyDiff } from "../../guardrails/analyse/diff.ts";
import type { Policy } from "../../guardrails/policy.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../command.ts";
import { requestText, soundPolicyAt } from "./analysed.ts";

export type DiffOptions = { readonly expectEqual?: boolean };

/** `mandate policy diff A B`: which requests the second decides otherwise, or the proof that it decides all alike. */
export async function diff({ args, options }: Call<DiffOptions>): Promise<Answer> {
  const [a, b] = [await soundPolicyAt(options, args[0] ?? ""), await soundPolicyAt(options, args[1] ?? "")];
  const found = diffPolicies(a, b);
  return {
    data: found,
    text: diffText(a, b, found),
    exit: options.expectEqual === true && !found.equal ? "problemsFound" : "ok",
  };
}

function diffText(a: Policy, b: Policy, found: PolicyDiff): string {
  if (found.equal) return "PROVED EQUAL: every request is decided alike\n";
  const { facts, beside, changes, more, undecided } = found;
  const isAlike = changes.length === 0 && undecided.length === 0;
  const lines = [
    ...facts.map((fact) => `facts differ: ${fact}`),
    ...changes.flatMap((change) => changeLines(a, b, change)),
    ...more.map((turn) => `more requests turn from ${turn} than are told here`),
    ...undecided.map((why) => `not decided: ${why}`),
    ...(isAlike ? ["the rules decide every request that both take alike"] : []),
    ...(beside.length > 0 ? [`differs beside the rules' verdicts: ${beside.join(", ")}`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function sideText({ verdict, answeredBy, rules }: Change["from"]): string {
  const { route, quorum } = answeredBy ?? { route: "", quorum: 1 };
  const to = answeredBy === null ? "" : ` to ${route}${quorum > 1 ? ` (${quorum} people)` : ""}`;
  return `${verdict}${to} by ${rules.length === 0 ? "the default" : rules.join(", ")}`;
}

function changeLines(a: Policy, b: Policy, change: Change): readonly string[] {
  const { direction, from, to, where, witness, overrides, day } = change;
  const shown = {
    ...a,
    facts: [...a.facts, ...b.facts.filter(({ name }) => !a.facts.some((fact) => fact.name === name))],
  };
  const when = day === null ? [] : [`  on ${day}${overrides.length === 0 ? "" : ` under ${overrides.join(", ")}`}`];
  return [
    `${direction.toUpperCase().replace("-", " ")}  ${from.verdict} → ${to.verdict} where ${where}`,
    ...when,
    `  for example ${requestText(shown, witness)}`,
    `  before: ${sideText(from)}`,
    `  after:  ${sideText(to)}`,
  ];
}
