import { diffPolicies } from "../../guardrails/analyse/diff.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { turnsOf, type PolicyTurn } from "../../releases/behaviour.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../command.ts";
import { diffLines } from "./diff-text.ts";
import { shortVersion } from "./heading.ts";
import { policyOf, sideOf, type Side } from "./sides.ts";

export type DiffOptions = { readonly expectEqual?: boolean };

/**
 * `mandate policy diff A B`: which requests the second decides otherwise, or the proof that it decides all alike. Of a
 * policy and a release, the release's policy of that id is meant; of two releases, or one and the draft, every policy.
 */
export async function diff({ args, options }: Call<DiffOptions>): Promise<Answer> {
  const [a, b] = [await sideOf(options, args[0] ?? ""), await sideOf(options, args[1] ?? "")];
  const id = a.only?.policy.id ?? b.only?.policy.id;
  const { equal, ...answer } = id === undefined ? diffOfAll(a, b) : diffOfOne(a, b, id);
  return { ...answer, exit: options.expectEqual === true && !equal ? "problemsFound" : "ok" };
}

type Compared = Pick<Answer, "data" | "text"> & { readonly equal: boolean };

function diffOfOne(a: Side, b: Side, id: string): Compared {
  const [before, after] = [a, b].map((side) => (side.only ?? policyOf(side, id)).policy) as [Policy, Policy];
  const found = diffPolicies(before, after);
  return { data: found, text: `${diffLines(before, after, found).join("\n")}\n`, equal: found.equal };
}

function diffOfAll(a: Side, b: Side): Compared {
  const turns = turnsOf(a.policies, b.policies);
  const equal = turns.every((turn) => turn.diff?.equal === true);
  const policies = turns.map(({ policy, from, to, diff: found }) => ({ policy, from, to, diff: found }));
  const lines = turns.flatMap((turn) => turnLines(a, b, turn));
  const text = lines.length === 0 ? `${a.shown} and ${b.shown} hold the same policies` : lines.join("\n");
  return { data: { equal, a: a.release, b: b.release, policies }, text: `${text}\n`, equal };
}

function turnLines(a: Side, b: Side, turn: PolicyTurn): readonly string[] {
  const { policy, diff: found, undecided } = turn;
  const [before, after] = [a.policies[policy]?.policy, b.policies[policy]?.policy];
  if (before === undefined || after === undefined) return [turnHeading(turn)];
  const lines = found === null ? undecided.map((why) => `not decided: ${why}`) : diffLines(before, after, found);
  return [turnHeading(turn), ...lines.map((line) => `  ${line}`)];
}

/** `quoting: 5f0a… becomes 7b1c…`, or that it is new or removed. */
export function turnHeading({ policy, from, to }: Pick<PolicyTurn, "policy" | "from" | "to">): string {
  if (to === null) return `${policy}: removed`;
  return from === null
    ? `${policy}: new, ${shortVersion(to)}`
    : `${policy}: ${shortVersion(from)} becomes ${shortVersion(to)}`;
}
