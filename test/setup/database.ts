import { randomBytes } from "node:crypto";
import type { LedgerPool } from "../../audit/records.ts";
import { withClient } from "../../engines/postgres-connection.ts";
import { ensureCompanyLogin } from "../../db/company-login.ts";
import { createLedgerPool } from "../../db/pool.ts";

/** Seals what tests record; not a secret. */
export const TEST_SECRET = Buffer.alloc(32, "only for tests");

/** The migrated database that others are copied from. */
export const TEMPLATE = "mandate_template";

export function databaseUrl(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.toString();
}

export type TestDatabase = {
  readonly name: string;
  /** The owner's: sees and may do everything. */
  readonly pool: LedgerPool;
  readonly url: string;
  /** Logs in as the company, as gateway and worker do; the login is made at its first use. */
  urlOf(company: string): Promise<string>;
  /** One pool per company. */
  poolOf(company: string): Promise<LedgerPool>;
  /**
   * Ends every pool. Takes every decision that was recorded in it once more, and fails when another number than
   * `differing` (default 0) come out otherwise.
   */
  drop(known?: { readonly differing?: number }): Promise<void>;
};

/** A migrated database of its own on the server behind `adminUrl`. */
export async function createDatabase(adminUrl: string): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString("hex")}`;
  await withClient(adminUrl, "test", async (client) => {
    await client.query(`create database ${name} template ${TEMPLATE}`);
  });
  const url = databaseUrl(adminUrl, name);
  const pool = createLedgerPool(url, TEST_SECRET);
  const companies = new Map<string, Promise<LedgerPool>>();
  // The socket knows the system user: there is no password to keep in a home.
  const urlOf = async (company: string) => (await ensureCompanyLogin({ url, company, home: "none" })).url;
  return {
    name,
    pool,
    url,
    urlOf,
    poolOf(company) {
      const known = companies.get(company) ?? urlOf(company).then((address) => createLedgerPool(address, TEST_SECRET));
      companies.set(company, known);
      return known;
    },
    async drop({ differing = 0 } = {}) {
      try {
        const { rows } = await pool.query("select from decision limit 1");
        if (rows.length > 0) await (await import("../replay/golden.ts")).holdDecisions(pool, differing);
      } finally {
        const pools = await Promise.all(companies.values());
        await Promise.all([pool, ...pools].map((each) => each.end()));
        await withClient(adminUrl, "test", async (client) => {
          await client.query(`drop database ${name} with (force)`);
        });
      }
    },
  };
}

/** A test file's own database. Drop it in `afterAll`. */
export async function testDatabase(): Promise<TestDatabase> {
  const { inject } = await import("vitest");
  return createDatabase(inject("postgresUrl"));
}
