import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { personOf, whoIs } from "../../audit/ledgers/directory.ts";
import { writePeople } from "../../cli/credentials.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { putObjects } from "../../tools/sandbox/door.ts";
import { sandboxOwners } from "../../tools/crm/sandbox-owners.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { ADMINS, givenAdmins } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { run } from "./run.ts";

const environment = { ...process.env };
const robin = ["--id", "robin", "--name", "Robin Vale", "--role", "partner-manager", "--reason", "joins"];
const [ana, ben] = [ADMINS.asks, ADMINS.seconds];
let database: TestDatabase;
let pool: LedgerPool;
let gateway: Gateway;
let home = "";
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf("acme");
  await givenAdmins(pool, "acme");
  gateway = await gatewayWith({ pool, owners: sandboxOwners(pool) });
  home = mkdtempSync(join(tmpdir(), "mandate-people-"));
  writePeople(
    home,
    [ana, ben].map((personId) => ({ personId, name: personId, role: "admin", token: `token-acme-${personId}` })),
  );
  Object.assign(process.env, { MANDATE_HOME: home, MANDATE_URL: gateway.url, MANDATE_COMPANY: "acme" });
});
afterAll(async () => {
  process.env = { ...environment };
  await gateway.stop();
  await database.drop();
  rmSync(home, { recursive: true, force: true });
});

const people = (...argv: string[]) => run("people", ...argv);
async function json(...argv: string[]) {
  const { exitCode, stdout } = await people(...argv, "--json");
  return { exitCode, data: (JSON.parse(stdout) as { data: { [field: string]: unknown } }).data };
}
const known = async () => (await database.pool.query("select * from person order by company, person_id")).rows;

describe("mandate people add", () => {
  test("prints a token that is theirs once another admin seconds it, and keeps only its SHA-256", async () => {
    const { exitCode, data } = await json("add", ...robin, "--as", ana);
    expect([exitCode, data]).toEqual([
      0,
      {
        changeId: expect.stringMatching(/^pch_/) as string,
        personId: "robin",
        state: "waiting",
        token: expect.stringMatching(/^mdt_[\w-]{43}$/) as string,
      },
    ]);
    const { token, changeId } = data as { token: string; changeId: string };
    expect(await personOf(pool, "acme", token)).toBeUndefined();
    const pending = await people("pending", "--as", ben);
    expect(pending.stdout).toMatch(new RegExp(`${changeId} +add +robin +${ana}`));
    expect(pending.stderr).toContain(`people second ${changeId} --as ${ben}`);
    expect(await people("second", changeId, "--as", ana)).toMatchObject({ exitCode: 4 });
    expect(await people("second", changeId, "--as", ben)).toMatchObject({
      exitCode: 0,
      stdout: `${changeId} is done.\n`,
    });
    expect(await personOf(pool, "acme", token)).toMatchObject({ personId: "robin" });
    expect(JSON.stringify(await known())).not.toContain(token);
    expect((await people("pending", "--as", ben)).stdout).toBe("Nothing waits for a second admin.\n");
  });

  test("a known id is refused and keeps its token", async () => {
    const before = await known();
    const { exitCode, stderr } = await people(
      "add",
      "--id",
      "robin",
      "--name",
      "E",
      "--role",
      "ops",
      "--reason",
      "x",
      "--as",
      ana,
    );
    expect([exitCode, stderr]).toEqual([6, expect.stringContaining("`robin`: is known, or was")]);
    expect(await known()).toEqual(before);
  });

  test.for([
    ["an id with a space", ["--id", "robin vale", "--name", "Robin", "--role", "ops", "--reason", "x"]],
    ["a blank name", ["--id", "wren", "--name", "  ", "--role", "ops", "--reason", "x"]],
    [
      "a role that no policy could name",
      ["--id", "wren", "--name", "Wren", "--role", "Partner Manager", "--reason", "x"],
    ],
    ["nothing but an id", ["--id", "wren"]],
  ] as const)("%s is a usage fault and adds nobody", async ([, argv]) => {
    const before = await known();
    expect(await people("add", ...argv, "--as", ana)).toMatchObject({ exitCode: 2, stdout: "" });
    expect(await known()).toEqual(before);
  });
});

test("an alias, a role, a token and a revocation go the same road; what narrows holds at once", async () => {
  const why = ["--reason", "as agreed", "--as", ana];
  const alias = await json("alias", "add", "robin", "Robin <", ...why);
  expect(alias.exitCode).toBe(2);
  const { data } = await json("alias", "add", "robin", "Robin@X.example", ...why);
  await people("second", String(data["changeId"]), "--as", ben);
  expect(await whoIs(pool, "acme", "crm", "robin@x.example")).toBe("robin");
  expect((await people("show", "robin", "--as", ana)).stdout).toContain("crm mail: robin@x.example");
  expect((await json("alias", "remove", "robin", "robin@x.example", ...why)).data["state"]).toBe("done");
  expect((await json("role", "robin", "regional-director", ...why)).data["state"]).toBe("waiting");
  expect((await json("role", "robin", "seller", ...why)).data["state"]).toBe("done");
  const own = await json("rotate-token", ana, "--reason", "yearly", "--as", ana);
  expect(own.data).toMatchObject({ state: "done", token: expect.stringMatching(/^mdt_/) });
  writePeople(home, [
    { personId: ana, name: ana, role: "admin", token: String(own.data["token"]) },
    { personId: ben, name: ben, role: "admin", token: `token-acme-${ben}` },
  ]);
  expect((await json("revoke", "robin", ...why)).data["state"]).toBe("done");
  expect((await people("list")).stdout).toMatch(/robin +seller +revoked +Robin Vale/);
});

test("whom the CRM knows comes in by `sync`, and a second admin lets it hold", async () => {
  const properties = { userId: "9001", email: "kim@x.example", firstName: "Kim", lastName: "Hall" };
  await putObjects(pool, { company: "acme", system: "crm" }, [{ type: "owner", id: "71", properties }]);
  const { data } = await json("sync", "--as", ana);
  const waiting = data["waiting"] as string[];
  expect(await people("second", ...waiting, "--as", ben)).toMatchObject({ exitCode: 0 });
  expect(await whoIs(pool, "acme", "crm", "Kim Hall <KIM@x.example>")).toBe("crm-71");
});

test("with no gateway, it says how to get one", async () => {
  process.env["MANDATE_URL"] = "http://127.0.0.1:1";
  const { exitCode, stderr } = await people("list");
  process.env["MANDATE_URL"] = gateway.url;
  expect([exitCode, stderr]).toEqual([69, expect.stringContaining("npm start")]);
});
