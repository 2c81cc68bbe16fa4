import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { migrate, pendingMigrations } from "../../db/migrate.ts";
import { query } from "../../engines/postgres-client.ts";
import { withClient } from "../../engines/postgres-connection.ts";
import { databaseUrl } from "../setup/database.ts";

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
    await query(url, `delete from schema_migration where name = '${files.at(-1)}'`);
    expect(await pendingMigrations(url)).toEqual([files.at(-1)]);
    // The schema is there already, so nothing may be kept of a migration that fails half way.
    await expect(migrate(url)).rejects.toThrow("already exists");
    expect(await pendingMigrations(url)).toEqual([files.at(-1)]);
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
