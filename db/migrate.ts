import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";
import { projectRoot } from "../engines/project-root.ts";
import { withClient } from "../engines/postgres-connection.ts";

/** Any constant: one migrator at a time per database. */
const MIGRATION_LOCK = 7_246_031;

type Migration = { readonly name: string; readonly sql: string; readonly sha256: string };

async function readMigrations(): Promise<Migration[]> {
  const folder = join(projectRoot(), "db/migrations");
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z_]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), "utf8");
      return { name, sql, sha256: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

async function appliedMigrations(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ present: boolean }>(
    "select to_regclass('public.schema_migration') is not null as present",
  );
  if (rows[0]?.present !== true) return new Map();
  const applied = await client.query<{ name: string; sha256: string }>("select name, sha256 from schema_migration");
  return new Map(applied.rows.map(({ name, sha256 }) => [name, sha256]));
}

function pendingOf(migrations: readonly Migration[], applied: ReadonlyMap<string, string>): Migration[] {
  const edited = migrations.find(({ name, sha256 }) => applied.has(name) && applied.get(name) !== sha256);
  if (edited !== undefined) {
    throw new Error(`migration \`${edited.name}\` was edited after it was applied; add a new file instead`);
  }
  return migrations.filter(({ name }) => !applied.has(name));
}

/** Names of migrations that the database does not have yet. Throws when one was edited after it was applied. */
export async function pendingMigrations(url: string): Promise<string[]> {
  return withClient(url, "migrate", async (client) => {
    const pending = pendingOf(await readMigrations(), await appliedMigrations(client));
    return pending.map(({ name }) => name);
  });
}

/** Brings the schema up to date: numbered files in order, one transaction, one migrator at a time. Answers what it applied. */
export async function migrate(url: string): Promise<string[]> {
  const migrations = await readMigrations();
  return withClient(url, "migrate", async (client) => {
    await client.query("begin");
    await client.query("select pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
    await client.query(
      "create table if not exists schema_migration (name text primary key, sha256 text not null, applied_at timestamptz not null default clock_timestamp())",
    );
    const pending = pendingOf(migrations, await appliedMigrations(client));
    for (const { name, sql, sha256 } of pending) {
      await client.query(sql);
      await client.query("insert into schema_migration (name, sha256) values ($1, $2)", [name, sha256]);
    }
    await client.query("commit");
    return pending.map(({ name }) => name);
  });
}
