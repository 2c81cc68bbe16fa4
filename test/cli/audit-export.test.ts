import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { writePeople } from "../../cli/credentials.ts";
import { startGateway, type Gateway } from "../../gateway/gateway.ts";
import { givenPerson } from "../fixtures/people.ts";
import { policiesOf } from "../../deciding/policies.ts";
import { appendRecord } from "../../audit/records.ts";
import { watchedEngine } from "../fixtures/engine.ts";
import {
  givenGovernedCases,
  givenHeads,
  JOINT_LOG,
  testKeys,
  vkeyOf,
  type GovernedCases,
} from "../fixtures/governed-log.ts";
import { keptLog } from "../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";
import { run } from "./run.ts";
import { wallTime } from "../../db/company-clock.ts";

const environment = { ...process.env };
const people = [
  { personId: "dana", name: "Dana", role: "partner-manager", token: "token-of-dana" },
  { personId: "ola", name: "Ola", role: "ops-engineer", token: "token-of-ola" },
  { personId: "pat", name: "Pat", role: "seller", token: "token-of-pat" },
];
const { log, lines } = keptLog();
let database: TestDatabase;
let gateway: Gateway;
let cases: GovernedCases;
let home: string;
let out: string;

beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  cases = await givenGovernedCases(pool);
  await givenHeads(pool);
  for (const { token, ...person } of people) await givenPerson(pool, "acme", person, token);
  const options = { pool, now: wallTime, engine: watchedEngine(), company: "acme", policies: policiesOf({}), log };
  gateway = await startGateway({ ...options, hubspotSecret: "s", publicUrl: undefined, port: 0, bundleKeys: testKeys });
});
afterAll(async () => {
  await gateway.stop();
  await database.drop();
});

beforeEach(() => {
  home = temporaryHome("audit-export");
  out = join(home, "bundle");
  writePeople(home, people);
  Object.assign(process.env, { MANDATE_HOME: home, MANDATE_URL: gateway.url, MANDATE_COMPANY: "acme" });
});
afterEach(() => {
  process.env = { ...environment };
  removeHome(home);
});

const exports = (...argv: string[]) => run("audit", "export", "--out", out, ...argv);
const verify = (...argv: string[]) => run("audit", "verify", out, ...argv);
const json = async (...argv: string[]) => {
  const { exitCode, stdout } = await verify("--json", ...argv);
  return { exitCode, ...(JSON.parse(stdout) as { ok: boolean; data: { outcome: string; anchored: boolean } }) };
};

