import { basename, isAbsolute } from "node:path";
import { prove, type Proof } from "../guardrails/analyse/prove.ts";
import type { Answered } from "../domain/answered.ts";
import { patchParam, unifiedDiff } from "../guardrails/learn/patch.ts";
import { suggestionText } from "../guardrails/learn/sentence.ts";
import { suggest, type Held, type Suggestion } from "../guardrails/learn/suggest.ts";
import type { Policy } from "../guardrails/policy.ts";
import type { PastDecision } from "../guardrails/simulate/past-decision.ts";
import { simulate, type Simulation } from "../guardrails/simulate/simulate.ts";

/** A policy as it stands in a file. */
export type PolicyText = { readonly policy: Policy; readonly file: string; readonly text: string };

/** A suggestion with what a person needs to judge it. It is a text to look at: nothing here writes a file. */
export type SuggestionView = Suggestion & {
  readonly sentence: string;
  /** The change as a unified diff; null when the file does not hold the parameter in one line. */
  readonly patch: string | null;
  /** The whole file with the change; null where `patch` is. */
  readonly text: string | null;
  /** Whether the policy's invariants hold of it with the change; null when they could not be tried, as `proofsLack` says. */
  readonly proofs: readonly Proof[] | null;
  readonly proofsLack: string | null;
};

export type SuggestionViews = { readonly suggestions: readonly SuggestionView[]; readonly held: readonly Held[] };

/** What a policy's history suggests for its file. */
export function suggestionViews(source: PolicyText, history: readonly Answered[]): SuggestionViews {
  const { suggestions, held } = suggest(source.policy, history);
  return { suggestions: suggestions.map((suggestion) => viewOf(source, suggestion)), held };
}

function viewOf(source: PolicyText, suggestion: Suggestion): SuggestionView {
  const patch = patchOf(source, suggestion);
  const sentence = suggestionText(source.policy, suggestion);
  return {
    ...suggestion,
    sentence,
    patch: patch === undefined ? null : unifiedDiff(placeOf(source.file), patch),
    text: patch?.after ?? null,
    ...proofsOf(suggestedPolicy(source.policy, suggestion)),
  };
}

/** The file within the project: one that lies elsewhere is patched in the folder that policies are kept in. */
function placeOf(file: string): string {
  return isAbsolute(file) ? `policies/${basename(file)}` : file;
}

function patchOf({ policy, text }: PolicyText, { param: name, to }: Suggestion) {
  const param = policy.params.find((known) => known.name === name);
  return param && patchParam(text, param, to);
}

/** The policy with the change. */
export function suggestedPolicy(policy: Policy, { param: name, to }: Suggestion): Policy {
  return { ...policy, params: policy.params.map((param) => (param.name === name ? { ...param, value: to } : param)) };
}

function proofsOf(policy: Policy): Pick<SuggestionView, "proofs" | "proofsLack"> {
  try {
    return { proofs: prove(policy), proofsLack: null };
  } catch (error) {
    return { proofs: null, proofsLack: error instanceof Error ? error.message : String(error) };
  }
}

/** What recorded decisions would have come to under the change. */
export function simulateSuggestion(
  policy: Policy,
  suggestion: Suggestion,
  history: readonly PastDecision[],
): Simulation {
  return simulate(suggestedPolicy(policy, suggestion), history);
}
