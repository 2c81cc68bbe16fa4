import { randomBytes } from "node:crypto";
import { Client, type Pool } from "pg";
import { createPool } from "../../app/db/pool.ts";

/** The migrated database that others are copied from. */
export const TEMPLATE = "mandate_template";

export function databaseUrl(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.toString();
}

export async function withAdmin(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

export type TestDatabase = { readonly pool: Pool; readonly url: string; drop(): Promise<void> };

/** A migrated database of its own on the server behind `adminUrl`. */
export async function createDatabase(adminUrl: string): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString("hex")}`;
  await withAdmin(adminUrl, async (client) => {
    await client.query(`create database ${name} template ${TEMPLATE}`);
  });
  const url = databaseUrl(adminUrl, name);
  const pool = createPool(url);
  return {
    pool,
    url,
    async drop() {
      await pool.end();
      await withAdmin(adminUrl, async (client) => {
        await client.query(`drop database ${name} with (force)`);
      });
    },
  };
}

/** A test file's own database. Drop it in `afterAll`. */
export async function testDatabase(): Promise<TestDatabase> {
  const { inject } = await import("vitest");
  return createDatabase(inject("postgresUrl"));
}
