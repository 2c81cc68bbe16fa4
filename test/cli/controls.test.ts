import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capIn } from "../../cli/budgets.ts";
import { writePeople } from "../../cli/credentials.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { givenPerson } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { run } from "./run.ts";

const environment = { ...process.env };
let database: TestDatabase;
let gateway: Gateway;
let home = "";
beforeAll(async () => {
  database = await testDatabase();
  const pool = await database.poolOf("acme");
  home = mkdtempSync(join(tmpdir(), "mandate-controls-"));
  const people = ["ola", "lee"].map((personId) => {
    return { personId, name: personId, role: "ops-engineer", token: `token-${personId}` };
  });
  for (const { token, ...person } of people) await givenPerson(pool, "acme", person, token);
  writePeople(home, people);
  gateway = await gatewayWith({ pool });
  Object.assign(process.env, { MANDATE_HOME: home, MANDATE_URL: gateway.url, MANDATE_COMPANY: "acme" });
});
afterAll(async () => {
  process.env = { ...environment };
  await gateway.stop();
  await database.drop();
  rmSync(home, { recursive: true, force: true });
});

const as = (person: string) => ["--as", person, "--reason", "drill"];

test("one person stops, the list and the status say so, and two resume", async () => {
  expect((await run("switch", "list")).stdout).toBe("Nothing is stopped.\n");
  expect((await run("switch", "stop", "agent/compliance", ...as("ola"))).stdout).toBe(
    "The agent compliance is stopped.\n",
  );
  expect((await run("switch")).stdout).toMatch(
    /^switch\/agent\/compliance\n {2}the agent compliance is stopped, by ola at .*: drill\n$/,
  );
  const status = await run("status");
  expect(status.stdout).toMatch(/^Bounds {5}the agent compliance is stopped, by ola .* ago: drill$/m);
  expect(status.stderr).toContain("the agent compliance is stopped");
  const asked = await run("switch", "resume", "agent/compliance", ...as("ola"));
  expect(asked.stdout).toBe(
    'The agent compliance is stopped. "the agent compliance runs" waits for a second person, ops-engineer or regional-director, not ola.\n',
  );
  expect(asked.stderr).toContain("npx mandate switch resume agent/compliance --reason TEXT --as lee");
  expect((await run("switch", "resume", "agent/compliance", ...as("lee"))).stdout).toBe("The agent compliance runs.\n");
  expect((await run("switch", "stop", "compliance", ...as("ola"))).stderr).toContain("give company, function/ID");
});

test("budgets are set and shown, and what is wrong is named with its form", async () => {
  expect((await run("agents", "budget")).stderr).toContain("no budget bounds what models are asked");
  const set = await run("agents", "budget", "set", "company", "money", "0.50", ...as("ola"));
  expect(set.stdout).toBe("Budget of company: at most 0.500000 USD.\n");
  const { stdout } = await run("agents", "budget");
  expect(stdout).toMatch(/^company +money +0\.000000 USD +0\.500000 USD$/m);
  const wrong = await run("agents", "budget", "set", "company", "time", "90", ...as("ola"));
  expect(wrong.stderr).toContain("`90` is no amount of time");
  expect((await run("agents", "mode", "compliance", "assisted", ...as("ola"))).stdout).toBe(
    "The agent compliance is assisted.\n",
  );
});

test.for([
  ["money", "microUsd", "0.50", 500_000],
  ["money", "microUsd", "20", 20_000_000],
  ["money", "microUsd", "0.000001", 1],
  ["tokens", "tokens", "40000", 40_000],
  ["time", "ms", "90s", 90_000],
  ["time", "ms", "2h", 7_200_000],
  ["none", "calls", "none", null],
] as const)("%s: as %s, `%s` is %s", ([, measure, text, cap]) => {
  expect(capIn(measure, text)).toBe(cap);
});

test.for([
  ["microUsd", "0.0000001"],
  ["tokens", "1.5"],
  ["calls", "-1"],
  ["ms", "1.5h"],
  ["ms", "90"],
] as const)("as %s, `%s` is refused", ([measure, text]) => {
  expect(() => capIn(measure, text)).toThrow("is no amount");
});
