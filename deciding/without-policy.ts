import type { DecisionDetails } from "../domain/decision-details.ts";
import type { Decision, Route } from "../domain/decision.ts";
import { policyFromDocument } from "../guardrails/policy-document.ts";
import type { Policy } from "../guardrails/policy.ts";
import { versionedDocument } from "./policies.ts";

/** Who answers when no policy is in force: nobody else is named anywhere. */
const route: Route = { id: "no-policy", quorum: 1, levels: [{ role: "ops-engineer", slaMs: 8 * 3_600_000 }] };

const details: DecisionDetails = {
  mode: "assisted",
  release: "",
  canary: null,
  params: [],
  limits: [],
  candidate: null,
  obligations: [],
};

/** The decision of a request for which no policy is in force: people decide, and nothing is executed. */
export function withoutPolicy(policyId: string) {
  const reason = `runtime_error:no_policy_in_force: no release holds a policy \`${policyId}\``;
  const decision: Decision = { kind: "escalate", rules: [], missing: [], route, reason };
  const { version, document } = versionedDocument({ id: policyId, inForce: false });
  return { policy: { id: policyId }, version, document, decision, details, withheld: false };
}

/** The policy that a decision's document keeps; undefined where none was in force. Throws for a document that is neither. */
export function policyKept(document: string): Policy | undefined {
  const { inForce } = JSON.parse(document) as { readonly inForce?: unknown };
  return inForce === false ? undefined : policyFromDocument(document);
}
