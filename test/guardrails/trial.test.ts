import { describe, expect, test } from "vitest";
import { governedActions } from "../../functions/governed-actions.ts";
import { loadCases } from "../../guardrails/load/cases.ts";
import { tryRequest } from "../../guardrails/trial.ts";
import { policyFile, policyOf } from "../fixtures/policy.ts";

const version = "v1";
const ids = Object.keys(governedActions);

describe("a request tried on its own", () => {
  test.for(ids)("%s decides every one of its cases as they say, and the explanation agrees", async (id) => {
    const policy = policyOf(id);
    const loaded = loadCases(`${id}.test.yaml`, policyFile(`${id}.test.yaml`), policy);
    if (loaded.kind === "refused") throw new Error("the shipped cases load");
    for (const { facts, expect: wanted, at = "2026-03-02T09:00:00.000Z" } of loaded.cases) {
      const { decision, explanation, limits } = await tryRequest({ policy, version }, facts, at);
      const rules = decision.rules.map((rule) => rule.id).toSorted();
      expect([decision.kind, rules, explanation.agrees]).toEqual([wanted.decision, wanted.rules.toSorted(), true]);
      expect(limits.length).toBeLessThanOrEqual(policy.limits.length);
    }
  });
});
