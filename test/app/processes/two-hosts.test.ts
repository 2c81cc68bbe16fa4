import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { readRecords, type LedgerPool } from "../../../audit/records.ts";
import { createLedgerPool } from "../../../db/pool.ts";
import { installFirstRelease } from "../../../releases/set-up.ts";
import { crmSays, givenPartner, givenQuote } from "../../fixtures/programme.ts";
import { endProcess, startProcess, WEBHOOKS } from "../../setup/company-processes.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { postBatch, quoteAsked } from "../../setup/hubspot.ts";
import { eventually } from "../../setup/system.ts";
import { removeHome, temporaryHome } from "../../setup/temporary-home.ts";

const root = resolve(import.meta.dirname, "../../..");
const company = `co-${randomBytes(4).toString("hex")}`;
const [shared, own] = [randomBytes(32), randomBytes(32)];

let database: TestDatabase;
let pool: LedgerPool;
let homes: readonly string[] = [];
const running: ChildProcess[] = [];

beforeAll(async () => {
  homes = ["one", "two"].map((name) => temporaryHome(`host-${name}`));
  database = await testDatabase();
});
afterAll(async () => {
  await Promise.all(running.map(endProcess));
  await pool.end();
  await database.drop();
  homes.forEach(removeHome);
});

/** One process on a host: what the environment says is all that the hosts have in common. */
async function start(host: 0 | 1, command: string, databaseUrl: string, secret: Buffer | undefined) {
  const temporalAddress = inject("temporalAddress");
  const more = { MANDATE_LISTEN_HOST: "0.0.0.0" };
  const told = { home: homes[host] ?? "", company, databaseUrl, temporalAddress, secret, more };
  const { child, ended, facts, said } = await startProcess(command, told);
  running.push(child);
  return facts === undefined ? ended : { exitCode: undefined, said: said(), url: facts.url ?? "" };
}

describe("two hosts with homes of their own and one DATABASE_URL", { timeout: 240_000 }, () => {
  test("do not start without the secret that they share, and make none", async () => {
    const address = await database.urlOf(company);
    pool = createLedgerPool(address, shared);
    for (const command of ["gateway", "worker"]) {
      const { exitCode, said } = await start(0, command, address, undefined);
      expect([command, exitCode, said]).toEqual([
        command,
        2,
        expect.stringContaining("MANDATE_AUDIT_SECRET: not set, and DATABASE_URL is") as string,
      ]);
    }
  });

  test("are one system: an event at the gateway of one is decided by the worker of the other, and every record opens", async () => {
    const migrated = await start(0, "migrate", database.url, shared);
    expect(migrated).toMatchObject({ exitCode: 0, said: expect.stringContaining("The audit secret's fingerprint is") });
    const folder = resolve(root, "policies");
    const at = new Date().toISOString();
    await installFirstRelease({ sql: pool, company, home: homes[0] ?? "", folder, at });
    await givenPartner(pool, company, { partnerId: "partner-7" });
    await givenQuote(pool, company, "7001", 120_000);
    const address = await database.urlOf(company);
    const gateway = await start(0, "gateway", address, shared);
    await start(1, "worker", address, shared);
    if (!("url" in gateway)) throw new Error(gateway.said);
    expect(new URL(gateway.url).hostname).toBe("127.0.0.1");
    const ready = await fetch(`${gateway.url}/readyz`);
    expect(await ready.json()).toEqual({
      ready: true,
      dependencies: { database: "up", temporal: "up", auditSecret: "up" },
    });
    expect((await postBatch(gateway.url, WEBHOOKS, [quoteAsked({ objectId: "7001", eventId: 1 })])).status).toBe(202);
    const caseId = `${company}:quoting:crm-deal-7001`;
    const { records, intact } = await eventually(async () => {
      const read = await readRecords(pool, company, caseId);
      return read.records.at(-1)?.kind === "case_end" ? read : undefined;
    }, 60_000);
    expect([intact, records[0]?.kind]).toEqual([true, "event"]);
    expect(await crmSays(pool, company)).toEqual([["7001", "quote_status", "approved"]]);
  });

  test("a host with a secret of its own is refused, and the gateway that runs stays ready", async () => {
    const address = await database.urlOf(company);
    for (const command of ["gateway", "worker"]) {
      const { exitCode, said } = await start(1, command, address, own);
      expect([command, exitCode]).toEqual([command, 2]);
      expect(said).toMatch(
        /MANDATE_AUDIT_SECRET .*its fingerprint is [0-9a-f]{12}, and co-\w+ began with [0-9a-f]{12}; give/,
      );
      expect(said).not.toContain(own.toString("base64"));
    }
  });
});
