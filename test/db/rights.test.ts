import type { Pool, PoolClient } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plant, rowOf, withoutChecks } from "../fixtures/company-rows.ts";
import { TEMPLATE, testDatabase, type TestDatabase } from "../setup/database.ts";

const REFUSED = { code: "42501" };
/** Written by `append_record` and `append_records` alone. */
const RECORDS = ["audit_record", "audit_blob", "audit_place", "case_head"];
let database: TestDatabase;
let owner: Pool;
let acme: Pool;

beforeAll(async () => {
  database = await testDatabase();
  owner = database.pool;
  acme = await database.poolOf("acme");
});
afterAll(() => database.drop());

/** The tables where a company's login has a right to this, on some column at least. */
async function tablesWith(
  right: "insert" | "update" | "delete" | "truncate" | "references" | "trigger",
): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
     where c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
       and (has_table_privilege('company:acme', c.oid, $1)
            or $1 in ('insert', 'update', 'references') and has_any_column_privilege('company:acme', c.oid, $1))
     order by 1`,
    [right],
  );
  return rows.map(({ name }) => name);
}

/** By table, the columns that a role may update; those of the product's schemas alone. */
async function columnsChangedBy(role: string): Promise<{ readonly [table: string]: string }> {
  const { rows } = await owner.query<{ name: string; columns: string }>(
    `select c.oid::regclass::text as name, string_agg(a.attname, ' ' order by a.attname) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
       and has_column_privilege($1, c.oid, a.attnum, 'update')
     group by c.oid order by 1`,
    [role],
  );
  return Object.fromEntries(rows.map(({ name, columns }) => [name, columns]));
}

/** Tables whose rows a trigger keeps as they were written. */
async function appendOnly(): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select tgrelid::regclass::text as name from pg_trigger
     where tgfoid = 'refuse_change()'::regprocedure and tgtype & 16 <> 0 order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** On one connection, given back whatever happens. */
async function onOne<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release(true);
  }
}

/** The parts of a record as `append_record` takes them. */
const parts = JSON.stringify({
  head: '{"n":',
  middle: ',"p":',
  tail: "}",
  parents: [],
  log: "acme",
  urgent: false,
  bodies: [],
});
const appendAll = (sql: Pool, company: string, key: string) =>
  sql.query("select append_records($1, $2) as n", [
    company,
    JSON.stringify([{ caseId: `${company}:quoting:1`, kind: "event", key, parts: JSON.parse(parts) as unknown }]),
  ]);
const append = (sql: Pool, company: string, key: string) =>
  sql.query("select append_record($1, $1 || ':quoting:1', 'event', $2, $3) as n", [company, key, parts]);

describe("a company's login", () => {
  test("cannot empty, refer to or hang triggers on any table", async () => {
    for (const right of ["truncate", "references", "trigger"] as const) expect(await tablesWith(right)).toEqual([]);
  });

  test("deletes a batch's working data, what an hour's questions are counted by and sessions that end, and nothing else", async () => {
    expect(await tablesWith("delete")).toEqual(["batch_chunk", "batch_object", "console_session", "question_asked"]);
  });

  test("changes nothing that is append-only, and nothing about the schema", async () => {
    const kept = await appendOnly();
    expect(kept.length).toBeGreaterThan(9);
    const changing = await tablesWith("update");
    expect(kept.filter((table) => changing.includes(table))).toEqual([]);
    expect(changing).not.toContain("schema_migration");
    expect(await tablesWith("insert")).not.toContain("schema_migration");
  });

  test("changes no column that says whose a row is or what it is called", async () => {
    const { rows } = await owner.query(
      `select a.attrelid::regclass::text as t, a.attname from pg_attribute a join pg_index i on i.indrelid = a.attrelid and i.indisprimary
       where a.attnum = any (i.indkey) and a.attrelid >= 16384
         and has_column_privilege('company:acme', a.attrelid, a.attnum, 'update')`,
    );
    expect(rows).toEqual([]);
  });

  test("changes these columns and no others: what a row says once, it says for ever", async () => {
    expect(await columnsChangedBy("company:acme")).toEqual({
      account: "deposited gone gone_until reserved used",
      agreement: "moved_at state",
      approval: "undone_at",
      audit_hold: "release_reason released_at released_by",
      audit_log: "size",
      audit_place: "seq",
      audit_tile: "hashes",
      batch: "bad bad_count bytes digest format row_count state stored_at stored_by superseded_by told_at touched_at",
      batch_chunk: "bad bad_count bytes digest row_count rows",
      batch_share: "after_id objects state told",
      budget:
        "reserved_calls reserved_micro_usd reserved_ms reserved_tokens used_calls used_micro_usd used_ms used_tokens",
      console_session: "looking_at seen_at",
      effect: "detail external_ref settled_at state",
      escalation: "assignee closed_at due_at held_by held_until instead level paused_at role state until_at version",
      inbox: "attempts dispatched_at retry_at state",
      inbox_clock: "occurred_at",
      model_spend: "micro_usd ms state tokens",
      model_turn: "attempts holder input_tokens lease_until output_tokens response state",
      outbox: "attempts delivered_at retry_at",
      "programme.price": "ended_at",
      "programme.registration":
        "currency customer_aliases customer_domain customer_name effect_key expires_at partner_id product_family protection_days registered_at replaces role value_minor version",
      quarantined_event: "settled_at state times",
      reply: "closed_at deadline n opened_at state",
      "sandbox.call": "outcome",
      "sandbox.object": "properties updated_at version",
      working_day: "finished_at",
    });
    expect(await columnsChangedBy("mandate_directory")).toEqual({
      person: "revoked_at role token_sha256",
      person_change: "settled_at settled_by state",
    });
    expect(await columnsChangedBy("mandate_recorder")).toEqual({ case_head: "records" });
  });

  test("is refused each of these when it tries, and not only by a trigger", async () => {
    for (const table of await appendOnly()) {
      for (const statement of [
        `update ${table} set company = company`,
        `delete from ${table}`,
        `truncate ${table}`,
        `alter table ${table} disable trigger all`,
        `drop table ${table}`,
      ]) {
        await expect(acme.query(statement), statement).rejects.toMatchObject({
          code: "42501",
          message: expect.stringMatching(/^(permission denied|must be owner)/),
        });
      }
    }
  });

  test.for([
    "set session_replication_role = replica",
    "create table mine (a int)",
    "create schema mine",
    "create function mine() returns int language sql return 1",
    "create view mine as select 1",
    "create trigger mine before insert on person for each row execute function refuse_change()",
    "alter function append_record(text, text, text, text, text) security invoker",
    "select secure_company_tables()",
    "select secure_functions()",
    "select estimate_by_keys_alone()",
    "copy person to program 'cat'",
    "copy person to '/tmp/person'",
    "select pg_read_file('/etc/hosts')",
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'mandate' limit 1",
  ])("cannot `%s`", async (statement) => {
    await expect(acme.query(statement)).rejects.toMatchObject(REFUSED);
  });

  test("cannot put a temporary table in a ledger's place", async () => {
    const other = await testDatabase();
    try {
      await withoutChecks(other.pool);
      // The ledger's own decision is a block; the forged one would let a permit through.
      const [decision, permit] = await Promise.all(
        ["decision", "permit"].map((table) => rowOf(other.pool, table, "acme")),
      );
      await plant(other.pool, [decision?.replace("'x', 1, 'x', 'x'", "'x', 1, 'x', 'block'") ?? ""]);
      const pool = await other.poolOf("acme");
      await expect(
        onOne(pool, async (company) => {
          await company.query("create temporary table decision as select * from public.decision");
          await company.query("update pg_temp.decision set verdict = 'execute'");
          await company.query(permit ?? "");
        }),
      ).rejects.toThrow("NOT_PERMITTED");
    } finally {
      await other.drop();
    }
  });

  test("makes no temporary table at all in a database that was migrated", async () => {
    const { rows } = await owner.query(
      `select has_database_privilege('company:acme', $1, 'temporary') as temp, has_database_privilege('company:acme', $1, 'create') as create`,
      [TEMPLATE],
    );
    expect(rows).toEqual([{ temp: false, create: false }]);
  });
});

describe("the record", () => {
  test("takes no row from a company's login, and no number", async () => {
    const inserting = await tablesWith("insert");
    expect(RECORDS.filter((table) => inserting.includes(table))).toEqual([]);
    for (const table of RECORDS) {
      await expect(acme.query(await rowOf(owner, table, "acme")), table).rejects.toMatchObject(REFUSED);
    }
    await expect(acme.query("update case_head set records = 0")).rejects.toMatchObject(REFUSED);
  });

  test("is appended to by the functions that run as the recorder, for the login's own company", async () => {
    expect((await append(acme, "acme", "k1")).rows).toEqual([{ n: 1 }]);
    expect((await appendAll(acme, "acme", "k5")).rows).toEqual([{ n: ["2"] }]);
    for (const way of [append, appendAll]) {
      await expect(way(acme, "globex", "k2")).rejects.toMatchObject({
        ...REFUSED,
        message: expect.stringContaining("row-level security"),
      });
    }
    const { rows } = await owner.query("select distinct company from audit_record");
    expect(rows).toEqual([{ company: "acme" }]);
  });

  test("the recorder is nobody that can log in, owns those functions alone, and is not bound to less than who calls it", async () => {
    const { rows } = await owner.query(
      `select r.rolcanlogin or r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb as may_more,
              (select array_agg(p.proname::text order by p.proname) from pg_proc p where p.proowner = r.oid) as functions,
              (select count(*)::int from pg_class c where c.relowner = r.oid) as relations
       from pg_roles r where r.rolname in ('mandate_app', 'mandate_recorder') order by r.rolname`,
    );
    expect(rows).toEqual([
      { may_more: false, functions: null, relations: 0 },
      { may_more: false, functions: ["append_record", "append_records"], relations: 0 },
    ]);
    expect((await append(owner, "globex", "k3")).rows).toEqual([{ n: 1 }]);
  });

  test("looks its names up in its own schema, whatever the caller's session says", async () => {
    const { rows } = await owner.query(
      "select proname, proconfig from pg_proc where prosecdef and proowner = 'mandate_recorder'::regrole order by proname",
    );
    const proconfig = expect.arrayContaining(["search_path=public, pg_temp"]) as unknown;
    expect(rows).toEqual(["append_record", "append_records"].map((proname) => ({ proname, proconfig })));
    const appended = await onOne(acme, async (caller) => {
      await caller.query("set search_path = pg_temp");
      const call = "select public.append_record('acme', 'acme:quoting:2', 'event', 'k4', $1) as n";
      const answer = await caller.query(call, [parts]);
      await caller.query("reset search_path");
      return answer.rows;
    });
    expect(appended).toEqual([{ n: 1 }]);
  });
});

describe("a login that is nobody's", () => {
  test("reads nothing and calls nothing but what every policy asks", async () => {
    const { rows } = await owner.query(
      `select p.proname::text as name from pg_proc p
       where p.pronamespace::regnamespace::text !~ '^(pg_|information_schema$)' and has_function_privilege('public', p.oid, 'execute') order by 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual(["current_company"]);
    const { rows: readable } = await owner.query(
      "select oid::regclass::text as t from pg_class where relkind in ('r', 'v') and oid >= 16384 and has_table_privilege('public', oid, 'select')",
    );
    expect(readable).toEqual([]);
  });

  test("every trigger's function is pinned to the product's schema", async () => {
    const { rows } = await owner.query(
      `select distinct p.proname, p.proconfig from pg_trigger t join pg_proc p on p.oid = t.tgfoid
       where not t.tgisinternal and p.proconfig is distinct from array['search_path=public, pg_temp']`,
    );
    expect(rows).toEqual([]);
  });
});
