import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nearMissesOf } from "../../../proof/dispute/near-misses.ts";
import { rulersOf } from "../../../proof/dispute/rulers.ts";
import { explain } from "../../../guardrails/explain/explain.ts";
import type { JsonObject } from "../../../domain/json.ts";
import { verdictOf } from "../../../guardrails/analyse/verdict.ts";
import { compilePolicy } from "../../../guardrails/compile.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { sceneOf } from "../../../guardrails/scene.ts";
import { complete, policies } from "../../fixtures/generated-policy.ts";
import { taken } from "../../fixtures/taken-decision.ts";

/** Policies in which the requester could have asked for anything else, as far as limits go. */
const adjustable = policies(6).map((policy): Policy => ({
  ...policy,
  facts: policy.facts.map((fact) => ({ ...fact, adjustable: true })),
}));
const request = fc.tuple(adjustable, complete);

describe("of any policy and any request", () => {
  test("a rule that nearly matched did not, and is one of the policy's; matched, near and farther are all there are", async () => {
    await fc.assert(
      fc.asyncProperty(request, async ([policy, given]) => {
        const decision = await taken(policy, given as JsonObject);
        const { cell, checked } = sceneOf(policy, decision.facts, decision.at);
        const { matching, unknown } = compilePolicy(cell).match(checked.known);
        const { rules, farther } = nearMissesOf(policy, decision);
        const near = rules.map(({ id }) => id);
        expect(near.filter((id) => matching.includes(id) || unknown.includes(id))).toEqual([]);
        expect(new Set(near).size + matching.length + unknown.length + farther).toBe(policy.rules.length);
      }),
      { numRuns: 60 },
    );
  });

  test("every value within a stretch of a ruler has the verdict that is drawn there, its ends as they are told", async () => {
    await fc.assert(
      fc.asyncProperty(request, async ([policy, given]) => {
        const decision = await taken(policy, given as JsonObject);
        const explanation = explain(policy, decision);
        const { cell, checked } = sceneOf(policy, decision.facts, decision.at);
        for (const { fact, bands } of rulersOf({ kind: "read", taken: decision, policy, explanation })) {
          for (const { from, until, hasFrom, hasUntil, verdict } of bands) {
            for (let value = hasFrom ? from : from + 1; value <= (hasUntil ? until : until - 1); value += 1) {
              expect([fact, value, verdictOf(cell, { ...checked.known, [fact]: value })]).toEqual([
                fact,
                value,
                verdict,
              ]);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
