import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writePeople } from "../../cli/credentials.ts";
import { bundleKeys } from "../../proof/export/keys.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { givenPerson } from "../fixtures/people.ts";
import { tamper } from "../proof/log/kept-log.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { decideService, goes } from "../fixtures/decide.ts";
import { givenCheckpoint } from "../fixtures/logged.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../setup/database.ts";
import { run } from "./run.ts";

const environment = { ...process.env };
const lea = { personId: "lea", name: "Lea", role: "lab-lead", token: "token-lea" };
let database: TestDatabase;
let gateway: Gateway;
let home = "";
let asked = 0;

beforeAll(async () => {
  database = await testDatabase();
  home = mkdtempSync(join(tmpdir(), "mandate-dispute-"));
  gateway = await givenGateway(true);
  await givenPerson(database.pool, "acme", lea, lea.token);
  await givenPerson(database.pool, "acme", { personId: "cpq", name: "CPQ", role: "system" });
  writePeople(home, [lea]);
  Object.assign(process.env, { MANDATE_HOME: home, MANDATE_URL: gateway.url, MANDATE_COMPANY: "acme" });
});
afterAll(async () => {
  process.env = environment;
  await gateway.stop();
  await database.drop({ differing: 1 });
  rmSync(home, { recursive: true, force: true });
});

async function givenGateway(knowsKeys: boolean): Promise<Gateway> {
  return gatewayWith({
    pool: await database.poolOf("acme"),
    ...(knowsKeys && { bundleKeys: bundleKeys(TEST_SECRET, { witnesses: [] }) }),
  });
}

/** A decision on shipping samples, 48 hours at most going without people. */
async function decided(hours: number) {
  asked += 1;
  const request = { caller: "cpq", key: `k${asked}`, policy: "shipping", facts: { ...goes, hours }, action: null };
  const answer = await decideService(database.pool).decide({ ...request, ref: `S-${asked}`, requestedBy: "cpq" });
  if (answer.kind !== "decided") throw new Error(answer.kind);
  return answer.decision;
}

const dispute = (...argv: string[]) => run("audit", "dispute", ...argv);
const folder = (name: string) => join(home, name);
const text = (name: string, path: string) => readFileSync(join(folder(name), path), "utf8");

describe("mandate audit dispute", () => {
  test("writes the page, the case, how to verify it and the bundle, which verifies", async () => {
    const { decisionId } = await decided(60);
    await givenCheckpoint(database.pool);
    const { exitCode, stdout, stderr } = await dispute(decisionId, "--out", folder("whole"));
    expect([exitCode, stdout]).toEqual([
      0,
      `cpq asks for shipping of S-1\nescalate: 60 hours is over 48\n` +
        `${/It waits for .*/.exec(stdout)?.[0]}\n\n${join(folder("whole"), "index.html")}\n`,
    ]);
    expect(stderr).toContain(`audit verify ${join(folder("whole"), "bundle")}`);
    expect(text("whole", "index.html")).toContain("<h1>cpq asks for shipping of S-1</h1>");
    expect(JSON.parse(text("whole", "case.json"))).toMatchObject({ company: "acme", intact: true });
    expect(text("whole", "README.txt")).not.toContain("not under a checkpoint");
    expect((await run("audit", "verify", join(folder("whole"), "bundle"))).exitCode).toBe(0);
  });

  test("of a case that is not under a checkpoint yet goes on once it is", async () => {
    const { decisionId } = await decided(12);
    const written = dispute(decisionId, "--out", folder("waited"));
    await givenCheckpoint(database.pool);
    expect((await written).exitCode).toBe(0);
    expect(text("waited", "index.html")).not.toContain("not yet in a checkpoint");
  });

  test("finds the decision behind an escalation, and answers scripts in JSON", async () => {
    const { decisionId, escalation } = await decided(61);
    await givenCheckpoint(database.pool);
    const { escalationId } = (await decideService(database.pool).read(decisionId))?.decisions[0].escalation ?? {};
    expect(escalation).toBeNull();
    const { exitCode, stdout } = await dispute(escalationId ?? "", "--out", folder("by-escalation"), "--json");
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([
      0,
      {
        ok: true,
        data: { decisionId, verdict: "escalate", bundle: true, files: expect.arrayContaining(["index.html"]) },
      },
    ]);
  });

  test("without the logs' keys at the gateway it writes all but the bundle, and says how to get that", async () => {
    const { decisionId } = await decided(13);
    await givenCheckpoint(database.pool);
    const other = await givenGateway(false);
    const { exitCode, stderr } = await dispute(decisionId, "--out", folder("bare"), "--url", other.url);
    await other.stop();
    expect([exitCode, existsSync(join(folder("bare"), "bundle"))]).toEqual([0, false]);
    expect(stderr).toContain("Warning: the folder has no bundle: this gateway does not know the logs' keys");
    expect(text("bare", "README.txt")).toMatch(/npx mandate audit export --case \S+ --out bundle/);
  });

  test("of records that somebody changed in the database says so, on the page and by its exit", async () => {
    const { decisionId } = await decided(14);
    await givenCheckpoint(database.pool);
    const change = `update audit_record set kept = replace(kept, E'\\x1b', '","verdict":"block"') where key = $1`;
    await tamper(database.pool, "audit_record", change, [`${decisionId}/decision`]);
    const { exitCode, stderr } = await dispute(decisionId, "--out", folder("changed"));
    expect([exitCode, stderr]).toEqual([
      3,
      expect.stringContaining("record 2 (decision): it is not proved to be entry"),
    ]);
    expect(text("changed", "index.html")).toContain("THE RECORDS DO NOT HOLD");
  });

  test.for([
    ["a folder that holds something", "dec_1", () => home, 6, "is not empty (not-empty)"],
    ["a decision that nobody took", "dec_nobody", () => folder("none"), 5, "no decision `dec_nobody` (not-found)"],
    ["what is no decision's id", "S-1", () => folder("none"), 2, "`S-1` is no decision's id (not-a-decision)"],
  ] as const)("refuses %s, and writes nothing", async ([, id, out, code, words]) => {
    const { exitCode, stderr } = await dispute(id, "--out", out());
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining(words)]);
    expect(existsSync(folder("none"))).toBe(false);
  });

  test("asks for the folder", async () => {
    expect((await dispute("dec_1")).exitCode).toBe(2);
  });
});
