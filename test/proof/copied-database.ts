import { randomBytes } from "node:crypto";
import { inject, onTestFinished } from "vitest";
import { withClient } from "../../engines/postgres-connection.ts";
import { createLedgerPool } from "../../db/pool.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { databaseUrl, TEST_SECRET, type TestDatabase } from "../setup/database.ts";

/** A copy of a database as it is now, as a backup is. It is dropped after the test. */
export async function copyOf({ url }: TestDatabase): Promise<{ readonly pool: LedgerPool; readonly url: string }> {
  const adminUrl = inject("postgresUrl");
  const source = new URL(url).pathname.slice(1);
  const name = `c_${randomBytes(6).toString("hex")}`;
  await withClient(adminUrl, "test", async (admin) => {
    // Nobody may be connected to what is copied; pools connect anew.
    await admin.query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1", [source]);
    await admin.query(`create database ${name} template ${source}`);
  });
  const copyUrl = databaseUrl(adminUrl, name);
  const pool = createLedgerPool(copyUrl, TEST_SECRET);
  onTestFinished(async () => {
    await pool.end();
    await withClient(adminUrl, "test", async (admin) => {
      await admin.query(`drop database ${name} with (force)`);
    });
  });
  return { pool, url: copyUrl };
}
