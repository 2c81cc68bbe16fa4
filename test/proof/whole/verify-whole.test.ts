import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sayWord } from "../../../audit/ledgers/agreement-words.ts";
import { lowerMode } from "../../../audit/ledgers/autonomy-modes.ts";
import { compareLedgers } from "../../../proof/whole/compare-ledgers.ts";
import { lastVerification, verifyWhole } from "../../../proof/whole/verify-whole.ts";
import { ASKED_AT, givenAsked } from "../../fixtures/agreements.ts";
import { givenGovernedCases, givenHeads, testKeys } from "../../fixtures/governed-log.ts";
import { acted, askOf, decideAsking, QUARTER, someCompany } from "../../fixtures/reservations.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { copyOf } from "../copied-database.ts";
import { tamper, whileTampered } from "../log/kept-log.ts";

const AT = "2026-11-21T05:00:00.000Z";
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await givenGovernedCases(database.pool);
  await givenAgreement();
  const lowering = { company: "acme", policyId: "quoting", to: "shadow", by: "ola", reason: "too much" } as const;
  await lowerMode(database.pool, lowering);
  await givenHeads(database.pool);
});
afterAll(() => database.drop());

const asked = { company: "acme", keys: testKeys, at: AT };

/** Both sides agree to what acme asks. */
async function givenAgreement(): Promise<void> {
  const { agreementId, digest } = await givenAsked(database.pool, "both");
  const word = { company: "acme", agreementId, digest, word: "ok", at: ASKED_AT } as const;
  const by = { personId: "dana", role: "partner-manager", via: "door", requestKey: "dana-1" } as const;
  for (const said of [
    { ...word, side: "acme", by },
    { ...word, side: "juniper" },
  ]) {
    expect(await sayWord(database.pool, said)).toMatchObject({ kind: "taken" });
  }
}

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
  [
    "who acts",
    "agreement",
    "update agreement set executor = 'juniper', proposal_id = null, step = null where company = $1",
    "agreement",
    "executor",
  ],
  ["whose ok it takes", "agreement", "update agreement set sides = '{acme}' where company = $1", "agreement", "sides"],
  [
    "what is agreed to",
    "agreement",
    "update agreement set digest = repeat('0', 64) where company = $1",
    "agreement",
    "digest",
  ],
  [
    "a side's word",
    "agreement_word",
    "update agreement_word set word = 'refuse' where company = $1 and side = 'juniper'",
    "agreement_word",
    "null",
  ],
  [
    "whose word it is",
    "agreement_word",
    "update agreement_word set side = 'globex' where company = $1 and side = 'juniper'",
    "agreement_word",
    "null",
  ],
  [
    "what the word is about",
    "agreement_word",
    "update agreement_word set digest = repeat('0', 64) where company = $1 and side = 'juniper'",
    "agreement_word",
    "digest",
  ],
  [
    "who put a release in force",
    "policy_release_event",
    "update policy_release_event set person_id = 'mallory' where company = $1",
    "policy_release_event",
    "person",
  ],
  [
    "what share a release is for",
    "policy_release_event",
    "update policy_release_event set canary_ppm = 7 where company = $1",
    "policy_release_event",
    "canaryPpm",
  ],
  ["a mode", "autonomy_mode", "update autonomy_mode set mode = 'led' where company = $1", "autonomy_mode", "mode"],
  [
    "that a mode waits",
    "autonomy_mode",
    "update autonomy_mode set in_force = false where company = $1",
    "autonomy_mode",
    "inForce",
  ],
  [
    "when somebody answered",
    "approval",
    "update approval set given_at = given_at - interval '1 day' where company = $1",
    "approval",
    "at",
  ],
  [
    "when it was decided",
    "decision",
    "update decision set decided_at = decided_at + interval '1 second' where company = $1",
    "decision",
    "at",
  ],
  [
    "what came of a question",
    "escalation",
    "update escalation set state = 'approved' where company = $1 and state = 'rejected'",
    "escalation",
    "state",
  ],
  [
    "that a question is open again",
    "escalation",
    "update escalation set state = 'open', closed_at = null where company = $1 and state <> 'open'",
    "escalation",
    "state",
  ],
  [
    "that all sides agreed",
    "agreement",
    "update agreement set state = 'asked' where company = $1 and state = 'ready'",
    "agreement",
    "state",
  ],
  [
    "until when an ok is in time",
    "agreement",
    "update agreement set expires_at = expires_at + interval '1 day' where company = $1",
    "agreement",
    "expiresAt",
  ],
];

/** What is found of acme's ledgers, and of the whole, while somebody who owns the database has changed one of them. */
const lookedWhen = (table: string, sql: string) =>
  whileTampered(database.pool, table, sql, ["acme"], async () => ({
    ...(await compareLedgers(database.pool, "acme")),
    whole: await verifyWhole(database.pool, asked),
  }));

