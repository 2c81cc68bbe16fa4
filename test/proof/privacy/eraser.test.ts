import type { PoolClient } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { setHold } from "../../../proof/privacy/holds.ts";
import { appendRecord } from "../../../audit/records.ts";
import { AT } from "../../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { plantCase } from "./planted.ts";

const REFUSED = { code: "42501" };
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await plantCase(database.pool, "kept", "approved", { canary: "words" });
});
afterAll(() => database.drop());

/** Undone at its end. */
async function undone(work: (client: PoolClient) => Promise<void>): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    await work(client);
  } finally {
    await client.query("rollback");
    client.release();
  }
}

const asEraser = (statement: string) =>
  undone(async (client) => {
    await client.query("set local role mandate_eraser");
    await client.query(statement);
  });

describe("what is append-only", () => {
  test.for([
    "update decision set facts = '{}'",
    "update approval set reason = 'erased'",
    "update proposal set args = '{}'",
    "update proposal set review = ''",
    "update audit_record set sealed = '{}'",
    "update effect set detail = 'other' where state = 'done'",
    "update escalation set requested_by = 'nobody'",
    "update audit_subject set wrapped_key = null, name = null, destroyed_at = now(), erased_under = 'x'",
    "delete from audit_subject",
  ])("refuses the database's owner `%s`", async (statement) => {
    await expect(database.pool.query(statement)).rejects.toMatchObject(REFUSED);
  });

  test.for([
    "update decision set verdict = 'execute'",
    "update approval set verdict = 'approve'",
    "update effect set state = 'unknown'",
    "update escalation set state = 'open'",
    "update audit_record set kept = ''",
    "update audit_record set key = ''",
    "update audit_subject set subject_id = 'other'",
    "update policy_version set document = ''",
    "update permit set effect_key = 'other'",
    "update signing_key set person_id = 'other'",
    "update audit_hold set released_at = now()",
    "delete from decision",
    "delete from audit_subject",
    "insert into audit_subject (company, subject_id, name, wrapped_key) values ('acme', 'x', 'y', '')",
    "insert into audit_record (company, log) values ('acme', 'acme')",
    "truncate decision cascade",
  ])("refuses the eraser `%s`", async (statement) => {
    await expect(asEraser(statement)).rejects.toMatchObject(REFUSED);
  });

  test("is checked beyond the eraser's rights: with more of them it still changes erasable columns only", async () => {
    await undone(async (client) => {
      await client.query("grant update on decision to mandate_eraser");
      await client.query("set local role mandate_eraser");
      const changed = client.query("update decision set facts = '{}', verdict = 'execute' where verdict = 'escalate'");
      await expect(changed).rejects.toThrow("APPEND_ONLY");
    });
  });
});

describe("the function that erases", () => {
  test("refuses what is not recorded as an erasure of that very subject", async () => {
    const { rows } = await database.pool.query<{ key: string }>(
      "select key from audit_record where kind = 'decision' limit 1",
    );
    for (const recordKey of ["nothing", rows[0]?.key]) {
      const p = {
        company: "acme",
        subject: "case:acme:quoting:crm-deal-kept",
        recordKey,
        at: "2026-06-01T00:00:00Z",
      };
      await expect(database.pool.query("select erase_subject($1)", [JSON.stringify(p)])).rejects.toThrow("NO_RECORD");
    }
  });

  test("refuses what one person alone records, and what is under a legal hold, whoever calls it", async () => {
    const caseId = "acme:erasures";
    const { pool } = database;
    const { rows } = await pool.query<{ id: string }>("select subject_id as id from audit_subject where name = $1", [
      "case:acme:quoting:crm-deal-kept",
    ]);
    const erase = async (ground: string) => {
      const key = `forged-${ground}`;
      const body = { subject: rows[0]?.id ?? "", ground, records: 1 };
      await appendRecord(pool, { company: "acme", caseId, kind: "erasure", key, at: AT, body });
      const p = { company: "acme", subject: "case:acme:quoting:crm-deal-kept", recordKey: key, at: AT };
      return pool.query("select erase_subject($1)", [JSON.stringify({ ...p, confirmedBy: "ola", erasureId: null })]);
    };
    await expect(erase("unlawful")).rejects.toThrow("NOT_CONFIRMED");
    await setHold(pool, { company: "acme", personId: "ola", at: AT }, { scope: "company", reason: "claim" });
    await expect(erase("retention-ended")).rejects.toThrow("ON_HOLD");
  });

  test.for([
    "prepare_erasure('acme', 'person:dana', now())",
    `erase_subject('{"company": "acme"}')`,
    "erase_ignored_events('acme', now())",
  ])("refuses another company's login: %s", async (call) => {
    await undone(async (client) => {
      await client.query(`create role "company:globex-of-the-test"`);
      await client.query(`grant execute on all functions in schema public to "company:globex-of-the-test"`);
      await client.query(`grant usage on schema public to "company:globex-of-the-test"`);
      await client.query(`set local session authorization "company:globex-of-the-test"`);
      await expect(client.query(`select ${call}`)).rejects.toMatchObject({
        ...REFUSED,
        message: expect.stringContaining("OTHER_COMPANY") as string,
      });
    });
  });

  test("is nobody's to call but companies' and the owner's", async () => {
    const { rows } = await database.pool.query<{ name: string; owner: string; open: boolean; path: string[] }>(
      `select proname as name, proowner::regrole::text as owner, proconfig as path,
              has_function_privilege('pg_monitor', oid, 'execute') as open
       from pg_proc where prosecdef and pronamespace = 'public'::regnamespace and proname like '%eras%' order by 1`,
    );
    const bound = { owner: "mandate_eraser", open: false, path: ["search_path=public, pg_temp"] };
    expect(rows).toEqual(
      ["erase_ignored_events", "erase_subject", "prepare_erasure"].map((name) => ({ name, ...bound })),
    );
  });

  test("belongs to a role that nobody logs in as", async () => {
    const { rows } = await database.pool.query(
      "select rolcanlogin, rolsuper from pg_roles where rolname = 'mandate_eraser'",
    );
    expect(rows).toEqual([{ rolcanlogin: false, rolsuper: false }]);
  });
});
