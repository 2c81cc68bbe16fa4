import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ensureCompanyLogin } from "../../db/company-login.ts";
import { migrate } from "../../db/migrate.ts";
import { makeFirstAdmins } from "../../audit/ledgers/people-changes.ts";
import { createLedgerPool, createPool } from "../../db/pool.ts";
import { rowSecurityGaps, sessionLogin } from "../../db/row-security.ts";
import { query } from "../../engines/postgres-client.ts";
import { startPostgres, type RunningPostgres } from "../../engines/postgres.ts";
import { catalogOf } from "../fixtures/catalog.ts";
import { databaseUrl, TEST_SECRET } from "../setup/database.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";

let home: string;
let postgres: RunningPostgres;
let url: string;
let owner: Pool;
let acme: Pool;

/** A server as a provider hands it out: the database's owner may make roles and is no superuser. */
beforeAll(async () => {
  home = temporaryHome("owner");
  postgres = await startPostgres({ home, cacheFolder: inject("cacheFolder") });
  await query(postgres.url, "create role plain login createrole");
  await query(postgres.url, "create database hosted owner plain");
  const address = new URL(databaseUrl(postgres.url, "hosted"));
  address.username = "plain";
  url = address.toString();
  await migrate(url);
  owner = createPool(url);
  acme = createPool((await ensureCompanyLogin({ url, company: "acme", home })).url);
});
afterAll(async () => {
  await Promise.all([owner.end(), acme.end()]);
  await postgres.stop();
  removeHome(home);
});

const subject = (company: string) =>
  `insert into audit_subject (company, subject_id, name, wrapped_key) values ('${company}', 'sub_1', 'person:dana', 'x')`;

describe("an owner who is no superuser", () => {
  test("migrates, makes the login, and leaves no gap", async () => {
    expect(await rowSecurityGaps(owner)).toEqual([]);
    expect(await sessionLogin(acme)).toEqual({ login: "company:acme", company: "acme", unboundBy: null });
    expect(await sessionLogin(owner)).toMatchObject({ login: "plain", unboundBy: "owner of the tables" });
  });

  test("gets the very schema that a superuser gets, its owner apart", async () => {
    await query(postgres.url, "create database administered");
    const administered = databaseUrl(postgres.url, "administered");
    await migrate(administered);
    const other = createPool(administered);
    const ofMandate = (await catalogOf(other)).map((line) => line.replace(/\bmandate\b/g, "plain"));
    await other.end();
    expect(await catalogOf(owner)).toEqual(ofMandate);
  });

  test("is bound by row security itself", async () => {
    await acme.query(subject("acme"));
    expect((await acme.query("select subject_id from audit_subject")).rows).toEqual([{ subject_id: "sub_1" }]);
    expect((await owner.query("select subject_id from audit_subject")).rows).toEqual([]);
    await expect(owner.query(subject("globex"))).rejects.toMatchObject({ code: "42501" });
  });

  test("makes the first two admins, once, and sees nothing of them", async () => {
    const ledger = createLedgerPool((await ensureCompanyLogin({ url, company: "globex", home })).url, TEST_SECRET);
    const admins = ["ana", "ben"].map((personId) => ({ personId, name: personId, token: `token-${personId}` }));
    const when = { company: "globex", at: "2026-03-02T09:00:00.000Z" };
    try {
      expect(await makeFirstAdmins({ owner, ledger }, when, admins)).toBe(true);
      expect(await makeFirstAdmins({ owner, ledger }, when, admins)).toBe(false);
      expect((await ledger.query("select person_id, role from person order by 1")).rows).toEqual([
        { person_id: "ana", role: "admin" },
        { person_id: "ben", role: "admin" },
      ]);
      expect((await owner.query("select person_id from person")).rows).toEqual([]);
    } finally {
      await ledger.end();
    }
  });

  test("has a schema whose keys hold, and a record that companies append to", async () => {
    const parts = JSON.stringify({
      head: "a",
      middle: "b",
      tail: "c",
      parents: [],
      log: "acme",
      urgent: false,
      bodies: [],
    });
    const append = "select append_record($1, 'acme:quoting:1', 'event', 'k', $2) as n";
    expect((await acme.query(append, ["acme", parts])).rows).toEqual([{ n: 1 }]);
    await expect(acme.query(append, ["globex", parts])).rejects.toMatchObject({ code: "42501" });
    await expect(
      acme.query(
        "insert into permit (company, permit_id, decision_id, action_digest, effect_key, issued_at) values ('acme', 'p', 'd', 'x', 'e', now())",
      ),
    ).rejects.toThrow("NO_DECISION");
  });

  test("may migrate again: replace what the recorder owns, and secure it anew", async () => {
    const { rows } = await owner.query<{ text: string }>(
      "select pg_get_functiondef(oid) as text from pg_proc where proname = 'append_record'",
    );
    await owner.query(rows[0]?.text ?? "");
    await owner.query("create table later (company text primary key)");
    await owner.query("select secure_company_tables(), secure_functions()");
    expect(await rowSecurityGaps(owner)).toEqual([]);
  });
});
