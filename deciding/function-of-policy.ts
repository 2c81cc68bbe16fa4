import { functionOfAction } from "../functions/index.ts";

/** What a switch stops a policy's actions by: its function, or the policy's own id when it is no function's. */
export function functionOfPolicy(policyId: string): string {
  return functionOfAction(policyId)?.id ?? policyId;
}
