import { policyNameOf, type CaseFile } from "../../audit/case-file.ts";
import { sha256Hex } from "../../audit/digest.ts";
import { objectAt, textAt } from "../../audit/story/loose.ts";
import { policyKept } from "../../deciding/without-policy.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import { explain, explainUnruled, type Explanation } from "../../guardrails/explain/explain.ts";
import type { TakenDecision } from "../../guardrails/explain/taken-decision.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { takenOf } from "./taken.ts";
import { goneWord } from "./gone.ts";

/**
 * A decision read again under the very policy version that took it. `policy` is absent where none was in force, `why` says
 * what keeps a decision from being read again.
 */
export type Ruling =
  | {
      readonly kind: "read";
      readonly taken: TakenDecision;
      readonly policy: Policy | undefined;
      readonly explanation: Explanation;
    }
  | { readonly kind: "unread"; readonly taken: TakenDecision | undefined; readonly why: string };

export function rulingOf({ policies }: CaseFile, decision: AuditRecord): Ruling {
  const taken = takenOf(decision);
  if (taken === undefined) return { kind: "unread", taken, why: `what was read for it is ${goneWord(decision)}` };
  const { id, version } = taken.policy;
  const name = policyNameOf(id, version);
  const document = Object.hasOwn(policies, name) ? policies[name] : undefined;
  if (document === undefined) return { kind: "unread", taken, why: `policy ${id} of this version is not in the file` };
  if (sha256Hex(document) !== version) {
    return { kind: "unread", taken, why: `the file's policy ${id} is not the one recorded: its digest is another` };
  }
  try {
    return readAgain(taken, document);
  } catch (error) {
    return { kind: "unread", taken, why: error instanceof Error ? error.message : String(error) };
  }
}

/** A decision that was taken for want of a policy has a document that is none: then its reason is all there is. */
function readAgain(taken: TakenDecision, document: string): Ruling {
  const policy = policyKept(document);
  return { kind: "read", taken, policy, explanation: policy ? explain(policy, taken) : explainUnruled(taken) };
}

/** The policy that a decision names; it is public and never erased. */
export function policyRefOf({ body }: AuditRecord): { readonly id: string; readonly version: string } {
  const policy = objectAt(body, "policy");
  return { id: textAt(policy, "id"), version: textAt(policy, "version") };
}
