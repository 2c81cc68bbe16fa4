import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Alarm } from "../../../deciding/decider.ts";
import { loadPolicies, policiesOf, type Policies } from "../../../deciding/policies.ts";
import { compilePolicy } from "../../../guardrails/compile.ts";
import { openEscalationOf } from "../../fixtures/escalations.ts";
import { givenPartner, quoteDeskSays, givenQuote } from "../../fixtures/programme.ts";
import { startSystem, type System } from "../../setup/system.ts";

const alarm = vi.fn<Alarm>();
let system: System;

/** Policies of which the quoting one was changed in memory after it was compiled: its rule that executes is turned round. */
async function changedInMemory(): Promise<Policies> {
  const policies = await loadPolicies(resolve(import.meta.dirname, "../../../policies"));
  const versioned = policies.policyOf("quoting");
  const policy = { ...versioned.policy };
  compilePolicy(policy);
  policy.rules = policy.rules.map((rule) =>
    rule.id === "within-mandate" ? { ...rule, when: { not: rule.when } } : rule,
  );
  const others = ["deal-registration", "write-back"].map((id) => [id, policies.policyOf(id)] as const);
  return policiesOf({ ...Object.fromEntries(others), quoting: { ...versioned, policy } });
}

beforeAll(async () => {
  system = await startSystem({ policies: await changedInMemory(), alarm });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
/** It was taken under a policy that is not what its document says: taken again, it comes out otherwise. */
afterAll(() => system.stop({ differing: 1 }));

test("a case over which the evaluators differ waits for people, and the alarm names it", async () => {
  await givenQuote(system.pool, system.company, "d1", 120_000, { quote_id: "Q-1" });
  const caseId = await system.arrive("quoting", "d1");
  expect((await openEscalationOf(system, caseId)).role).toBe("partner-manager");
  expect((await quoteDeskSays(system.pool, system.company)).approvals).toEqual([]);
  const detail = { policy: "quoting", engine: [], compiled: ["within-mandate"] };
  expect(alarm.mock.calls).toEqual([[{ ...detail, caseId, stepKey: expect.any(String) as string }]]);
});
