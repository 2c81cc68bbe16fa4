import type { CandidateSeen, Mode } from "../../domain/decision-details.ts";
import type { PolicyRef, Verdict } from "../../domain/decision.ts";
import { compilePolicy } from "../compile.ts";
import { decideScene } from "../decide-compiled.ts";
import { sceneOf } from "../scene.ts";
import type { Scene } from "../scene.ts";
import { matched } from "../grounds.ts";
import type { Policy, PolicyRule } from "../policy.ts";
import type { Reading } from "./clauses.ts";
import { limitsTold } from "./limits.ts";
import type { LimitTold } from "./limits.ts";
import { originOf, originText } from "./params.ts";
import type { ParamOrigin } from "./params.ts";
import { sentenceOf } from "./sentence.ts";
import type { TakenDecision } from "./taken-decision.ts";
import { treeOf } from "./tree.ts";
import type { TreeLine } from "./tree.ts";
import { waysFrom } from "./ways.ts";
import type { Way } from "./ways.ts";

/** A rule that matched, or may match, with its condition node by node. */
export type RuleTold = {
  readonly id: string;
  readonly effect: Verdict;
  readonly state: "active" | "candidate";
  /** `unknown`: it hangs on facts that are not known. */
  readonly matches: "true" | "unknown";
  /** It is active, matches, and has the decision's own verdict. */
  readonly deciding: boolean;
  readonly reason: string;
  readonly tree: readonly TreeLine[];
};

export type Explanation = {
  readonly decisionId: string;
  readonly caseId: string;
  readonly at: string;
  readonly policy: PolicyRef;
  readonly verdict: Verdict;
  readonly sentence: string;
  readonly rules: readonly RuleTold[];
  readonly params: readonly ParamOrigin[];
  readonly limits: readonly LimitTold[];
  readonly candidate: CandidateSeen | null;
  readonly mode: Mode;
  readonly release: string;
  readonly ways: readonly Way[];
  /** Whether the policy's rules, asked again, are the recorded ones; null when there was no policy to ask. */
  readonly agrees: boolean | null;
};

function ruleTold(rule: PolicyRule, { cell, checked }: Scene, open: boolean, verdict: Verdict): RuleTold {
  const isActive = rule.state === undefined;
  return {
    id: rule.id,
    effect: rule.effect,
    state: isActive ? "active" : "candidate",
    matches: open ? "unknown" : "true",
    deciding: isActive && !open && rule.effect === verdict,
    reason: matched(cell, rule, checked.known).reason,
    tree: treeOf(rule.when, cell, checked.known),
  };
}

const order: { readonly [effect in Verdict]: number } = { block: 0, escalate: 1, execute: 2 };

/** Deciding rules first, then what else matches, then what may match; strictest first within each. */
function rulesTold(scene: Scene, verdict: Verdict): readonly RuleTold[] {
  const { matching, unknown } = compilePolicy(scene.cell).match(scene.checked.known);
  const rank = ({ deciding, matches }: RuleTold) => (deciding ? 0 : matches === "true" ? 1 : 2);
  return scene.cell.rules
    .filter(({ id }) => matching.includes(id) || unknown.includes(id))
    .map((rule) => ruleTold(rule, scene, unknown.includes(rule.id), verdict))
    .toSorted((a, b) => rank(a) - rank(b) || order[a.effect] - order[b.effect] || (a.id < b.id ? -1 : 1));
}

function agreesWith(scene: Scene, { rules }: TakenDecision): boolean {
  const own = new Set(scene.cell.rules.map(({ id }) => id));
  const recorded = rules.map(({ id }) => id).filter((id) => own.has(id));
  return decideScene(scene).rules.toSorted().join(" ") === recorded.toSorted().join(" ");
}

/**
 * Why a decision came out as it did, under the very policy version that took it: rules, values, where each parameter came
 * from, limits as they were read, and what would have given each other verdict. Throws for a time that is none.
 */
export function explain(policy: Policy, taken: TakenDecision): Explanation {
  const scene = sceneOf(policy, taken.facts, taken.at);
  const { known } = scene.checked;
  const params = scene.cell.params.map((param) => originOf(policy, param, known, taken.at));
  const reading: Reading = {
    cell: scene.cell,
    known,
    originText: (name) => params.filter((param) => param.name === name).map(originText)[0],
  };
  const ways = waysFrom(scene, taken);
  const { decisionId, caseId, at, verdict, candidate, mode, release } = taken;
  return {
    decisionId,
    caseId,
    at,
    policy: taken.policy,
    verdict,
    sentence: sentenceOf(scene, taken, reading, ways),
    rules: rulesTold(scene, verdict),
    params,
    limits: limitsTold(scene.cell, taken.limits),
    candidate,
    mode,
    release,
    ways,
    agrees: agreesWith(scene, taken),
  };
}

/** What can be said of a decision that no policy took: its reason as recorded. */
export function explainUnruled(taken: TakenDecision): Explanation {
  const { decisionId, caseId, at, policy, verdict, reason, candidate, mode, release } = taken;
  const sentence = `${verdict}, ${reason}.`;
  const nothing = { rules: [], params: [], limits: [], ways: [] };
  return { decisionId, caseId, at, policy, verdict, sentence, ...nothing, candidate, mode, release, agrees: null };
}
