import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { personOf } from "../../audit/ledgers/directory.ts";
import { claimEvents, markTold, type UntoldEvent } from "../../gateway/inbox/untold-events.ts";
import type { Sql } from "../../audit/records.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let acme: Pool;
beforeAll(async () => {
  database = await testDatabase();
  acme = await database.poolOf("acme");
});
afterAll(() => database.drop());

/** How a statement runs, as the company's login: every plan the planner can make with an index, it makes with one. */
async function planOf(text: string, values: readonly unknown[] = []): Promise<string> {
  const client = await acme.connect();
  try {
    await client.query("begin; set local enable_seqscan = off; set local enable_bitmapscan = off");
    const { rows } = await client.query<{ "QUERY PLAN": string }>(`explain (costs off) ${text}`, [...values]);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  } finally {
    await client.query("rollback");
    client.release();
  }
}

/** The statements that some code of ours sends, explained instead of run. */
async function plansOf(send: (sql: Sql) => Promise<unknown>): Promise<string> {
  const plans: string[] = [];
  const query = async (first: string | { text: string; values?: unknown[] }, given?: unknown[]) => {
    const { text, values } = typeof first === "string" ? { text: first, values: given } : first;
    plans.push(await planOf(text, values));
    return { rows: [], rowCount: 0 };
  };
  await send({ query } as unknown as Sql);
  return plans.join("\n");
}

const COMPANY_IS = /Index Cond: .*\(company = /;
/** The policy's own expression. */
const POLICY = "SESSION_USER";

/** Scans of tables, each with what belongs to it. */
function scansIn(plan: string): string[] {
  const parts = plan.split(/(?=^.*-> {2}|^\S)/m);
  return parts.filter((part) => /(Seq|Index|Index Only) Scan.* on /.test(part));
}

/** Of a plan's table scans: how many find their rows by company, and how many ask the policy of each row. */
function judged(plan: string): { scans: number; byCompany: number; askingEachRow: number } {
  const scans = scansIn(plan);
  const asking = scans.filter((scan) =>
    scan.split("\n").some((line) => /^\s*Filter:/.test(line) && line.includes(POLICY)),
  );
  return {
    scans: scans.length,
    byCompany: scans.filter((scan) => COMPANY_IS.test(scan)).length,
    askingEachRow: asking.length,
  };
}

const bound = (scans: number) => ({ scans, byCompany: scans, askingEachRow: 0 });

describe("the policy is part of the index condition, and is not asked per row,", () => {
  const event = { company: "acme", event_id: "evt_7" } as UntoldEvent;

  test.for<[string, (sql: Sql) => Promise<unknown>, number]>([
    ["when the relay takes events", (sql) => claimEvents(sql, 10), 2],
    ["when it marks them", (sql) => markTold(sql, [event]), 1],
    ["when a token is looked up", (sql) => personOf(sql, "acme", "token"), 1],
  ])("%s", async ([, send, scans]) => {
    expect(judged(await plansOf(send))).toEqual(bound(scans));
  });

  test.for<[string, string, unknown[], number]>([
    [
      "when a record is looked for by its key",
      "select 1 from audit_record where company = $1 and key = $2",
      ["acme", "k"],
      1,
    ],
    [
      "when a decision is read with its proposal",
      "select d.reason from decision d join proposal q using (company, proposal_id) where d.company = $1 and d.decision_id = $2",
      ["acme", "dec_1"],
      2,
    ],
    [
      "when verdicts are taken from the outbox",
      "select outbox_id from outbox where delivered_at is null and topic = 'verdict' and retry_at <= clock_timestamp() order by retry_at limit 10 for update skip locked",
      [],
      1,
    ],
    ["when a statement names no company at all", "select count(*) from person", [], 1],
  ])("%s", async ([, text, values, scans]) => {
    expect(judged(await planOf(text, values))).toEqual(bound(scans));
  });

  test("and a statement that names another company is answered without reading anything", async () => {
    const client = await acme.connect();
    const { rows } = await client.query<{ "QUERY PLAN": string }>(
      "explain (analyze, costs off, timing off, summary off, buffers off) select * from person where company = 'globex'",
    );
    client.release();
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toMatch(/One-Time Filter: .*SESSION_USER[^]*never executed/);
  });
});

test("the relay marks one of many events by its key, with the company in the index", async () => {
  await database.pool.query(
    `insert into inbox (company, event_id, source, source_key, body_digest, system, object_type, object_id, occurred_at, body, state)
     select case n % 40 when 0 then 'acme' else 'co-' || n % 40 end, 'evt_' || n, 'hubspot', n, n, 'crm', 'deal', n, now(), '{}', 'pending' from generate_series(1, 20000) n`,
  );
  await database.pool.query("analyze inbox");
  const plan = await plansOf((sql) => markTold(sql, [{ company: "acme", event_id: "evt_7" } as UntoldEvent]));
  expect(plan).toMatch(/One-Time Filter: .*SESSION_USER[^]*Index Cond: \(\(event_id = ANY .* AND \(company = 'acme'/);
});

describe("no index but the right one can serve a look-up:", () => {
  test("every one that is not the primary key is for statements that name a column of its own", async () => {
    const { rows } = await database.pool.query<{ name: string }>(
      `select i.indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indrelid
       where c.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)' and not i.indisprimary and i.indpred is null`,
    );
    expect(rows).toEqual([]);
  });

  test("a primary key beside others begins with what names the row, but where a company has few rows at all times", async () => {
    const { rows } = await database.pool.query<{ name: string }>(
      `select k.indrelid::regclass::text as name from pg_index k join pg_attribute a on a.attrelid = k.indrelid and a.attnum = k.indkey[0]
       where k.indisprimary and a.attname = 'company'
         and exists (select from pg_index other where other.indrelid = k.indrelid and not other.indisprimary) order by 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual(["audit_hold", "audit_log", "autonomy_mode", "control", "person"]);
  });
});

test("what every case calls is planned once per session, not at each call", async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select proname as name from pg_proc
     where prolang = (select oid from pg_language where lanname = 'plpgsql') and prorettype <> 'trigger'::regtype
       and proname ~ '^(accept|append|ask|begin|claim|keep|open|record|settle|store|subject)_'
       and not 'plan_cache_mode=force_generic_plan' = any (coalesce(proconfig, '{}'))
     order by 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual([
    // Called by hand, a few times a year.
    "append_list_change",
    "append_mode_change",
    "append_release_change",
    // Called by others of these only.
    "keep_decision",
    "keep_proposal",
    "record_service_decision",
    "settle_reservations",
  ]);
});
