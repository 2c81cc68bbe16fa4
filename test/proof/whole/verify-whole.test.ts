import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareLedgers } from "../../../proof/whole/compare-ledgers.ts";
import { lastVerification, verifyWhole } from "../../../proof/whole/verify-whole.ts";
import { givenGovernedCases, givenHeads, testKeys } from "../../fixtures/governed-log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { copyOf } from "../copied-database.ts";
import { tamper } from "../log/kept-log.ts";

const AT = "2026-11-21T05:00:00.000Z";
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await givenGovernedCases(database.pool);
  await givenHeads(database.pool);
});
afterAll(() => database.drop());

const asked = { company: "acme", keys: testKeys, at: AT };

describe("the whole of what was recorded, with its ledgers", () => {
  test("verifies where it stands, an erased case and the log with a partner included, and the result is kept", async () => {
    const verified = await verifyWhole(database.pool, asked);
    expect(verified).toMatchObject({ at: AT, outcome: "pass", found: 0, findings: [] });
    const { rows } = await database.pool.query("select sum(size)::int as leaves from audit_log where company = 'acme'");
    expect(verified.leaves).toBe(rows[0]?.leaves);
    expect(verified.ledgerRows).toBeGreaterThan(10);
    expect(await lastVerification(database.pool, "acme")).toEqual(verified);
  });

  test("is what an ordinary login may verify and keep, and nobody changes what was kept", async () => {
    const pool = await database.poolOf("acme");
    expect(await verifyWhole(pool, asked)).toMatchObject({ outcome: "pass" });
    for (const change of ["update audit_verification set outcome = 'pass'", "delete from audit_verification"]) {
      await expect(pool.query(change)).rejects.toThrow(/permission denied/);
      await expect(database.pool.query(change)).rejects.toThrow(/APPEND_ONLY/);
    }
  });
});

const changes: readonly (readonly [what: string, table: string, sql: string, ledger: string, column: string])[] = [
  [
    "a verdict",
    "decision",
    "update decision set verdict = 'execute' where company = $1 and verdict = 'block' and facts <> '{}'",
    "decision",
    "verdict",
  ],
  [
    "who asked",
    "decision",
    "update decision set requested_by = 'mallory' where company = $1 and verdict = 'execute'",
    "decision",
    "requestedBy",
  ],
  [
    "what it rested on",
    "decision",
    "update decision set facts = facts || '{\"hours\": 1}' where company = $1 and verdict = 'execute'",
    "decision",
    "facts",
  ],
  ["an approver", "approval", "update approval set person_id = 'mallory' where company = $1", "approval", "personId"],
  [
    "an answer",
    "approval",
    "update approval set verdict = 'approve' where company = $1 and verdict = 'reject'",
    "approval",
    "verdict",
  ],
  [
    "the approved action",
    "approval",
    "update approval set action_digest = repeat('0', 64) where company = $1",
    "approval",
    "actionDigest",
  ],
  [
    "the question's decision",
    "escalation",
    "update escalation set step_key = 'another' where company = $1",
    "escalation",
    "stepKey",
  ],
  [
    "what became of an effect",
    "effect",
    "update effect set state = 'failed' where company = $1 and state = 'done'",
    "effect",
    "null",
  ],
  [
    "an effect's reference",
    "effect",
    "update effect set external_ref = 'another' where company = $1 and state = 'done'",
    "effect",
    "externalRef",
  ],
];

describe("a ledger's row that is not what was recorded", () => {
  test.for(changes)("%s is found by its key, with both values", async ([, table, sql, ledger, column]) => {
    const copy = await copyOf(database);
    await tamper(copy.pool, table, sql, ["acme"]);
    const { found, findings } = await compareLedgers(copy.pool, "acme");
    expect(found).toBeGreaterThan(0);
    const first = findings.find((one) => String(one.column) === column);
    expect(first).toMatchObject({ ledger, key: expect.any(String) as string });
    expect(first?.what).toMatch(
      column === "null" ? /^no record `.*\/receipt\/failed` tells of it/ : /^the row says `.*`, the record `/,
    );
    const whole = await verifyWhole(copy.pool, asked);
    expect(whole).toMatchObject({ outcome: "tampered", found });
    expect(whole.findings[0]).toMatch(new RegExp(`^LEDGER  ${ledger} `));
  });
});
