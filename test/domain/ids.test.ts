import { describe, expect, test } from "vitest";
import { batchCaseOf } from "../../domain/batch-case.ts";
import { decideCaseOf, describeExternal, isDecideCase, isServiceStep } from "../../domain/decide-case.ts";
import { caseIdOf, objectRefOf, stepKeyOf } from "../../domain/ids.ts";
import { turnKeyOf } from "../../domain/model-call.ts";
import { policyCaseOf } from "../../domain/policy-release.ts";
import { reservedNames } from "../../domain/reserved-names.ts";

const deal = caseIdOf("acme", "quoting", objectRefOf("crm", "deal", "1001"));
const step = stepKeyOf(deal, "evt_1", "quoting", 1);

test("keys that must survive a restart stay as they are, since records name them", () => {
  expect([deal, step, stepKeyOf(deal, "evt_1", "quoting", 2), turnKeyOf(step, "compliance")]).toEqual([
    "acme:quoting:crm-deal-1001",
    "acme:quoting:crm-deal-1001/evt_1/quoting",
    "acme:quoting:crm-deal-1001/evt_1/quoting~2",
    "acme:quoting:crm-deal-1001/evt_1/quoting/compliance",
  ]);
  expect([batchCaseOf("acme", "b1"), policyCaseOf("acme")]).toEqual(["acme:batches:b1", "acme:policies"]);
  expect(reservedNames).toEqual(["decisions", "batches", "quarantine", "record"]);
});

describe("what the decide service is asked", () => {
  const key = "a".repeat(64);
  const object = "b".repeat(64);

  test("is a step of its key, in the case of its object, else of its key", () => {
    const stepKey = `acme:decisions:${"a".repeat(32)}/request/decide`;
    expect(decideCaseOf("acme", key)).toEqual({ caseId: `acme:decisions:${"a".repeat(32)}`, stepKey });
    expect(decideCaseOf("acme", key, object)).toEqual({ caseId: `acme:decisions:${"b".repeat(32)}`, stepKey });
  });

  test("is told from what a workflow works on, and from another company's", () => {
    const { caseId, stepKey } = decideCaseOf("acme", key);
    expect([isDecideCase("acme", caseId), isDecideCase("other", caseId), isDecideCase("acme", deal)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([isServiceStep(stepKey), isServiceStep(step)]).toEqual([true, false]);
  });

  test("is said in one sentence, with what is not known left open", () => {
    const asked = { name: "quoting", ref: "Q-7", caller: "cpq" };
    expect(describeExternal(asked)).toBe("cpq asks for quoting of Q-7");
    expect(describeExternal({ name: 7, caller: "cpq" })).toBe("cpq asks for ? of ?");
  });
});
