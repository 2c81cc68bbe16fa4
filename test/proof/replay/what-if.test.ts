import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordsIn } from "../../../proof/replay/filed-records.ts";
import { whatIf } from "../../../proof/replay/what-if.ts";
import { loadPolicies, policiesOf, versioned } from "../../../deciding/policies.ts";
import { createDecider } from "../../../deciding/decider.ts";
import type { AuditRecord } from "../../../domain/audit-record.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { AT, givenProposal, stepNames } from "../../fixtures/ledger.ts";
import { filedCase, ofKind } from "../../fixtures/filed.ts";
import { quarterLimit, withLimits } from "../../fixtures/limits.ts";
import { quoteFacts } from "../../../functions/quoting/fixture.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let records: readonly AuditRecord[];
let shipped: Policy;
/** Room for three quotes of 12,000.00 USD of discount. */
const room = 3_600_000;

beforeAll(async () => {
  database = await testDatabase();
  shipped = (await loadPolicies(resolve(import.meta.dirname, "../../../policies"))).policyOf("quoting").policy;
  const policies = policiesOf({ quoting: versioned(withLimits(quarterLimit({ cap: room }))) });
  const decide = createDecider({ pool: database.pool, policies, alarm: () => undefined });
  const names = stepNames("what-if");
  const proposalId = await givenProposal(database.pool, names);
  const action = { tool: "quotes.approve-discount", args: { quoteId: "Q-1" } };
  const proposal = { proposalId, actionId: "quoting", action, recordVersion: "1" };
  const asking = { approvalId: null, at: AT, sources: [], requestedBy: "sam", gate: 1, review: "exempt" as const };
  await decide({ ...names, ...asking, proposal, facts: quoteFacts() });
  records = recordsIn(await filedCase(database.pool, names.company, names.caseId));
});
afterAll(() => database.drop());

const judged = (policy: Policy) => whatIf(ofKind(records, "decision")[0], versioned(policy), records);

describe("a recorded decision under another policy", () => {
  test("says what it was and would be, and why", async () => {
    expect(await judged({ ...withLimits(quarterLimit({ cap: room })), mode: "led" })).toMatchObject({
      kind: "same",
      was: "execute",
      would: "execute",
      unread: [],
    });
  });

  test("is held against what the limit had counted when it was taken", async () => {
    expect(await judged(withLimits(quarterLimit({ cap: 1_199_999 })))).toMatchObject({
      kind: "differs",
      was: "execute",
      would: "escalate",
      why: expect.stringContaining("over the cap of 11,999.99 USD") as string,
    });
    expect(await judged(withLimits(quarterLimit({ cap: 1_200_000 })))).toMatchObject({ kind: "same" });
  });

  test("names a limit that nothing recorded answers, and leaves it out", async () => {
    const other = { ...quarterLimit({ cap: 0 }), id: "another" };
    expect(await judged(withLimits(other))).toMatchObject({ kind: "same", would: "execute", unread: ["another"] });
  });

  test("under the shipped policy is the shipped policy's verdict", async () => {
    expect(await judged({ ...shipped, default: "block" })).toMatchObject({ kind: "same", would: "execute" });
  });

  test("cannot be judged without its facts", async () => {
    const [decision] = ofKind(records, "decision");
    const { facts: _, ...body } = decision.body;
    expect(await whatIf({ ...decision, body }, versioned(shipped), records)).toMatchObject({ kind: "cannot" });
  });
});
