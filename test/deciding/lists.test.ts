import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { policyNameOf, readCaseFile } from "../../audit/case-file.ts";
import { objectAt, textAt } from "../../audit/story/loose.ts";
import { createDecider } from "../../deciding/decider.ts";
import { noLists, type ListsInForce } from "../../deciding/lists.ts";
import { policiesOf, versioned } from "../../deciding/policies.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import type { JsonObject } from "../../domain/json.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";
import { replayGuardrail } from "../../proof/replay/guardrail.ts";
import { AT, givenProposal, stepNames } from "../fixtures/ledger.ts";
import { holding, listedPolicy, ratedText } from "../fixtures/name-lists.ts";
import { policyOf } from "../fixtures/policy.ts";
import { givenRequesters } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const policy = versioned(listedPolicy());
const held = holding({ approved: ["partner-7", "partner-1"], barred: ["partner-9"] });
let companies = 0;

/** A quote of this partner, decided and recorded; its decision's record, and a replay of it with some of it changed. */
async function decided(partner: string, lists: ListsInForce = held, by = policy, facts = quoteFacts({ partner })) {
  const { pool } = database;
  const company = `lists-decided-${(companies += 1)}`;
  const names = stepNames("q-1", company);
  await givenRequesters(pool, company);
  const proposalId = await givenProposal(pool, names);
  const decide = createDecider({ pool, policies: policiesOf({ quoting: by }, lists), alarm: () => undefined });
  const action = { tool: "quotes.approve-discount", args: { quoteId: "Q-1" } };
  const proposal = { proposalId, actionId: "quoting", action, recordVersion: "1" };
  const question = {
    ...names,
    gate: 1,
    approvalId: null,
    at: AT,
    proposal,
    review: "exempt" as const,
    sources: [],
    requestedBy: "sam",
  };
  const stored = await decide({ ...question, facts });
  const file = await readCaseFile(pool, company, names.caseId);
  const record = file?.records.find(({ kind }) => kind === "decision");
  if (file === undefined || record === undefined) throw new Error("nothing is recorded");
  const { id, version } = { id: "quoting", version: textAt(objectAt(record.body, "policy"), "version") };
  const document = file.policies[policyNameOf(id, version)] ?? "";
  const replay = (change: (body: JsonObject) => JsonObject = (body) => body) =>
    replayGuardrail({ ...record, body: change(record.body) } satisfies AuditRecord, document, file.records);
  return {
    stored,
    body: record.body,
    readings: objectAt(record.body, "details")["lists"] as JsonObject[] | undefined,
    replay,
  };
}

const withDetails = (changed: (lists: readonly JsonObject[]) => readonly JsonObject[]) => (body: JsonObject) => {
  const details = objectAt(body, "details");
  return { ...body, details: { ...details, lists: [...changed(details["lists"] as JsonObject[])] } };
};

describe("a decision that reads lists", () => {
  test.for([
    ["partner-7", "execute"],
    ["partner-8", "escalate"],
    ["partner-9", "block"],
  ] as const)(
    "of %s is: %s; it names each version that it read, and comes out the same from its record",
    async ([partner, verdict]) => {
      const { stored, readings, replay } = await decided(partner);
      expect(stored.verdict).toBe(verdict);
      const versions = ["barred", "approved"].map((list) => {
        const tree = held(list);
        return "why" in tree ? "" : tree.version;
      });
      expect(readings?.map(({ list, version }) => [list, version])).toEqual([
        ["barred", versions[0]],
        ["approved", versions[1]],
      ]);
      expect(JSON.stringify(readings)).not.toContain("partner-1");
      expect(await replay()).toEqual({ kind: "same" });
    },
  );

  test("asks people while a list has no version, and says why", async () => {
    const { stored, readings, replay } = await decided("partner-7", noLists);
    expect([stored.verdict, readings]).toEqual(["escalate", undefined]);
    expect(stored.reason).toContain("no version of the list `approved` is in force");
    expect(await replay()).toEqual({ kind: "same" });
  });

  test("differs where the record says another answer than its list proves", async () => {
    const { replay } = await decided("partner-8");
    const flipped = (body: JsonObject) => ({
      ...body,
      facts: { ...objectAt(body, "facts"), "partner in approved": true },
    });
    expect(await replay(flipped)).toEqual({
      kind: "differs",
      what: "`partner in approved` is recorded as true, and its list proves false",
    });
    const other = (body: JsonObject) => ({ ...body, facts: { ...objectAt(body, "facts"), partner: "partner-7" } });
    expect(await replay(other)).toMatchObject({
      kind: "differs",
      what: expect.stringContaining("proves nothing") as string,
    });
  });

  test.for<[string, (lists: readonly JsonObject[]) => readonly JsonObject[]]>([
    ["leaves out what a list said", (lists) => lists.slice(1)],
    ["names another version", (lists) => lists.map((one) => ({ ...one, version: "0".repeat(64) }))],
    ["has a proof of another name", (lists) => lists.map((one) => ({ ...one, proof: lists[0]?.["proof"] ?? null }))],
  ])("differs where the record %s", async ([, changed]) => {
    const { replay } = await decided("partner-9");
    expect(await replay(withDetails(changed))).toMatchObject({
      kind: "differs",
      what: expect.stringContaining("proves nothing") as string,
    });
  });
});

describe("a decision about an amount in another currency", () => {
  const rated = versioned(listedPolicy(ratedText));
  const { listPrice: _, discountAmount: __, ...others } = quoteFacts();
  const euros = { ...others, "listPrice in EUR": 10_000_000, "discountAmount in EUR": 1_000_000 };
  const rate = "2026-01-05 EUR USD 1.0842 ECB";

  test("records what was asked, what it came to and at which rate, and comes out the same from its record", async () => {
    const { stored, body, replay } = await decided("partner-7", holding({ fx: [rate] }), rated, euros);
    expect(stored.verdict).toBe("execute");
    expect(objectAt(body, "facts")).toMatchObject({ ...euros, listPrice: 10_842_000, discountAmount: 1_084_200 });
    const details = objectAt(body, "details");
    expect(details["rates"]).toMatchObject([
      { fact: "listPrice", list: "fx", line: rate },
      { fact: "discountAmount", list: "fx", line: rate },
    ]);
    expect(details["limits"]).toEqual(expect.arrayContaining([expect.objectContaining({ asked: 1_084_200 })]));
    expect(await replay()).toEqual({ kind: "same" });
    const cheaper = (all: JsonObject) => ({ ...all, facts: { ...objectAt(all, "facts"), listPrice: 1 } });
    expect(await replay(cheaper)).toMatchObject({
      kind: "differs",
      what: expect.stringContaining("its rate makes it 10842000") as string,
    });
  });

  test("asks people without a rate that is fresh enough, and says so", async () => {
    const { stored, replay } = await decided(
      "partner-7",
      holding({ fx: [rate.replace("2026-01-05", "2025-12-28")] }),
      rated,
      euros,
    );
    expect(stored.verdict).toBe("escalate");
    expect(stored.reason).toContain("no rate from EUR to USD in `fx` that is at most 7 days old");
    expect(await replay()).toEqual({ kind: "same" });
  });

  test("is as ever where the policy reads no rates: nothing of it is kept", async () => {
    const plain = versioned(policyOf("quoting"));
    const { stored, body, replay } = await decided("partner-7", holding({ fx: [rate] }), plain, euros);
    expect([stored.verdict, objectAt(body, "facts")["listPrice in EUR"]]).toEqual(["escalate", undefined]);
    expect(await replay()).toEqual({ kind: "same" });
  });
});
