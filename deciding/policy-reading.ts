import { z } from "zod";
import { POLICY_PARAMS } from "../functions/deal-registration/protection-ended.ts";
import type { ReadTools } from "./evidence.ts";
import type { PolicySource } from "./policy-source.ts";

const Args = z.strictObject({ policyId: z.string().min(1).max(256), subject: z.string().max(256) });

/** What the policy in force for somebody sets: read by code where a text tells it, and by no agent. */
export function policyReadTools(policies: PolicySource, now: () => string): ReadTools {
  return {
    [POLICY_PARAMS]: {
      name: POLICY_PARAMS,
      description: "the parameters of a policy in force that have a value",
      args: Args,
      async read(_company, given) {
        const { policyId, subject } = Args.parse(given);
        const found = policies.inForce(policyId, () => subject);
        if (found === undefined) return undefined;
        const settled = found.policy.params.filter(({ unsettled }) => unsettled !== true);
        const params = Object.fromEntries(settled.map(({ name, value }) => [name, value]));
        const source = { source: POLICY_PARAMS, ref: policyId, version: found.version, observedAt: now() };
        return { source, value: { params } };
      },
    },
  };
}
