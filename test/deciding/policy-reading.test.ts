import { expect, test } from "vitest";
import { policyReadTools } from "../../deciding/policy-reading.ts";
import type { InForce, PolicySource } from "../../deciding/policy-source.ts";
import { noLists } from "../../deciding/lists.ts";
import { versioned, type VersionedPolicy } from "../../deciding/policies.ts";
import { subjectOf } from "../../deciding/question.ts";
import { caseIdOf, objectRefOf } from "../../domain/ids.ts";
import { brandLookup, POLICY_BRAND } from "../../functions/shared/brand.ts";
import { sideOf } from "../../releases/canary.ts";
import { policyFile, policyOf } from "../fixtures/policy.ts";

const AT = "2026-03-02T09:00:00.000Z";
const TEMPLATES = ["renewals.offer", "renewals.reminder", "renewals.notice-ahead", "renewals.renewed"];
const CONTRACTS = Array.from({ length: 40 }, (_, at) => `contract-${at}`);

/** The policy of texts, which keeps a subject to one side, and the next one, which is a canary for half of the subjects. */
function running(subject: string | null) {
  const settled = subject === null ? "" : `subject: ${subject}\n`;
  const text = policyFile("message.yaml").replace("default: escalate", `${settled}default: escalate`);
  const old = versioned(policyOf("message", text));
  const next = versioned(policyOf("message", text.replace("number: 2000", "number: 1900")));
  const inForce = (_id: string, of: (policy: VersionedPolicy) => string): InForce => {
    const side = sideOf("r2", of(old), 500_000);
    const canary = { side, other: side === "new" ? "r1" : "r2" };
    return {
      ...(side === "new" ? next : old),
      release: side === "new" ? "r2" : "r1",
      canary,
      mode: "led",
      lists: noLists,
    };
  };
  return { inForce, next: next.version };
}

async function readBy(policies: PolicySource, objectId: string, template: string): Promise<string | undefined> {
  const { args } = brandLookup("message", "renewals", objectId, template);
  return (await policyReadTools(policies, () => AT)[POLICY_BRAND]?.read("acme", args))?.source.version;
}

test.for([[null], ["template"]] as const)(
  "with subject `%s` a text's policy and its brand rules are one side's",
  async ([subject]) => {
    const policies = running(subject);
    const sides = new Set<boolean>();
    for (const objectId of CONTRACTS) {
      const caseId = caseIdOf("acme", "renewals", objectRefOf("crm", "contract", objectId));
      for (const template of TEMPLATES) {
        // As a decision picks the side: `decider.ts`.
        const by = policies.inForce("message", ({ policy }) =>
          subjectOf(policy.subject, { facts: { template }, caseId }),
        );
        expect(await readBy(policies, objectId, template)).toBe(by.version);
        sides.add(by.version === policies.next);
      }
    }
    expect(sides).toEqual(new Set([true, false]));
  },
);

test("by a fact that is not known before a text is read, no side's brand rules are read", async () => {
  const { inForce } = running(null);
  const other: PolicySource = {
    inForce: (id, of) =>
      inForce(id, ({ policy, ...rest }) => of({ ...rest, policy: { ...policy, subject: "partner" } })),
  };
  expect(await readBy(other, "contract-1", "renewals.offer")).toBeUndefined();
});
