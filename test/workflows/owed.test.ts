import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadPolicies, policiesOf, versioned, type Policies } from "../../deciding/policies.ts";
import { readRecords } from "../../audit/records.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { givenPartner, notesOn, givenQuote } from "../fixtures/programme.ts";
import { startSystem, type System } from "../setup/system.ts";

let system: System;

/** The shipped policies; of quoting, the rules that execute or ask the manager owe a note. */
async function owing(): Promise<Policies> {
  const shipped = await loadPolicies(resolve(import.meta.dirname, "../../policies"));
  const { policy } = shipped.policyOf("quoting");
  const owes = new Set(["within-mandate", "manager-band"]);
  const rules = policy.rules.map((rule) => (owes.has(rule.id) ? { ...rule, obligations: ["crm-note"] } : rule));
  const others = ["write-back", "crm-note", "deal-registration"].map((id) => [id, shipped.policyOf(id)] as const);
  return policiesOf({ ...Object.fromEntries(others), quoting: versioned({ ...policy, rules }) });
}

beforeAll(async () => {
  system = await startSystem({ policies: await owing() });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

async function ask(objectId: string, discountPpm: number): Promise<string> {
  await givenQuote(system.pool, system.company, objectId, discountPpm);
  return system.arrive("quoting", objectId);
}

const result = (caseId: string) => system.client.workflow.getHandle(caseId).result();
const notes = (objectId: string) => notesOn(system.pool, system.company, objectId);

test("what the deciding rule owes is done once, after the effect, and tells the decision by its id", async () => {
  const caseId = await ask("d1", 120_000);
  await result(caseId);
  const { records } = await readRecords(system.pool, system.company, caseId);
  const decisionId = records.find(({ kind }) => kind === "decision")?.body["decisionId"] as string;
  expect(await notes("d1")).toEqual([
    expect.stringMatching(`^Mandate: executed \\(execute, ${decisionId}\\)\\. Effective discount 12 % is within 15 %`),
  ]);
  expect(records.at(-1)?.body["outcomes"]).toMatchObject([
    { step: "approve-discount", kind: "executed" },
    { step: "write-back", kind: "executed" },
    { step: "crm-note", kind: "executed" },
  ]);
});

test("what people decided is told too", async () => {
  const caseId = await ask("d2", 180_000);
  await answer(system, caseId, "reject", await openEscalationOf(system, caseId));
  await result(caseId);
  expect(await notes("d2")).toEqual([
    expect.stringMatching(/^Mandate: people are asked to decide this \(escalate, dec_/),
    expect.stringMatching(/^Mandate: rejected \(escalate, dec_/),
  ]);
});

test("what is refused is told with its reason and what would mend it, though its rule owes nothing", async () => {
  const caseId = await ask("d3", 310_000);
  await result(caseId);
  expect(await notes("d3")).toEqual([
    expect.stringMatching(
      /^Mandate: blocked \(block, dec_\w+\)\. Effective discount 31 % is over the ceiling of 25 %\. To have it decided anew, correct the record and set quote_status to approval_requested\. It would pass without asking anybody with net price 85,000\.00 USD in place of 69,000\.00 USD, all else as it is\.$/,
    ),
  ]);
});
