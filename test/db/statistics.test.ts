import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const sampled = `
  select distinct s.tablename || '.' || s.attname as name from pg_stats s
  where s.schemaname !~ '^(pg_|information_schema$)' and not exists (
    select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    where i.indrelid = format('%I.%I', s.schemaname, s.tablename)::regclass and a.attname = s.attname)`;

test("an analyze keeps samples of keys, and of nothing that no statement finds rows by", async () => {
  const { pool } = database;
  await pool.query(
    `insert into sandbox.object (company, system, object_type, object_id, properties)
     select 'acme', 'crm', 'deal', n::text, jsonb_build_object('name', 'Deal ' || n) from generate_series(1, 500) n`,
  );
  await pool.query("analyze sandbox.object");
  const { rows: kept } = await pool.query("select from pg_stats where tablename = 'object' and attname = 'object_id'");
  const { rows } = await pool.query(sampled);
  expect({ kept: kept.length, rows }).toEqual({ kept: 1, rows: [] });
});
