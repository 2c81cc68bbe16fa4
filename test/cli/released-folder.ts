import { governedActions } from "../../functions/governed-actions.ts";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { writePeople } from "../../cli/credentials.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { installFirstRelease } from "../../releases/set-up.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { givenPerson } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { changeIn } from "./copied-policies.ts";
import { run } from "./run.ts";

const people = [
  { personId: "ola", name: "Ola", role: "ops-engineer", token: "token-ola" },
  { personId: "lee", name: "Lee", role: "regional-director", token: "token-lee" },
  { personId: "dana", name: "Dana", role: "partner-manager", token: "token-dana" },
  { personId: "sam", name: "Sam", role: "seller", token: "token-sam" },
  { personId: "kim", name: "Kim", role: "ops-engineer", token: "token-kim" },
];

/** What each test of a file has: a company of its own with people who may sign, and a copy of the shipped policies. */
export type Released = {
  readonly database: TestDatabase;
  readonly company: string;
  readonly home: string;
  readonly folder: string;
  /** Rewrites one piece of a policy's file, or of its cases'. */
  readonly change: (file: string, from: string, to: string) => void;
  /** Lets a partner have one percent more, in the policy and in its cases. */
  readonly loosen: () => void;
  /** Puts the folder in force as it was copied. */
  readonly install: () => ReturnType<typeof installFirstRelease>;
};

/** Sets that up around each test, with a gateway for it that commands find. */
export function releasedFolder(): Released {
  const environment = { ...process.env };
  let companies = 0;
  let gateway: Gateway | undefined;
  let database: TestDatabase | undefined;
  const released = {
    company: "",
    home: "",
    folder: "",
    get database() {
      if (database === undefined) throw new Error("no test runs");
      return database;
    },
    change: (file: string, from: string, to: string) => changeIn(released.folder, file, from, to),
    loosen: () => {
      released.change("quoting.yaml", "percent: 15%, allowed", "percent: 16%, allowed");
      const cases = join(released.folder, "quoting.test.yaml");
      writeFileSync(cases, readFileSync(cases, "utf8").replaceAll("15%", "16%").replaceAll("15.0001%", "16.0001%"));
    },
    install: () => {
      const { company, home, folder } = released;
      const at = "2026-03-02T09:00:00.000Z";
      return installFirstRelease({ sql: released.database.pool, company, home, folder, at });
    },
  };
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database?.drop());
  beforeEach(async () => {
    companies += 1;
    released.company = `co-${companies}`;
    released.home = mkdtempSync(join(tmpdir(), "mandate-releases-"));
    released.folder = join(released.home, "policies");
    cpSync(join(import.meta.dirname, "../../policies"), released.folder, { recursive: true });
    const { company, home, folder } = released;
    const { pool } = released.database;
    gateway = await gatewayWith({ pool, company });
    for (const { token, ...person } of people) await givenPerson(pool, company, person, `${company}-${token}`);
    writePeople(
      home,
      people.map((person) => ({ ...person, token: `${company}-${person.token}` })),
    );
    Object.assign(process.env, {
      MANDATE_HOME: home,
      MANDATE_POLICIES: folder,
      MANDATE_URL: gateway.url,
      MANDATE_COMPANY: company,
    });
  });
  afterEach(async () => {
    await gateway?.stop();
    process.env = { ...environment };
    rmSync(released.home, { recursive: true, force: true });
  });
  return released;
}

export const policy = (...argv: string[]) => run("policy", ...argv);

/** The same with `--json`, read. */
export async function policyJson(...argv: string[]) {
  const { exitCode, stdout } = await policy(...argv, "--json");
  return { exitCode, ...JSON.parse(stdout) };
}

export const because = ["--reason", "because"];

/** How many policies ship: one for each governed action. */
export const shipped = Object.keys(governedActions).length;
