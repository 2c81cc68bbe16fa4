import { afterAll, beforeAll, expect, test } from "vitest";
import { giveReply, readStandingAnswer } from "../../../audit/ledgers/reply-answers.ts";
import { expectReply } from "../../../audit/ledgers/replies.ts";
import { readRecord, readRecords, type LedgerPool } from "../../../audit/records.ts";
import { recordKeys, replyIdOf } from "../../../audit/record-keys.ts";
import { AT } from "../../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { eraseSubject } from "./erased.ts";
import { tablesWith } from "./planted.ts";

const company = "acme";
let database: TestDatabase;
let acme: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  acme = await database.poolOf(company);
});
afterAll(() => database.drop());

const caseOf = (correlation: string) => `acme:renewals:crm-contract-${correlation}`;
const given = (correlation: string, by: string) => ({
  company,
  correlation,
  answer: "accepted",
  by,
  requestKey: correlation,
  answeredAt: AT,
  at: AT,
  reason: "words of mia",
  evidence: "mail:mia",
});
const awaits = (correlation: string) =>
  expectReply(acme, {
    company,
    caseId: caseOf(correlation),
    correlation,
    deadline: "2027-01-01T00:00:00.000Z",
    at: AT,
  });

test("who answered and in which words stands in no table but sealed", async () => {
  await awaits("sealed");
  await giveReply(acme, given("sealed", "signer-kim"));
  for (const word of ["words of mia", "mail:mia"]) expect(await tablesWith(database.pool, word)).toEqual([]);
  // The name of the key alone, which goes when it is destroyed.
  expect(await tablesWith(database.pool, "signer-kim")).toEqual(["audit_subject"]);
});

test("erasing who answered takes their name and words away; what was answered, and where its proof is, stays", async () => {
  await awaits("by-person");
  await giveReply(acme, given("by-person", "signer-noa"));
  await eraseSubject(acme, "person:signer-noa");
  expect(await tablesWith(database.pool, "signer-noa")).toEqual([]);
  const name = { company, correlation: "by-person" };
  expect(await readStandingAnswer(acme, name)).toEqual({ answer: "accepted", answeredAt: AT, evidence: "mail:mia" });
  expect((await readRecords(acme, company, caseOf("by-person"))).intact).toBe(true);
  expect(await giveReply(acme, given("by-person", "signer-lee"))).toMatchObject({ kind: "taken", fresh: false });
});

test("erasing a case takes an answer with it that came before the case waited", async () => {
  await giveReply(acme, given("early", "signer-ida"));
  const early = recordKeys.replyEarly(replyIdOf(company, "early"));
  expect((await readRecord(acme, company, early))?.body).toMatchObject({ by: "signer-ida", reason: "words of mia" });
  await awaits("early");
  await giveReply(acme, given("other", "signer-ida"));
  const { recordKey } = await eraseSubject(acme, `case:${caseOf("early")}`);
  const left = await readRecord(acme, company, early);
  expect(left).toMatchObject({ erased: recordKey, body: { change: "early", answer: "accepted" } });
  for (const name of ["by", "reason", "evidence", "correlation"]) expect(left?.body).not.toHaveProperty(name);
  const other = recordKeys.replyEarly(replyIdOf(company, "other"));
  expect((await readRecord(acme, company, other))?.body).toMatchObject({ by: "signer-ida", reason: "words of mia" });
  expect((await readRecords(acme, company, caseOf("early"))).intact).toBe(true);
});
