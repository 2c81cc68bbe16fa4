import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startPublisher } from "../../proof/log/publisher.ts";
import { auditSecretFileOf } from "../../proof/secret.ts";
import { checkpointFileOf } from "../../proof/sinks/checkpoint-file.ts";
import { configuredSinks } from "../../proof/sinks/configured.ts";
import { checkpointFolderOf } from "../../proof/sinks/file.ts";
import { loadConfig, type Config } from "../../app/config.ts";
import { checkAudit } from "../../app/doctor/audit.ts";
import type { Finding } from "../../app/doctor/finding.ts";
import { rewrapSubjects } from "../../db/rewrap.ts";
import { appendRecords, readRecords, type LedgerPool } from "../../audit/records.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { fingerprintOf, requireSecret } from "../../proof/secret-fit.ts";
import { draftsFor, tamper } from "./log/kept-log.ts";
import { keptLog } from "../fixtures/log.ts";
import { givenCheckpoint, TEST_HOST } from "../fixtures/logged.ts";
import { startIntegrator } from "../../proof/log/integrator.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../setup/database.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";
import { NAME, running } from "./witness/running.ts";
import { copyOf } from "./copied-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

let companies = 0;
let company = "";
let home = "";
let file = "";
beforeEach(() => {
  company = `co-${(companies += 1)}`;
  home = temporaryHome("doctor-audit");
  onTestFinished(() => removeHome(home));
  file = checkpointFileOf(checkpointFolderOf(home), company);
  mkdirSync(join(home, "keys"));
  writeFileSync(auditSecretFileOf(home), TEST_SECRET.toString("base64"));
});

const configOf = (changed: Partial<Config> = {}): Config => ({ ...loadConfig({}, home), home, company, ...changed });

async function findings(
  changed: Partial<Config> = {},
  databaseUrl: string | undefined = database.url,
): Promise<readonly Finding[]> {
  const deps = { pendingMigrations: () => Promise.resolve([]), now: () => new Date(), root: home };
  return checkAudit({ config: configOf(changed), deps, runtime: { kind: "absent" }, databaseUrl });
}

const finding = async (check: string, ...given: Parameters<typeof findings>) =>
  (await findings(...given)).filter((one) => one.check === `audit ${check}`);

/** Records, signs, and carries the checkpoint to the sinks of the configuration. */
async function given(records: number, { pool = database.pool, from = 0 }: { pool?: LedgerPool; from?: number } = {}) {
  await appendRecords(pool, draftsFor(company, from, records));
  return givenCheckpoint(pool, company);
}

async function publish(changed: Partial<Config> = {}, pool = database.pool): Promise<void> {
  const sinks = configuredSinks(pool, configOf(changed));
  await startPublisher({ sql: pool, company, secret: TEST_SECRET, sinks, log: keptLog().log }).stop();
}

/** As at the first start with the right secret, whose newest record opens. */
const requireSecretOf = (name: string) =>
  database.pool.query("insert into secret_fingerprint (company, purpose, fingerprint) values ($1, 'audit', $2)", [
    name,
    fingerprintOf(TEST_SECRET, name),
  ]);

/** Moves what was signed to a time before now. */
const signedAgo = (interval: string) =>
  tamper(
    database.pool,
    "audit_checkpoint",
    "update audit_checkpoint set signed_at = clock_timestamp() - $2::interval where company = $1",
    [company, interval],
  );

describe("the doctor, of the audit log", () => {
  test("has nothing to say while nothing is recorded, or no database runs", async () => {
    expect((await findings()).map(({ state, detail }) => `${state} ${detail}`)).toEqual(
      Array(3).fill("ok nothing is recorded yet"),
    );
    const deps = { pendingMigrations: () => Promise.resolve([]), now: () => new Date(), root: home };
    const none = await checkAudit({ config: configOf(), deps, runtime: { kind: "absent" }, databaseUrl: undefined });
    expect(none.map(({ check, state }) => `${state} ${check}`)).toEqual([
      "ok audit secret",
      "ok audit log",
      "ok audit checkpoints",
    ]);
  });

  test("finds all well when what is recorded is signed and stands outside the database", async () => {
    await given(3);
    await publish();
    await appendRecords(database.pool, draftsFor(company, 3, 2));
    expect(await findings()).toEqual([
      { check: "audit secret", state: "ok", detail: "opens the newest record" },
      {
        check: "audit log",
        state: "ok",
        detail: "3 leaves of 1 log under signed checkpoints, 2 waiting for the next one",
      },
      { check: "audit checkpoints", state: "ok", detail: "3 of 3 leaves in the checkpoint file" },
    ]);
  });

  test("names records that wait too long for a worker", async () => {
    await appendRecords(database.pool, draftsFor(company, 0, 2));
    await tamper(
      database.pool,
      "audit_record",
      "update audit_record set recorded_at = clock_timestamp() - interval '5 minutes' where company = $1",
      [company],
    );
    const auditSecret = TEST_SECRET.toString("base64");
    expect(await finding("log", { databaseUrl: database.url, auditSecret })).toEqual([
      {
        check: "audit log",
        state: "fail",
        detail: expect.stringMatching(/^2 records wait for a place in log co-\d+, the oldest for 30\d s/) as string,
        fix: "npx mandate worker",
      },
    ]);
    expect(await finding("log")).toMatchObject([{ fix: "npm start" }]);
  });

  test("names a head that is not the one signed", async () => {
    await given(2);
    await tamper(database.pool, "audit_log", "update audit_log set size = 1 where company = $1", [company]);
    expect(await finding("log")).toMatchObject([{ state: "fail", fix: "npx mandate audit log" }]);
  });

  test("names the host that a log began with", async () => {
    await given(2);
    expect(await finding("log", { auditHost: "other.example" })).toMatchObject([
      { state: "fail", fix: "export MANDATE_AUDIT_HOST=mandate.local" },
    ]);
  });
});

