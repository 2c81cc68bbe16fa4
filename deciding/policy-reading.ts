import { z } from "zod";
import { POLICY_PARAMS } from "../functions/deal-registration/protection-ended.ts";
import { POLICY_BRAND } from "../functions/shared/brand.ts";
import { caseIdOf, objectRefOf } from "../domain/ids.ts";
import { functionOf } from "../functions/index.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ReadTools } from "./evidence.ts";
import type { PolicySource } from "./policy-source.ts";
import { subjectOf } from "./question.ts";

const Args = z.strictObject({ policyId: z.string().min(1).max(256), subject: z.string().max(256) });

const Name = z.string().min(1).max(256);
const OfText = z.strictObject({ policyId: Name, functionId: Name, objectId: Name, template: Name });

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
    [POLICY_BRAND]: {
      name: POLICY_BRAND,
      description: "what texts are held against by the policy in force",
      args: OfText,
      async read(company, given) {
        const { policyId, functionId, objectId, template } = OfText.parse(given);
        const { system, type } = functionOf(functionId).subject;
        const caseId = caseIdOf(company, functionId, objectRefOf(system, type, objectId));
        const facts = { template };
        let isKnown = true;
        const found = policies.inForce(policyId, ({ policy: { subject } }) => {
          isKnown = subject === null || Object.hasOwn(facts, subject);
          return subjectOf(subject, { facts, caseId });
        });
        // By a fact that is not known here the policy's side is not known either: nothing is read, and the text goes to people.
        if (!isKnown || found?.policy.brand === undefined) return undefined;
        const source = { source: POLICY_BRAND, ref: policyId, version: found.version, observedAt: now() };
        return { source, value: found.policy.brand satisfies JsonObject };
      },
    },
  };
}
