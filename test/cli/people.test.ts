import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { writeRuntime } from "../../engines/runtime-file.ts";
import { personOf } from "../../gateway/http/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { run } from "./run.ts";

const environment = { ...process.env };
const robin = ["--id", "robin", "--name", "Robin Vale", "--role", "partner-manager"];
let database: TestDatabase;
let home = "";

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "mandate-people-"));
  process.env["MANDATE_HOME"] = home;
  process.env["DATABASE_URL"] = database.url;
});
afterEach(() => {
  process.env = { ...environment };
  rmSync(home, { recursive: true, force: true });
});

const add = (...argv: string[]) => run("people", "add", ...argv);
const known = async () => (await database.pool.query("select * from person order by company, person_id")).rows;

describe("mandate people add", () => {
  test("prints a token that is theirs, and keeps only its SHA-256", async () => {
    const { exitCode, stdout } = await add(...robin, "--json");
    const { data } = JSON.parse(stdout);
    expect([exitCode, data]).toEqual([
      0,
      {
        company: "acme",
        personId: "robin",
        name: "Robin Vale",
        role: "partner-manager",
        token: expect.stringMatching(/^mdt_[\w-]{43}$/),
      },
    ]);
    expect(await personOf(database.pool, "acme", data.token)).toMatchObject({ personId: "robin" });
    expect(JSON.stringify(await known())).not.toContain(data.token);
  });

  test("a known id is refused and keeps its token", async () => {
    const before = await known();
    const { exitCode, stderr } = await add("--id", "robin", "--name", "Somebody Else", "--role", "ops");
    expect([exitCode, stderr]).toEqual([6, expect.stringContaining("`robin` is known at acme")]);
    expect(await known()).toEqual(before);
  });

  test("people belong to the company that the environment names", async () => {
    process.env["MANDATE_COMPANY"] = "globex";
    const { exitCode, stdout } = await add(...robin);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/robin\) as partner-manager at globex[^]*mdt_/)]);
  });

  test("without DATABASE_URL it is the embedded database that runs here", async () => {
    delete process.env["DATABASE_URL"];
    writeRuntime(home, { startedAt: "2026-03-02T09:00:00.000Z", databaseUrl: database.url, processes: [] });
    expect(await add("--id", "kit", "--name", "Kit", "--role", "ops")).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("with neither, it says how to get one", async () => {
    delete process.env["DATABASE_URL"];
    const { exitCode, stderr } = await add(...robin);
    expect([exitCode, stderr]).toEqual([69, expect.stringMatching(/`npm start`, or set DATABASE_URL/)]);
  });

  test("a database that does not answer is said, with what to look at", async () => {
    process.env["DATABASE_URL"] = "postgres://mandate:secret-in-the-url@127.0.0.1:1/mandate";
    const { exitCode, stderr } = await add(...robin);
    expect([exitCode, stderr]).toEqual([69, expect.stringMatching(/ECONNREFUSED[^]*mandate doctor/)]);
    expect(stderr).not.toContain("secret-in-the-url");
  });

  test.for([
    ["an id with a space", ["--id", "robin vale", "--name", "Robin", "--role", "ops"]],
    ["a blank name", ["--id", "wren", "--name", "  ", "--role", "ops"]],
    ["a role that no policy could name", ["--id", "wren", "--name", "Wren", "--role", "Partner Manager"]],
    ["nothing but an id", ["--id", "wren"]],
  ] as const)("%s is a usage fault and adds nobody", async ([, argv]) => {
    const before = await known();
    expect(await add(...argv)).toMatchObject({ exitCode: 2, stdout: "" });
    expect(await known()).toEqual(before);
  });
});
