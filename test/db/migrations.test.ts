import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createHash } from "node:crypto";
import { appendRecords, readRecords } from "../../audit/records.ts";
import { migrate, pendingMigrations } from "../../db/migrate.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { query } from "../../engines/postgres-client.ts";
import { withClient } from "../../engines/postgres-connection.ts";
import { givenCheckpoint } from "../fixtures/logged.ts";
import { draftsFor, leavesOf } from "../proof/log/kept-log.ts";
import { databaseUrl, TEST_SECRET } from "../setup/database.ts";

const folder = resolve(import.meta.dirname, "../../db/migrations");
/** The last file of the set that a new database begins with; later ones go forward from it. */
const LAST_OF_SET = "0014_erasure.sql";
const files = readdirSync(folder).sort();
const set = files
  .slice(0, files.indexOf(LAST_OF_SET) + 1)
  .map((name) => ({ name, sql: readFileSync(resolve(folder, name), "utf8") }));

describe("the schema as a set of files, one subject each,", () => {
  test("makes everything once, as it stays: no file mends what an earlier one made", () => {
    const all = set.map(({ sql }) => sql).join("\n");
    expect(all.match(/^(create or replace|drop|alter table.*(add column|drop|alter column)).*/gm)).toBeNull();
    const made = [...all.matchAll(/^create (?:table|function|index|unique index|trigger|schema) [\w.]+/gm)];
    expect(made.length).toBeGreaterThan(150);
    expect(made.map(([line]) => line).filter((line, at, lines) => lines.indexOf(line) !== at)).toEqual([]);
  });

  test("says of each table what it is, and fits on a few screens per file", () => {
    for (const { name, sql } of set) {
      const lines = sql.split("\n");
      const bare = lines.filter((line, at) => line.startsWith("create table") && !lines[at - 1]?.startsWith("--"));
      expect([name, bare, lines.length > 400]).toEqual([name, [], false]);
    }
  });
});

describe("a database", () => {
  const name = "migrations_of_the_test";
  let url: string;
  beforeAll(async () => {
    await query(inject("postgresUrl"), `create database ${name}`);
    url = databaseUrl(inject("postgresUrl"), name);
  });
  afterAll(async () => void (await query(inject("postgresUrl"), `drop database ${name}`)));

  test("gets every migration once, in order", async () => {
    expect(await pendingMigrations(url)).toEqual(files);
    expect(await migrate(url)).toEqual(files);
    expect(await migrate(url)).toEqual([]);
    expect(await pendingMigrations(url)).toEqual([]);
  });

  test("goes forward from where it is", async () => {
    // The last that makes an index: one that only replaces a function could be applied again.
    const last = files.findLast((file) => /^create index/m.test(readFileSync(resolve(folder, file), "utf8")));
    await query(url, `delete from schema_migration where name = '${last}'`);
    expect(await pendingMigrations(url)).toEqual([last]);
    // The schema is there already, so nothing may be kept of a migration that fails half way.
    await expect(migrate(url)).rejects.toThrow("already exists");
    expect(await pendingMigrations(url)).toEqual([last]);
  });

  test("whose migration was edited afterwards is not touched", async () => {
    await query(url, `update schema_migration set sha256 = 'of another text' where name = '${files[1]}'`);
    await expect(migrate(url)).rejects.toThrow(`migration \`${files[1]}\` was edited after it was applied`);
    await expect(pendingMigrations(url)).rejects.toThrow("add a new file instead");
  });

  test("that a later version has migrated further is served: what we know of it is there", async () => {
    await withClient(url, "test", async (client) => {
      await client.query("truncate schema_migration");
    });
    await query(url, "drop schema public cascade");
    await query(url, "drop schema programme, sandbox cascade");
    await query(url, "create schema public");
    await migrate(url);
    await query(url, "insert into schema_migration (name, sha256) values ('9999_later.sql', 'x')");
    expect(await pendingMigrations(url)).toEqual([]);
  });
});

describe("a database with records of an earlier version", () => {
  const name = "earlier_records";
  const url = () => databaseUrl(inject("postgresUrl"), name);
  beforeAll(() => query(inject("postgresUrl"), `create database ${name}`));
  afterAll(async () => void (await query(inject("postgresUrl"), `drop database ${name} with (force)`)));

  /** The schema as it was before the file of this name. */
  async function migrateUntil(next: string): Promise<void> {
    await withClient(url(), "test", async (client) => {
      await client.query("create table schema_migration (name text primary key, sha256 text not null)");
      for (const file of files.slice(0, files.indexOf(next))) {
        const sql = readFileSync(resolve(folder, file), "utf8");
        await client.query(sql);
        const sha256 = createHash("sha256").update(sql).digest("hex");
        await client.query("insert into schema_migration (name, sha256) values ($1, $2)", [file, sha256]);
      }
      await client.query("select secure_company_tables(), secure_functions(), estimate_by_keys_alone()");
    });
  }

  test("reads them as before, and gives them and later ones their places in one order", async () => {
    await migrateUntil("0024_kept_words.sql");
    const pool = createLedgerPool(url(), TEST_SECRET);
    try {
      const before = draftsFor("acme", 0, 3);
      await appendRecords(pool, before);
      expect(await migrate(url())).toEqual(files.slice(files.indexOf("0024_kept_words.sql")));
      const after = draftsFor("acme", 3, 2).map((draft) => ({ ...draft, parents: ["acme/0"] }));
      await appendRecords(pool, after);
      const { records, intact } = await readRecords(pool, "acme", "acme:quoting:0");
      expect(intact).toBe(true);
      expect(records.map(({ key }) => key)).toEqual([...before, ...after].map(({ key }) => key));
      expect((await givenCheckpoint(pool, "acme")).size).toBe(5);
      const leaves = await leavesOf(pool, "acme");
      expect(leaves.map(({ key, seq }) => [key, seq])).toEqual(records.map(({ key }, at) => [key, at]));
      expect(leaves[3]?.envelope.parents).toEqual([leaves[0]?.hash.toString("hex")]);
    } finally {
      await pool.end();
    }
  });
});
