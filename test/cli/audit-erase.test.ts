import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writePeople } from "../../cli/credentials.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { givenPerson } from "../fixtures/people.ts";
import { readHolds } from "../../proof/privacy/holds.ts";
import { plantCase, tablesWith } from "../proof/privacy/planted.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { run, runOnTerminal } from "./run.ts";

const environment = { ...process.env };
const people = ["ola", "omar"].map((personId) => ({ personId, name: personId, role: "ops-engineer" }));
const sam = { personId: "sam", name: "Sam", role: "seller" };
let database: TestDatabase;
let gateway: Gateway;
let home = "";

/** As in production: the gateway logs in as the company. */
beforeAll(async () => {
  database = await testDatabase();
  home = mkdtempSync(join(tmpdir(), "mandate-erase-"));
  const pool = await database.poolOf("acme");
  gateway = await gatewayWith({
    pool,
  });
  for (const person of [...people, sam]) await givenPerson(pool, "acme", person, `token-${person.personId}`);
  writePeople(
    home,
    [...people, sam].map((person) => ({ ...person, token: `token-${person.personId}` })),
  );
  Object.assign(process.env, { MANDATE_HOME: home, MANDATE_URL: gateway.url, MANDATE_COMPANY: "acme" });
});
afterAll(async () => {
  process.env = environment;
  await gateway.stop();
  await database.drop();
  rmSync(home, { recursive: true, force: true });
});

const audit = (...argv: string[]) => run("audit", ...argv);
const ground = ["--ground", "consent-withdrawn", "--reason", "they asked us to"];

async function json(...argv: string[]) {
  const { exitCode, stdout } = await audit(...argv, "--json");
  return { exitCode, ...(JSON.parse(stdout) as { data: { [name: string]: unknown }; code?: string; fix?: string }) };
}

describe("mandate audit erase", () => {
  test("asks by the object's id, and erases once another ops engineer confirms; the story says so", async () => {
    const { caseId } = await plantCase(database.pool, "8801", "approved", { canary: "erase-me" });
    const asked = await audit("erase", "8801", ...ground, "--as", "ola");
    expect([asked.exitCode, asked.stdout]).toEqual([
      0,
      expect.stringContaining(`Erasing case:${caseId} (10 records) waits for a second ops-engineer, not ola`),
    ]);
    const next = /audit erase --confirm (ers_\w+) --as omar/.exec(asked.stderr);
    expect(next).not.toBeNull();
    const id = next?.[1] ?? "";
    const listed = await audit("erase", "--as", "omar");
    expect(listed.stdout).toMatch(new RegExp(`${id} +case:${caseId} +consent-withdrawn +ola`));
    expect(await audit("erase", "--confirm", id, "--as", "ola")).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining("(own-request)") as string,
    });
    expect(await tablesWith(database.pool, "erase-me")).not.toEqual([]);

    const erased = await audit("erase", "--confirm", id, "--as", "omar");
    expect([erased.exitCode, erased.stdout]).toEqual([
      0,
      expect.stringMatching(
        new RegExp(
          `^Erased: 10 records can no longer be read. It is recorded as acme:erasures/${id}, which knows the subject as sub_`,
        ),
      ),
    ]);
    expect(await tablesWith(database.pool, "erase-me")).toEqual([]);
    const shown = await audit("show", caseId);
    expect(shown.stdout).toContain(`erased under record acme:erasures/${id}`);
    expect(shown.stdout).not.toContain("erase-me");
    const told = await audit("show", "acme:erasures");
    expect(told.stdout).toMatch(/ola asks to erase case:\S+ on consent-withdrawn: they asked us to/);
    expect(told.stdout).toMatch(/omar erased sub_\w+ on consent-withdrawn/);
  });

  test("asks again on a terminal, and erases nothing on a no", async () => {
    const { caseId } = await plantCase(database.pool, "8802", "executed", { canary: "not-yet" });
    const { data } = await json("erase", `case:${caseId}`, ...ground, "--as", "ola");
    const argv = ["audit", "erase", "--confirm", String(data["erasureId"]), "--as", "omar"];
    expect(await runOnTerminal("n\n", ...argv)).toMatchObject({ exitCode: 130 });
    expect(await tablesWith(database.pool, "not-yet")).not.toEqual([]);
    expect(await runOnTerminal("y\n", ...argv)).toMatchObject({ exitCode: 0 });
    expect(await tablesWith(database.pool, "not-yet")).toEqual([]);
  });

  test("refuses what is open with the reason, and what it cannot read with the fix", async () => {
    await plantCase(database.pool, "8803", "open", { canary: "x" });
    expect(await audit("erase", "8803", ...ground, "--as", "ola")).toMatchObject({
      exitCode: 6,
      stderr: expect.stringMatching(/escalation esc_\w+ waits for partner-manager \(still-open\)/) as string,
    });
    expect(await audit("erase", "8803", "--reason", "x", "--as", "ola")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("give --ground no-longer-needed | consent-withdrawn") as string,
    });
    expect(await audit("erase", "8803", "--ground", "whim", "--reason", "x", "--as", "ola")).toMatchObject({
      exitCode: 2,
    });
    expect(await audit("erase", "acme:policies", ...ground, "--as", "ola")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("/subject: expected `case:<company>:<function>:<object>`") as string,
    });
    expect(await audit("erase", "person:nobody-here", ...ground, "--as", "ola")).toMatchObject({ exitCode: 5 });
    expect(await audit("erase", "8803", "--confirm", "ers_1", "--as", "ola")).toMatchObject({ exitCode: 2 });
    expect(await audit("erase", "--confirm", "ers_1", "--as", "ola")).toMatchObject({ exitCode: 5 });
  });

  test("erases a person, whose token then opens nothing", async () => {
    const lena = { personId: "lena", name: "Lena Canary", role: "seller" };
    await givenPerson(database.pool, "acme", lena, "token-lena");
    await plantCase(database.pool, "8805", "rejected", { canary: "x", requester: "lena" });
    const { data } = await json("erase", "person:lena", ...ground, "--as", "ola");
    expect(await run("events", "list", "--token", "token-lena")).toMatchObject({ exitCode: 0 });
    const confirmed = await audit("erase", "--confirm", String(data["erasureId"]), "--as", "omar");
    expect(confirmed).toMatchObject({ exitCode: 0 });
    expect(await run("events", "list", "--token", "token-lena")).toMatchObject({ exitCode: 4 });
    expect(await tablesWith(database.pool, "Lena Canary")).toEqual([]);
    expect((await audit("show", "8805")).stdout).not.toContain("lena");
  });

  test("is for ops engineers", async () => {
    for (const argv of [["erase"], ["hold", "list"], ["retention", "run"]]) {
      expect(await audit(...argv, "--as", "sam")).toMatchObject({
        exitCode: 4,
        stderr: expect.stringContaining("needs ops-engineer, not seller (wrong-role)") as string,
      });
    }
  });
});