describe("the doctor, of the audit secret", () => {
  test("fails when it is gone", async () => {
    await given(1);
    rmSync(auditSecretFileOf(home));
    expect((await findings()).map(({ state }) => state)).toEqual(["fail", "warn", "warn"]);
    expect(await finding("secret")).toMatchObject([
      { detail: expect.stringContaining("is gone") as string, fix: expect.stringContaining("cp ") as string },
    ]);
  });

  test("fails when it is another one than the records were sealed with", async () => {
    await given(1);
    const auditSecret = Buffer.alloc(32, 1).toString("base64");
    expect(await finding("secret", { auditSecret })).toMatchObject([
      {
        state: "fail",
        detail: expect.stringContaining("does not open the newest record") as string,
        fix: expect.stringContaining("export MANDATE_AUDIT_SECRET=") as string,
      },
    ]);
  });
});

describe("the doctor, of a secret that other hosts share", () => {
  const other = Buffer.alloc(32, 1);

  test("fails when it is not set beside a DATABASE_URL, before anything is recorded", async () => {
    expect(await findings({ databaseUrl: database.url })).toMatchObject([
      {
        state: "fail",
        detail: expect.stringContaining("MANDATE_AUDIT_SECRET: not set, and DATABASE_URL is") as string,
      },
      { state: "warn" },
      { state: "warn" },
    ]);
  });

  test("fails when the company began with another one, and shows both fingerprints and neither secret", async () => {
    await requireSecret(await database.poolOf(company), company, TEST_SECRET);
    const [first] = await finding("secret", { auditSecret: other.toString("base64") });
    expect(first).toMatchObject({
      state: "fail",
      fix: expect.stringContaining("export MANDATE_AUDIT_SECRET=") as string,
    });
    for (const one of [TEST_SECRET, other]) {
      expect(first?.detail).toContain(fingerprintOf(one, company).slice(0, 12));
      expect(first?.detail).not.toContain(one.toString("base64"));
    }
  });

  test("counts what a host sealed under a secret of its own, by kind, and once that is given it is sealed anew", async () => {
    await given(2);
    const elsewhere = createLedgerPool(database.url, other);
    const drafts = draftsFor(company, 10, 2).map((draft, n) => {
      return { ...draft, caseId: `${company}:quoting:crm-deal-x${n}`, person: "dana" };
    });
    await appendRecords(elsewhere, drafts);
    await elsewhere.end();
    await requireSecretOf(company);
    const sealed = /^2 cases and 1 person were sealed under another audit secret: .* the first: /;
    expect(await finding("secret")).toMatchObject([
      {
        state: "fail",
        detail: expect.stringMatching(sealed) as string,
        fix: expect.stringContaining("MANDATE_FORMER_AUDIT_SECRET_FILE=") as string,
      },
    ]);
    const moved = { company, former: other, secret: TEST_SECRET };
    expect(await rewrapSubjects(database.url, moved)).toBe(3);
    expect(await rewrapSubjects(database.url, moved)).toBe(0);
    expect(await finding("secret")).toMatchObject([{ state: "ok" }]);
    const { records, intact } = await readRecords(database.pool, company, drafts[0]?.caseId ?? "");
    expect([records.length, intact]).toEqual([1, true]);
  });
});

