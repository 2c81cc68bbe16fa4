import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { giveVerdict } from "../../../audit/ledgers/approvals.ts";
import { inTransaction } from "../../../audit/ledgers/transaction.ts";
import { recordProposal } from "../../../audit/ledgers/turns.ts";
import { carryOut, prepareErasure } from "../../../proof/privacy/carry-out.ts";
import { askErasure, confirmErasure } from "../../../proof/privacy/erasure.ts";
import type { SubjectName } from "../../../proof/privacy/scope.ts";
import { readRecord } from "../../../audit/records.ts";
import { givenEscalation } from "../../fixtures/asked.ts";
import { AT, DIGEST } from "../../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { plantCase, tablesWith } from "./planted.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const who = (personId: string) => ({ company: "acme", personId, at: AT });

async function asked(subject: SubjectName): Promise<() => Promise<string>> {
  const ask = await askErasure(database.pool, who("ola"), { subject, ground: "objection", reason: "x" });
  if (ask.kind !== "asked") throw new Error(ask.detail);
  return async () => {
    const end = await confirmErasure(database.pool, who("omar"), ask.erasure.erasureId);
    return end.kind === "erased" ? "erased" : end.code;
  };
}

const endOf = (end: PromiseSettledResult<unknown>) =>
  end.status === "fulfilled" ? "kept" : (end.reason as { code?: string }).code;

describe("an erasure and what happens at the same moment", () => {
  test("to its case: a proposal is erased with it or not kept at all", async () => {
    for (let round = 0; round < 12; round += 1) {
      const { caseId } = await plantCase(database.pool, `race-${round}`, "executed", { canary: "x" });
      const confirm = await asked(`case:${caseId}`);
      const canary = `raced-${round}-words`;
      const chain = { findings: [], sources: [], reasoning: canary, turns: [], origin: "as-requested" as const };
      const action = { tool: "quotes.approve-discount", args: { quoteId: canary } };
      const names = { company: "acme", caseId, stepKey: `${caseId}/evt_late/approve-discount` };
      const proposal = { actionId: "quoting", action, recordVersion: "1", chain, at: AT };
      const [erased, proposed] = await Promise.allSettled([confirm(), recordProposal(database.pool, names, proposal)]);
      expect(erased).toEqual({ status: "fulfilled", value: "erased" });
      expect(["kept", "MA002"]).toContain(endOf(proposed));
      expect(await tablesWith(database.pool, canary)).toEqual([]);
    }
  });

  test("by its person: an answer is erased with them, or it is a new one under a new key, or it is not kept", async () => {
    for (let round = 0; round < 12; round += 1) {
      const personId = `answering-${round}`;
      const { escalationId } = await givenEscalation(database.pool, `answer-${round}`);
      await database.pool.query(
        "insert into person (company, person_id, name, role, token_sha256) values ('acme', $1, $1, 'partner-manager', $1)",
        [personId],
      );
      const confirm = await asked(`person:${personId}`);
      const said = { company: "acme", escalationId, personId, role: "partner-manager", verdict: "approve" } as const;
      const given = giveVerdict(database.pool, {
        at: new Date().toISOString(),
        ...said,
        actionDigest: DIGEST,
        reason: `${personId} says so`,
      });
      const [erased, answered] = await Promise.allSettled([confirm(), given]);
      expect(erased).toEqual({ status: "fulfilled", value: "erased" });
      expect(["kept", "MA002"]).toContain(endOf(answered));
      const left = (await tablesWith(database.pool, `${personId} says so`)).length > 0;
      const { rows } = await database.pool.query("select 1 from audit_subject where name = $1", [`person:${personId}`]);
      expect({ left }).toEqual({ left: rows.length === 1 });
    }
  });
});

test("an erasure that does not come to its end leaves everything as it was", async () => {
  const { caseId } = await plantCase(database.pool, "undone", "executed", { canary: "undone-words" });
  const before = await tablesWith(database.pool, "undone-words");
  const broken = inTransaction(database.pool, async (ledger) => {
    const erasable = await prepareErasure(ledger, who("omar"), `case:${caseId}`);
    if (erasable?.kind !== "erasable") throw new Error("it is open");
    await carryOut(ledger, who("omar"), erasable, { erasureId: "ers_undone", ground: "retention-ended" });
    throw new Error("the lights went out");
  });
  await expect(broken).rejects.toThrow("the lights went out");
  expect(await tablesWith(database.pool, "undone-words")).toEqual(before);
  expect(await readRecord(database.pool, "acme", "acme:erasures/ers_undone")).toBeUndefined();
});