describe("mandate audit export", () => {
  test("writes whole logs that verify passes, with no gateway and no database", async () => {
    const { exitCode, stdout } = await exports("--company");
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/bundle: \d+ files, \d+ kB, for acme\n$/)]);
    Object.assign(process.env, { MANDATE_URL: "http://127.0.0.1:1", DATABASE_URL: "postgres://127.0.0.1:1/none" });
    const verified = await verify();
    expect([verified.exitCode, verified.stdout]).toEqual([
      0,
      expect.stringContaining("PASS: all of it agrees with itself"),
    ]);
    expect(verified.stderr).toContain("--vkey pins the keys you know");
    expect(await json("--vkey", vkeyOf("acme"), "--vkey", vkeyOf(JOINT_LOG), "--policy", "both")).toMatchObject({
      exitCode: 0,
      ok: true,
      data: { outcome: "pass", anchored: true },
    });
  });

  test("writes one case, and what a partner may see", async () => {
    expect((await exports("--case", cases.approved, "--json")).exitCode).toBe(0);
    expect((await verify()).stdout).toContain(
      `ok  ${cases.approved}  7 records, 2 decisions, 1 receipt, last escalate`,
    );
    out = join(home, "partner");
    expect((await exports("--company", "--as", "globex")).exitCode).toBe(0);
    expect(readdirSync(join(out, "logs"))).toEqual([JOINT_LOG]);
    expect((await verify()).exitCode).toBe(0);
  });

  test("waits for a checkpoint over a case's newest record", async () => {
    const record = { company: "acme", caseId: cases.withBlob, kind: "event", key: "evt-9/event" } as const;
    await appendRecord(database.pool, { ...record, at: "2026-11-30T09:00:00.000Z", body: {} });
    const exporting = exports("--case", cases.withBlob);
    await expect
      .poll(() => lines.some(({ msg, code }) => msg === "audit export refused" && code === "waiting"))
      .toBe(true);
    await givenHeads(database.pool);
    const { exitCode, stderr } = await exporting;
    expect([exitCode, stderr]).toEqual([
      0,
      expect.stringContaining("1 record is not under a checkpoint yet: waiting for one"),
    ]);
    expect((await verify()).exitCode).toBe(0);
  });

  test("never writes into a folder that holds something", async () => {
    mkdirSync(out);
    writeFileSync(join(out, "mine.txt"), "");
    const { exitCode, stderr } = await exports("--company");
    expect([exitCode, stderr]).toEqual([6, expect.stringContaining("bundle is not empty (not-empty)")]);
    expect(readdirSync(home)).not.toContain(".bundle-");
  });

  test.for([
    [["--company", "--by", "dana"], 4, "needs auditor or ops-engineer or regional-director, not partner-manager"],
    [["--company", "--as", "globex", "--by", "pat"], 4, "not seller"],
    [["--company", "--as", "initech"], 5, "no log of `acme` is shared with `initech`"],
    [["--case", "acme:quoting:none"], 5, "nothing is recorded of case `acme:quoting:none`"],
    [["--company", "--since", "1d"], 2, "say what to export"],
    [[], 2, "say what to export"],
    [["--since", "soon"], 2, "`soon` is no time to begin at"],
  ] as const)("refuses %j with exit %i and leaves nothing", async ([argv, code, detail]) => {
    const { exitCode, stderr } = await exports(...argv);
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining(detail)]);
    expect(readdirSync(home).filter((name) => name.includes("bundle"))).toEqual([]);
  });
});

describe("mandate audit verify", () => {
  const change = (path: string, from: string, to: string) => {
    const text = readFileSync(join(out, path), "latin1");
    expect(text).toContain(from);
    writeFileSync(join(out, path), text.replace(from, to), "latin1");
  };

  test("exits 1 for a changed record and names check, log, entry, case and record", async () => {
    await exports("--case", cases.approved);
    change("logs/acme/entries.jsonl", String.raw`\"verdict\":\"approve\"`, String.raw`\"verdict\":\"reject\"`);
    const { exitCode, stdout } = await verify();
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(new RegExp(`TAMPERED  check 3, log acme, entry \\d+, case ${cases.approved}, record 4: `));
    expect(stdout).toContain(`3 findings  ${cases.approved}`);
  });

  test("exits 1 when the log is not the one whose checkpoint was kept", async () => {
    await exports("--company");
    const old = join(home, "old-checkpoint");
    cpSync(join(out, "logs/acme/checkpoint"), old);
    expect((await verify("--since", old)).exitCode).toBe(0);
    writeFileSync(
      old,
      readFileSync(old, "utf8").replace(/\n(\d+)\n/, (_, size: string) => `\n${Number(size) + 1}\n`),
    );
    expect(await verify("--since", old)).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("entries were taken away"),
    });
  });

  test("exits 2 when a disclosure is not there", async () => {
    await exports("--case", cases.blocked);
    const path = join(out, "disclosures.jsonl");
    writeFileSync(path, readFileSync(path, "utf8").split("\n").slice(1).join("\n"));
    expect(await json()).toMatchObject({ exitCode: 2, ok: false, data: { outcome: "incomplete" } });
  });

  test.for([
    [["--policy", "none"], 2, "no policy `none`"],
    [["--vkey", "nonsense"], 2, "verifier key `nonsense` is not"],
    [["--since", "/nowhere"], 2, "/nowhere"],
  ] as const)("refuses %j", async ([argv, code, detail]) => {
    await exports("--case", cases.blocked);
    expect(await verify(...argv)).toMatchObject({ exitCode: code, stderr: expect.stringContaining(detail) });
  });

  test("says so when there is no such folder", async () => {
    expect(await verify()).toMatchObject({ exitCode: 5, stderr: expect.stringContaining("no folder") });
  });
});