describe("mandate audit hold", () => {
  test("stops an erasure until it is released", async () => {
    const { caseId } = await plantCase(database.pool, "8804", "executed", { canary: "x" });
    const { data: hold } = await json("hold", "set", "8804", "--reason", "claim 7", "--as", "ola");
    expect(hold).toMatchObject({ scope: `case:${caseId}`, setBy: "ola", released: null });
    const holdId = String(hold["holdId"]);
    expect(await json("erase", "8804", ...ground, "--as", "ola")).toMatchObject({
      exitCode: 6,
      code: "on-hold",
      fix: "see `mandate audit hold list`; erase once the hold is released",
    });
    expect((await audit("hold", "list", "--as", "omar")).stdout).toMatch(new RegExp(`${holdId} +case:${caseId} +ola`));
    expect(await audit("hold", "release", holdId, "--reason", "settled", "--as", "omar")).toMatchObject({
      exitCode: 0,
    });
    expect(await readHolds(database.pool, "acme")).toContainEqual(
      expect.objectContaining({ holdId, released: expect.anything() as object }),
    );
    expect(await audit("erase", "8804", ...ground, "--as", "ola")).toMatchObject({ exitCode: 0 });
  });
});

describe("mandate audit retention", () => {
  test("shows and sets the days, a shorter time with two people", async () => {
    expect((await audit("retention", "--as", "ola")).stdout).toMatch(/acme +2555/);
    expect((await audit("retention", "set", "3000", "--as", "ola")).stdout).toBe("Cases of acme are kept 3000 days.\n");
    expect((await audit("retention", "set", "365", "--as", "ola")).stdout).toBe(
      "Cases of acme are still kept 3000 days: 365 waits for a second ops-engineer, not ola.\n",
    );
    expect((await audit("retention", "set", "365", "--as", "omar")).stdout).toBe("Cases of acme are kept 365 days.\n");
    expect(await audit("retention", "set", "182", "--as", "ola")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("/days:") as string,
    });
    expect(await audit("retention", "set", "soon", "--as", "ola")).toMatchObject({ exitCode: 2 });
  });

  test("runs: says what it would erase, then how much it erased", async () => {
    const dry = await json("retention", "run", "--dry-run", "--as", "ola");
    expect(dry).toMatchObject({ exitCode: 0, data: { dryRun: true, erased: [], skipped: [] } });
    expect((await audit("retention", "run", "--as", "ola")).stdout).toBe("0 cases erased, 0 passed over.\n");
    expect((await audit("retention", "run", "--help")).stdout).toContain("runs it every night");
  });
});
