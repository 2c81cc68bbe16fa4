import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";
import { ConfigError } from "../domain/config-error.ts";
import { projectRoot } from "../engines/project-root.ts";
import { withClient } from "../engines/postgres-connection.ts";

/** Any constant: one migrator at a time per database. */
const MIGRATION_LOCK = 7_246_031;

/** The schema was made by a version whose migrations are not the beginning of ours: nothing leads from there to here. */
export class ForeignSchemaError extends ConfigError {
  readonly fix = "npx mandate audit export (by the version that made it), then MANDATE_HOME=<fresh folder> npm start";

  constructor(url: string, first: string) {
    const { hostname, port, pathname, searchParams } = new URL(url);
    const server = searchParams.get("host") ?? [hostname, port].filter(Boolean).join(":");
    super([
      `database \`${decodeURIComponent(pathname.slice(1))}\` at ${server}: it was made by an earlier version, whose ` +
        `migrations begin with \`${first}\`, and is left as it is; export what must be kept with that version ` +
        "(`mandate audit export`), then start with a fresh MANDATE_HOME or another DATABASE_URL",
    ]);
  }
}

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

async function pendingIn(client: Client, url: string, migrations: readonly Migration[]): Promise<Migration[]> {
  const applied = await appliedMigrations(client);
  const [first] = [...applied.keys()].sort();
  if (first !== undefined && first !== migrations[0]?.name) throw new ForeignSchemaError(url, first);
  const edited = migrations.find(({ name, sha256 }) => applied.has(name) && applied.get(name) !== sha256);
  if (edited !== undefined) {
    throw new Error(`migration \`${edited.name}\` was edited after it was applied; add a new file instead`);
  }
  return migrations.filter(({ name }) => !applied.has(name));
}

/**
 * Names of migrations that the database does not have yet.
 * @throws ForeignSchemaError when another line of migrations made it, an Error when one was edited after it was applied.
 */
export async function pendingMigrations(url: string): Promise<string[]> {
  return withClient(url, "migrate", async (client) => {
    const pending = await pendingIn(client, url, await readMigrations());
    return pending.map(({ name }) => name);
  });
}

/**
 * Brings the schema up to date: numbered files in order and then row security over all of it, one transaction, one
 * migrator at a time. Answers what it applied. @throws as `pendingMigrations`, with nothing changed.
 */
export async function migrate(url: string): Promise<string[]> {
  const migrations = await readMigrations();
  return withClient(url, "migrate", async (client) => {
    await client.query("begin");
    await client.query("select pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
    await client.query(
      "create table if not exists schema_migration (name text primary key, sha256 text not null, applied_at timestamptz not null default clock_timestamp())",
    );
    const pending = await pendingIn(client, url, migrations);
    for (const { name, sql, sha256 } of pending) {
      await client.query(sql);
      await client.query("insert into schema_migration (name, sha256) values ($1, $2)", [name, sha256]);
    }
    if (pending.length > 0)
      await client.query("select secure_company_tables(), secure_functions(), estimate_by_keys_alone()");
    await client.query("commit");
    return pending.map(({ name }) => name);
  });
}
