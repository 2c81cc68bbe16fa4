import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { standingOf } from "../../proof/log/log-standing.ts";
import { startIntegrator } from "../../proof/log/integrator.ts";
import { configuredSinks } from "../../proof/sinks/configured.ts";
import { loadConfig } from "../../app/config.ts";
import { ensureCompanyLogin } from "../../db/company-login.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { checkAudit } from "../../app/doctor/audit.ts";
import { appendRecords } from "../../audit/records.ts";
import { draftsFor, leavesOf } from "./log/kept-log.ts";
import { keptLog } from "../fixtures/log.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../setup/database.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";
import { running } from "./witness/running.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

describe("the company's own login, which row security and rights hold back", () => {
  test("is enough to integrate, to publish, to be cosigned, and for the doctor to look", async () => {
    const company = "acme";
    const home = temporaryHome("integrator-login");
    onTestFinished(() => removeHome(home));
    const { url: databaseUrl } = await ensureCompanyLogin({ url: database.url, company, home });
    const pool = createLedgerPool(databaseUrl, TEST_SECRET);
    onTestFinished(() => pool.end());
    const auditSecret = TEST_SECRET.toString("base64");
    const plain = { ...loadConfig({}, home), home, company, databaseUrl, auditSecret };
    const [own] = await standingOf(pool, plain, TEST_SECRET);
    if (own === undefined) throw new Error("no log");
    const config = { ...plain, witnesses: [await running([own])] };
    const { log, lines } = keptLog();
    const integrator = startIntegrator({
      pool,
      company,
      secret: TEST_SECRET,
      host: config.auditHost,
      sinks: configuredSinks(pool, config),
      log,
      everyMs: 1,
    });
    // Somebody else's records: they stay where they are.
    await appendRecords(database.pool, draftsFor("globex", 0, 3));
    await appendRecords(database.pool, draftsFor(company, 0, 300));
    await integrator.stop();
    expect(lines.filter(({ level }) => level >= 40)).toEqual([]);
    expect(await leavesOf(database.pool, "globex")).toEqual([]);
    const [standing] = await standingOf(pool, config, TEST_SECRET);
    expect(standing).toMatchObject({ size: 300, waiting: { records: 0 }, cosignatures: [{ size: 300 }] });
    const deps = { pendingMigrations: () => Promise.resolve([]), now: () => new Date(), root: home };
    const findings = await checkAudit({ config, deps, runtime: { kind: "absent" }, databaseUrl });
    expect(findings.map(({ check, state }) => `${state} ${check}`)).toEqual([
      "ok audit secret",
      "ok audit log",
      "ok audit checkpoints",
    ]);
  });
});
