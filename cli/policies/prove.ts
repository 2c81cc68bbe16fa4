import { prove as provePolicy, type Proof } from "../../guardrails/analyse/prove.ts";
import type { Invariant, Policy } from "../../guardrails/policy.ts";
import { conditionText } from "../../guardrails/sentences.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../command.ts";
import { progressOn, requestText, soundPolicies } from "./analysed.ts";

export type Proved = { readonly policy: Policy; readonly proofs: readonly Proof[] };

/** `mandate policy prove [ID...]`: each invariant proved of every request there can be, or a request that breaks it. */
export async function prove({ args, options, io }: Call<object>): Promise<Answer> {
  const onProgress = progressOn(io);
  const results = (await soundPolicies(options, args)).map((policy): Proved => {
    onProgress(`${policy.id}: proving ${policy.invariants.length} invariants`);
    return { policy, proofs: provePolicy(policy) };
  });
  const isSound = results.every(({ proofs }) => proofs.every(({ kind }) => kind === "proved"));
  return {
    data: { policies: results.map(({ policy, proofs }) => ({ id: policy.id, proofs })) },
    text: `${results.map(provedText).join("\n")}\n`,
    exit: isSound ? "ok" : "problemsFound",
  };
}

/** How many invariants are proved, and each in a line or more. */
export function provedText({ policy, proofs }: Proved): string {
  if (proofs.length === 0) return `${policy.id}: no invariant`;
  const count = proofs.filter(({ kind }) => kind === "proved").length;
  const lines = proofs.flatMap((proof) => {
    const invariant = policy.invariants.find(({ id }) => id === proof.invariant);
    const said = invariant === undefined ? proof.invariant : `${invariant.id}: ${invariantText(policy, invariant)}`;
    return proofLines(policy, proof, said);
  });
  return [`${policy.id}: ${count} of ${proofs.length} invariants proved`, ...lines].join("\n");
}

function invariantText(policy: Policy, invariant: Invariant): string {
  const wanted = "never" in invariant ? `never ${invariant.never}` : `always ${invariant.always}`;
  return `${wanted} when ${conditionText(policy, invariant.when)}`;
}

function proofLines(policy: Policy, proof: Proof, said: string): readonly string[] {
  switch (proof.kind) {
    case "proved":
      return [`  PROVED   ${said}`];
    case "undecided":
      return [`  OPEN     ${said}`, `           ${proof.why}`];
    case "counterexample": {
      const by = proof.rules.length === 0 ? "the default" : proof.rules.join(", ");
      const when = proof.day === null ? "" : `, on ${proof.day} under ${proof.overrides.join(", ") || "no override"}`;
      return [
        `  BROKEN   ${said}`,
        `           ${proof.verdict} by ${by}${when}`,
        `           for ${requestText(policy, proof.facts)}`,
      ];
    }
  }
}
