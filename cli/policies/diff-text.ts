import type { Change, PolicyDiff } from "../../guardrails/analyse/diff.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { requestText } from "./analysed.ts";

/** The differences of two policies, a line each and a region's own below it; of more than `most` regions the rest is counted. */
export function diffLines(a: Policy, b: Policy, found: PolicyDiff, most = Infinity): readonly string[] {
  const { facts, beside, changes, more, undecided } = found;
  if (found.equal) return ["PROVED EQUAL: every request is decided alike"];
  const isAlike = changes.length === 0 && undecided.length === 0;
  const left = changes.slice(most);
  return [
    ...facts.map((fact) => `facts differ: ${fact}`),
    ...changes.slice(0, most).flatMap((change) => changeLines(a, b, change)),
    ...(left.length === 0 ? [] : [`and ${left.length} more regions: ${countsText(left)}`]),
    ...more.map((turn) => `more requests turn from ${turn} than are told here`),
    ...undecided.map((why) => `not decided: ${why}`),
    ...(isAlike ? ["the rules decide every request that both take alike"] : []),
    ...(beside.length > 0 ? [`differs beside the rules' verdicts: ${beside.join(", ")}`] : []),
  ];
}

/** `2 looser, 1 stricter`: how many regions turn which way. */
export function countsText(changes: readonly Change[]): string {
  const words = { loosening: "looser", "other-route": "to other people", tightening: "stricter" } as const;
  const counted = Object.entries(words).flatMap(([direction, word]) => {
    const count = changes.filter((change) => change.direction === direction).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return counted.length === 0 ? "none" : counted.join(", ");
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