describe("the doctor, of checkpoints outside the database", () => {
  test("fails when the log has grown and none came out in time", async () => {
    await given(2);
    await signedAgo("4 minutes");
    expect(await finding("checkpoints")).toMatchObject([{ state: "ok" }]);
    await signedAgo("1 hour");
    expect(await finding("checkpoints")).toEqual([
      {
        check: "audit checkpoints",
        state: "fail",
        detail: `the checkpoint file holds 0 of 2 leaves of log ${company}; the next checkpoint has waited 3600 s, the limit is 300 s`,
        fix: "npm start",
      },
    ]);
    expect(await finding("checkpoints", { checkpointLimitSeconds: 7_200 })).toMatchObject([{ state: "ok" }]);
  });

  test("does not mind an old one of a log that has not grown", async () => {
    await given(2);
    await publish();
    await signedAgo("1 hour");
    expect(await finding("checkpoints")).toMatchObject([{ state: "ok" }]);
  });

  test("warns of a witness that lags while another sink is up to date", async () => {
    await given(2);
    const { url, vkey } = await running([]);
    const witnesses = [{ url, vkey }];
    await publish({ witnesses });
    await signedAgo("1 hour");
    expect(await finding("checkpoints", { witnesses })).toEqual([
      {
        check: "audit checkpoints",
        state: "warn",
        detail: expect.stringContaining(`witness ${NAME} holds 0 of 2 leaves`) as string,
        fix: `curl -i ${url}`,
      },
    ]);
  });

  test("takes a witness's cosignature for a checkpoint outside", async () => {
    const log = await given(2);
    const { url, vkey } = await running([log]);
    const witnesses = [{ url, vkey }];
    await publish({ witnesses });
    rmSync(file);
    await signedAgo("1 hour");
    expect(await finding("checkpoints", { witnesses })).toMatchObject([
      { state: "warn", detail: expect.stringContaining("the checkpoint file holds 0 of 2") as string },
    ]);
  });

  test("fails when the database was put back to an older copy, and when it went on from there", async () => {
    await given(3);
    const copy = await copyOf(database);
    await given(2, { from: 3 });
    await publish();
    const putBack = await finding("checkpoints", {}, copy.url);
    expect(putBack).toMatchObject([
      {
        state: "fail",
        detail: expect.stringContaining("5 leaves were signed, and the database has 3") as string,
        fix: "npx mandate audit log",
      },
    ]);
    await given(9, { pool: copy.pool, from: 1_000 });
    expect(await finding("checkpoints", {}, copy.url)).toMatchObject([
      {
        state: "fail",
        detail: expect.stringContaining("the 5 leaves that were signed are not the database's first") as string,
      },
    ]);
    expect(await finding("checkpoints")).toMatchObject([{ state: "ok" }]);
  });

  test("fails when the whole home was put back and a witness holds more, while it answers and afterwards", async () => {
    const log = await given(3);
    const { url, vkey, stop } = await running([log]);
    const witnesses = [{ url, vkey }];
    await publish({ witnesses });
    const copy = await copyOf(database);
    await given(2, { from: 3 });
    await publish({ witnesses });
    rmSync(file);
    expect(await finding("checkpoints", { witnesses })).not.toMatchObject([{ state: "fail" }]);
    const putBack = [
      {
        check: "audit checkpoints",
        state: "fail",
        detail: expect.stringMatching(
          /^witness .* holds 5 leaves of .*; 3 were offered; the database was put back/,
        ) as string,
        fix: "npx mandate audit log",
      },
    ];
    expect(await finding("checkpoints", { witnesses }, copy.url)).toEqual(putBack);
    const settings = { pool: copy.pool, company, secret: TEST_SECRET, host: TEST_HOST, log: keptLog().log };
    await appendRecords(copy.pool, draftsFor(company, 1_000, 1));
    await startIntegrator({ ...settings, sinks: configuredSinks(copy.pool, configOf({ witnesses })) }).stop();
    await stop();
    expect(await finding("checkpoints", { witnesses }, copy.url)).toEqual(putBack);
  });

  test("fails when the database has lost the log altogether", async () => {
    const copy = await copyOf(database);
    await given(3);
    await publish();
    await appendRecords(copy.pool, draftsFor(company, 0, 1));
    expect(await finding("checkpoints", {}, copy.url)).toMatchObject([
      { state: "fail", detail: expect.stringContaining("3 leaves were signed, and the database has 0") as string },
    ]);
  });

  test("fails when the file is damaged, and says how to begin another", async () => {
    await given(2);
    await publish();
    copyFileSync(file, `${file}.whole`);
    writeFileSync(file, readFileSync(file, "utf8").replace("\\n2\\n", "\\n1\\n"));
    expect(await finding("checkpoints")).toMatchObject([{ state: "fail", fix: `mv '${file}' '${file}.damaged'` }]);
  });
});
