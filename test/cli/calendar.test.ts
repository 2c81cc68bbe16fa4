import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writePeople } from "../../cli/credentials.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { givenEscalation } from "../fixtures/asked.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { ADMINS, givenAdmins, givenPerson } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { run } from "./run.ts";

const environment = { ...process.env };
let database: TestDatabase;
let pool: LedgerPool;
let gateway: Gateway;
let home = "";
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf("acme");
  await givenAdmins(pool, "acme");
  gateway = await gatewayWith({ pool });
  home = mkdtempSync(join(tmpdir(), "mandate-calendar-"));
  const token = `token-acme-${ADMINS.asks}`;
  writePeople(home, [{ personId: ADMINS.asks, name: "Ana", role: "admin", token }]);
  Object.assign(process.env, { MANDATE_HOME: home, MANDATE_URL: gateway.url, MANDATE_COMPANY: "acme" });
});
afterAll(async () => {
  process.env = { ...environment };
  await gateway.stop();
  await database.drop();
  rmSync(home, { recursive: true, force: true });
});

function file(text: string): string {
  const path = join(home, "calendar.yaml");
  writeFileSync(path, text);
  return path;
}
const set = (text: string) => run("calendar", "set", file(text), "--reason", "as agreed", "--as", ADMINS.asks);

const written = `zone: Europe/Paris
hours:
  monday: [["09:00", "12:30"], ["13:30", "17:30"]]
  friday: [["09:00", "17:30"]]
holidays: ["2026-12-25"]
regions:
  iberia: { zone: Europe/Madrid, holidays: [] }
`;

describe("mandate calendar", () => {
  test("says that there is none, what that means and what sets one", async () => {
    const { exitCode, stdout, stderr } = await run("calendar", "show");
    expect([exitCode, stdout]).toEqual([0, "No calendar: none is set: deadlines run day and night.\n"]);
    expect(stderr).toContain("npx mandate calendar set FILE --reason TEXT");
  });

  test("names every place of a file that is wrong, and sends nothing", async () => {
    const { exitCode, stderr } = await set(written.replace("Europe/Paris", "Paris").replace('"12:30"', '"08:30"'));
    expect(exitCode).toBe(2);
    expect(stderr).toContain("calendar.yaml:1:7: `zone` cannot be taken: expected the IANA name of a time zone");
    expect(stderr).toContain("calendar.yaml:3:12: `hours.monday.0` cannot be taken: `08:30` is not after `09:00`");
    const broken = await set("zone: [");
    expect([broken.exitCode, broken.stderr]).toEqual([2, expect.stringContaining("not readable as YAML")]);
    expect((await run("calendar", "show")).stdout).toContain("No calendar");
  });

  test("is set, and shown as it is set", async () => {
    const done = await set(written);
    expect([done.exitCode, done.stdout]).toEqual([
      0,
      expect.stringMatching(/^Questions that open from now on run by it\.\nVersion 1, set by admin-ana at /),
    ]);
    const { stdout } = await run("calendar", "show");
    expect(stdout.split("\n").slice(1)).toEqual([
      "  Europe/Paris",
      "  monday 09:00-12:30, 13:30-17:30",
      "  friday 09:00-17:30",
      "  holidays: 2026-12-25",
      "  in iberia:",
      "    Europe/Madrid",
      "    holidays: none",
      "",
    ]);
    expect((await set(written)).exitCode).toBe(6);
  });
});

describe("a question in the terminal", () => {
  test("tells its working time, and that it reaches nobody, until it does", async () => {
    const { escalationId } = await givenEscalation(pool, "reached");
    const card = async () => (await run("escalations", "show", escalationId)).stdout;
    expect(await card()).toContain(" of working time)");
    const none = "nobody here may answer: no partner-manager or regional-director is known beside who asks";
    expect(await card()).toContain(`Whom it reaches\n  ${none}\n`);
    const list = await run("escalations", "list");
    expect(list.stdout).toContain("partner-manager (nobody)");
    expect(list.stderr).toContain(`Warning: ${escalationId}: ${none}\n`);
    const status = await run("status");
    expect(status.stdout).toContain("1 that nobody who is known can let pass\n");
    expect(status.stderr).toContain(
      "npx mandate people add --id ID --name NAME --role regional-director --reason TEXT\n",
    );
    await givenPerson(pool, "acme", { personId: "rita", name: "Rita", role: "regional-director" });
    expect(await card()).toMatch(/Whom it reaches\n {2}no partner-manager is known: regional-director is asked at /);
    await givenPerson(pool, "acme", { personId: "dana", name: "Dana", role: "partner-manager" });
    expect(await card()).not.toContain("Whom it reaches");
    expect((await run("status")).stdout).not.toContain("nobody who is known");
  });
});
