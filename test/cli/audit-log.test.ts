import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { auditSecretFileOf } from "../../proof/secret.ts";
import { keepCosignature } from "../../proof/log/cosignature-store.ts";
import { appendRecord, appendRecords } from "../../audit/records.ts";
import { draftFor, draftsFor } from "../proof/log/kept-log.ts";
import { AT } from "../fixtures/ledger.ts";
import { givenCheckpoint } from "../fixtures/logged.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../setup/database.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";
import { run } from "./run.ts";

const environment = { ...process.env };
let database: TestDatabase;
let home = "";

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  home = temporaryHome("audit-log");
  process.env["MANDATE_HOME"] = home;
  process.env["DATABASE_URL"] = database.url;
  process.env["MANDATE_AUDIT_SECRET"] = TEST_SECRET.toString("base64");
});
afterEach(() => {
  process.env = { ...environment };
  removeHome(home);
});

describe("mandate audit log", () => {
  test("names the company's log and its key before anything is recorded, so that a witness can be told", async () => {
    process.env["MANDATE_COMPANY"] = "globex";
    const { exitCode, stdout } = await run("audit", "log", "--json");
    expect([exitCode, JSON.parse(stdout)]).toEqual([
      0,
      {
        ok: true,
        data: {
          company: "globex",
          logs: [
            {
              log: "globex",
              origin: "mandate.local/globex",
              vkey: expect.stringMatching(/^mandate\.local\/globex\+[0-9a-f]{8}\+/) as string,
              size: 0,
              checkpoint: null,
              cosignatures: [],
              waiting: { records: 0, waitedMs: 0 },
            },
          ],
        },
        warnings: [],
        next: [],
      },
    ]);
  });

  test("shows sizes, the newest checkpoint, who cosigned, and what waits", async () => {
    await appendRecords(database.pool, draftsFor("acme", 0, 3));
    const { note, root, vkey } = await givenCheckpoint(database.pool);
    await keepCosignature(database.pool, {
      company: "acme",
      log: "acme",
      size: 3,
      witness: "w1.example",
      line: "w1\n",
      signedAt: AT,
    });
    await appendRecord(database.pool, draftFor("acme", 3));
    await appendRecord(database.pool, draftFor("acme", 4, { log: "acme~globex" }));
    const { stdout } = await run("audit", "log", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      data: {
        logs: [
          {
            log: "acme",
            vkey,
            size: 3,
            checkpoint: { size: 3, root: root.toString("base64"), signedAt: AT, note: `${note}w1\n` },
            cosignatures: [{ witness: "w1.example", size: 3, signedAt: AT }],
            waiting: { records: 1 },
          },
          {
            log: "acme~globex",
            origin: "mandate.local/acme~globex",
            size: 0,
            checkpoint: null,
            waiting: { records: 1 },
          },
        ],
      },
      next: ["npx mandate doctor"],
    });
    const shown = await run("audit", "log");
    expect(shown.stdout.split("\n").map((line) => line.split(/ {2,}/))).toMatchObject([
      ["LOG", "LEAVES", "WAITING", "SIGNED", "ROOT", "COSIGNED"],
      ["acme", "3", "1", AT, root.toString("base64"), "w1.example at 3"],
      ["acme~globex", "0", "1", "never"],
      [""],
      ["mandate.local/acme"],
      ["", `key`, vkey],
      ["mandate.local/acme~globex"],
      ["", "key", expect.any(String)],
      [""],
    ]);
  });

  test("without the audit secret says where it is looked for", async () => {
    delete process.env["MANDATE_AUDIT_SECRET"];
    // What a home keeps is no answer beside a DATABASE_URL: another host's keeps something else.
    mkdirSync(join(home, "keys"));
    writeFileSync(auditSecretFileOf(home), TEST_SECRET.toString("base64"));
    const { exitCode, stderr } = await run("audit", "log");
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("set MANDATE_AUDIT_SECRET")]);
  });

  test("without a database says how to get one", async () => {
    delete process.env["DATABASE_URL"];
    const { exitCode, stderr } = await run("audit", "log");
    expect([exitCode, stderr]).toEqual([69, expect.stringContaining("npm start")]);
  });
});