describe("a ledger's row that is not what was recorded", () => {
  test.for(changes)("%s is found by its key, with both values", async ([, table, sql, ledger, column]) => {
    const { found, findings, whole } = await lookedWhen(table, sql);
    expect(found).toBeGreaterThan(0);
    const first = findings.find((one) => String(one.column) === column);
    expect(first).toMatchObject({ ledger, key: expect.any(String) as string });
    expect(first?.what).toMatch(
      column === "null" ? /^no record `[^`]*` tells of it/ : /^the row says `.*`, the record `/,
    );
    expect(whole).toMatchObject({ outcome: "tampered", found });
    expect(whole.findings[0]).toMatch(new RegExp(`^LEDGER  ${ledger} `));
  });
});

describe("a ledger's row that is gone", () => {
  test.for([
    ["decision", "delete from decision where company = $1"],
    ["approval", "delete from approval where company = $1"],
    ["escalation", "delete from escalation where company = $1"],
    ["effect", "delete from effect where company = $1"],
    ["effect", "delete from effect where company = $1 and state = 'done'"],
    ["agreement", "delete from agreement where company = $1"],
    ["agreement_word", "delete from agreement_word where company = $1 and side = 'juniper'"],
    ["policy_release_event", "delete from policy_release_event where company = $1"],
    ["autonomy_mode", "delete from autonomy_mode where company = $1"],
  ] as const)("of `%s` is missed by its record: %s", async ([ledger, sql]) => {
    const { found, findings, whole } = await lookedWhen(ledger, sql);
    expect(found).toBeGreaterThan(0);
    const gone = findings.filter(({ column, what }) => column === null && what.endsWith("the row is gone"));
    expect(new Set(gone.map((one) => one.ledger))).toEqual(new Set([ledger]));
    expect(whole).toMatchObject({ outcome: "tampered" });
  });
});

describe("what an account holds that its decision did not ask", () => {
  const { name: company, step } = someCompany();
  beforeAll(async () => {
    const held = await decideAsking(database.pool, step("held"), [askOf(), askOf({ account: "all", window: null })]);
    await acted(database.pool, held.permit, "done");
    const days = { from: QUARTER.from, until: QUARTER.until, days: 90 };
    await decideAsking(database.pool, step("rolling"), [askOf({ account: "rolls", window: days })]);
  });

  test("is nothing as it was written", async () => {
    expect(await compareLedgers(database.pool, company)).toMatchObject({ found: 0, findings: [] });
  });

  test.for([
    ["a larger amount", "amount = 11", "asked", /the row says `11`, the record `10`/],
    ["another window", "window_from = '2026-02-01'", "from", /the row says `"2026-02-01T.*the record `"2026-01-01T/],
    ["another account", "account = 'other'", "account", /the record nothing/],
  ] as const)("%s is found by its key", async ([, change, column, said]) => {
    const sql = `update account_entry set ${change} where company = $1 and account = 'acc' and kind = 'reservation'`;
    const look = () => compareLedgers(database.pool, company);
    const { findings } = await whileTampered(database.pool, "account_entry", sql, [company], look);
    const found = findings.filter(({ ledger }) => ledger === "account_entry");
    expect(found.find((one) => one.column === column)?.what).toMatch(said);
    expect(new Set(found.filter((one) => one.column === column).map(({ key }) => key)).size).toBe(1);
  });
});

describe("what an account counts", () => {
  const { name: company, step } = someCompany();
  beforeAll(async () => {
    const done = await decideAsking(database.pool, step("done"), [askOf({ account: "counted" })]);
    await acted(database.pool, done.permit, "done");
    const failed = await decideAsking(database.pool, step("failed"), [askOf({ account: "freed" })]);
    await acted(database.pool, failed.permit, "failed");
  });

  test.for([
    ["account", "update account set used = 0 where company = $1 and account = 'counted'", "used"],
    ["account", "update account set reserved = 7 where company = $1 and account = 'freed'", "reserved"],
    ["account_entry", "delete from account_entry where company = $1 and kind = 'posting'", "posted"],
    ["account_entry", "delete from account_entry where company = $1 and kind = 'release'", "released"],
    ["account_entry", "delete from account_entry where company = $1 and kind = 'reservation'", "held"],
  ] as const)("is what its entries and their decisions say: %s, %s", async ([table, sql, column]) => {
    expect(await compareLedgers(database.pool, company)).toMatchObject({ found: 0 });
    const look = () => compareLedgers(database.pool, company);
    const { findings } = await whileTampered(database.pool, table, sql, [company], look);
    expect(findings.filter(({ ledger }) => ledger === table).map((one) => one.column)).toContain(column);
  });
});

test("nothing is found again once all stands as it was written", async () => {
  expect(await verifyWhole(database.pool, asked)).toMatchObject({ outcome: "pass", found: 0 });
});

test("a release's document that is another than the one put in force is found", async () => {
  const copy = await copyOf(database);
  await copy.pool.query("alter table policy_release drop constraint policy_release_check");
  await tamper(copy.pool, "policy_release", "update policy_release set document = document || ' ' where company = $1", [
    "acme",
  ]);
  const { findings } = await compareLedgers(copy.pool, "acme");
  // It was proposed and let pass: two changes name one document.
  const named = { ledger: "policy_release_event", column: "release" };
  expect(findings).toMatchObject([
    { ...named, key: "1" },
    { ...named, key: "2" },
  ]);
});
