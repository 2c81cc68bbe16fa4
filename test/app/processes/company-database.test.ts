import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ConfigError } from "../../../domain/config-error.ts";
import { loadConfig, type Config } from "../../../app/config.ts";
import { keptAddressFile } from "../../../db/company-address.ts";
import { prepareDatabase } from "../../../app/processes/dev-database.ts";
import { requireCompanyDatabase, requireOwner } from "../../../app/processes/require-database.ts";
import { fingerprintOf } from "../../../proof/secret-fit.ts";
import { personOf } from "../../../audit/ledgers/directory.ts";
import { query } from "../../../engines/postgres-client.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../../setup/database.ts";
import { removeHome, temporaryHome } from "../../setup/temporary-home.ts";
import { run } from "../../cli/run.ts";

const environment = { ...process.env };
const company = `co-${randomBytes(4).toString("hex")}`;
let database: TestDatabase;
let ownerUrl: string;
let home: string;

beforeAll(async () => {
  database = await testDatabase();
  // As for a server that does not know the system user: the company's login gets a password.
  const address = new URL(database.url);
  address.password = "owner-password";
  ownerUrl = address.toString();
});
afterAll(() => database.drop());
beforeEach(() => {
  home = temporaryHome("process");
  process.env["MANDATE_HOME"] = home;
  process.env["MANDATE_COMPANY"] = company;
  process.env["DATABASE_URL"] = ownerUrl;
  process.env["MANDATE_AUDIT_SECRET"] = TEST_SECRET.toString("base64");
});
afterEach(() => {
  process.env = { ...environment };
  removeHome(home);
});

/** What the list of migrations holds where they were not yet one set. */
const EARLIER_HISTORY = (
  "0001_audit 0002_ledgers 0003_inbox_outbox 0004_programme 0005_sandboxes 0006_ledger_functions 0007_inbox_functions " +
  "0008_decision_details 0009_limits 0010_releases 0011_decide_service 0012_rollout 0013_quorum 0014_crm_notes " +
  "0015_turn_calls 0016_audit_log 0017_company_security 0018_privacy 0019_plans"
)
  .split(" ")
  .map((name) => `${name}.sql`);

const configured = (changes: Partial<Config> = {}): Config => ({ ...loadConfig(), ...changes });

describe("what serves a company", () => {
  test("does not start with the owner's address, and is told the fix", () => {
    expect(() => requireCompanyDatabase(configured())).toThrow(ConfigError);
    expect(() => requireCompanyDatabase(configured())).toThrow(
      /DATABASE_URL: it does not log in as `company:co-.*run `mandate migrate`/,
    );
    expect(() => requireCompanyDatabase(configured())).not.toThrow("owner-password");
  });

  test.for(["gateway", "worker"])("`mandate %s` is refused so", async (name) => {
    process.env["HUBSPOT_CLIENT_SECRET"] = "secret";
    const { exitCode, stderr } = await run(name);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("run `mandate migrate`")]);
  });

  test.for([
    ["superuser", "nosuperuser"],
    ["bypassrls", "nobypassrls"],
  ] as const)("does not start with a login that row security does not hold back: %s", async ([given, taken]) => {
    const other = `co-${randomBytes(4).toString("hex")}`;
    process.env["MANDATE_COMPANY"] = other;
    process.env["DATABASE_URL"] = await database.urlOf(other);
    process.env["HUBSPOT_CLIENT_SECRET"] = "secret";
    await query(database.url, `alter role "company:${other}" ${given}`);
    for (const name of ["gateway", "worker"]) {
      const { exitCode, stderr } = await run(name);
      expect([name, exitCode, stderr]).toEqual([
        name,
        2,
        expect.stringMatching(new RegExp(`DATABASE_URL: .*not held back by row security.*NO${given.toUpperCase()}`)),
      ]);
    }
    await query(database.url, `alter role "company:${other}" ${taken}`);
  });

  test("does not start with another company's address", () => {
    const databaseUrl = "postgres://company%3Aglobex:pw@db.example.com/mandate";
    expect(() => requireCompanyDatabase(configured({ databaseUrl }))).toThrow(
      `DATABASE_URL: it logs in as \`company:globex\`, and MANDATE_COMPANY is \`${company}\``,
    );
    expect(() => requireOwner(configured({ databaseUrl }))).toThrow("migrations need the owner's address");
  });
});

describe("mandate migrate", () => {
  test("makes the company's login once, says where its address is kept, and gateways and workers use it from then on", async () => {
    const first = await run("migrate", "--json");
    const kept = keptAddressFile(home, company);
    expect([first.exitCode, JSON.parse(first.stdout).data]).toEqual([
      0,
      {
        applied: [],
        login: `company:${company}`,
        keptIn: kept,
        auditSecret: { fingerprint: fingerprintOf(TEST_SECRET, company).slice(0, 12), rewrapped: 0 },
        schedules: { kind: "no-engine" },
      },
    ]);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    const address = requireCompanyDatabase(configured());
    expect(address).toBe(readFileSync(kept, "utf8").trim());
    expect(await query(address, "select current_company() as company")).toEqual([{ company }]);
    expect((await run("migrate")).stdout).toContain(`its address is kept in ${kept}: give it as DATABASE_URL`);
    expect(requireCompanyDatabase(configured())).toBe(address);
  });

  test("makes the first two admins where they are named, once, and shows their tokens once", async () => {
    const own = `co-${randomBytes(4).toString("hex")}`;
    Object.assign(process.env, { MANDATE_COMPANY: own, DATABASE_URL: database.url });
    const made = await run("migrate", "--json", "--admins", "ana=Ana Ruiz", "ben");
    const { admins } = (JSON.parse(made.stdout) as { data: { admins: { personId: string; token: string }[] } }).data;
    expect(admins.map(({ personId }) => personId)).toEqual(["ana", "ben"]);
    const pool = await database.poolOf(own);
    expect(await personOf(pool, own, admins[0]?.token ?? "")).toEqual({
      personId: "ana",
      name: "Ana Ruiz",
      role: "admin",
    });
    const again = await run("migrate", "--admins", "cat", "dan");
    expect([again.exitCode, again.stdout]).toEqual([0, expect.stringContaining("There are two admins already")]);
    for (const one of [["ana"], ["ana", "ANA"], ["a na", "ben"]]) {
      expect(await run("migrate", "--admins", ...one)).toMatchObject({ exitCode: 2 });
    }
  });

  test("over a socket that knows the system user keeps nothing", async () => {
    process.env["DATABASE_URL"] = database.url;
    const { exitCode, stdout } = await run("migrate");
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringContaining(`The login is \`company:${company}\`, without a password.`),
    ]);
    expect(existsSync(keptAddressFile(home, company))).toBe(false);
  });
});

describe("mandate dev", () => {
  const said: string[] = [];
  const prepare = (url: string) => prepareDatabase(configured({ databaseUrl: url }), url, (line) => said.push(line));

  test("hands out the company's login, never the owner's", async () => {
    const address = await prepare(database.url);
    expect(await query(address, "select session_user::text as login")).toEqual([{ login: `company:${company}` }]);
    expect(await prepare(address)).toBe(address);
    expect(said).toEqual([]);
  });

  test("cannot migrate with a company's login, and says who can", async () => {
    const address = await database.urlOf(company);
    const { rows } = await database.pool.query<{ name: string; sha256: string }>(
      "delete from schema_migration where name = (select max(name) from schema_migration) returning name, sha256",
    );
    const [last] = rows;
    await expect(prepare(address)).rejects.toThrow(
      `the schema lacks ${last?.name}; run \`mandate migrate\` with the owner's address`,
    );
    const { databaseUrl } = configured();
    process.env["DATABASE_URL"] = address;
    process.env["HUBSPOT_CLIENT_SECRET"] = "secret";
    for (const name of ["gateway", "worker"]) {
      const { exitCode, stderr } = await run(name);
      expect([name, exitCode, stderr]).toEqual([name, 2, expect.stringContaining(`the schema lacks ${last?.name}`)]);
    }
    process.env["DATABASE_URL"] = databaseUrl;
    await database.pool.query("insert into schema_migration (name, sha256) values ($1, $2)", [
      last?.name,
      last?.sha256,
    ]);
  });
});

describe("a database that an earlier version made", () => {
  let old: TestDatabase;
  beforeAll(async () => {
    old = await testDatabase();
    await old.pool.query("delete from schema_migration");
    await old.pool.query("insert into schema_migration (name, sha256) select unnest($1::text[]), 'of its time'", [
      EARLIER_HISTORY,
    ]);
  });
  afterAll(() => old.drop());

  const refusal = () =>
    new RegExp(
      `database \`${new URL(old.url).pathname.slice(1)}\` at \\S+: it was made by an earlier version, whose migrations ` +
        "begin with `0001_audit.sql`, and is left as it is; export .* with that version \\(`mandate audit export`\\), " +
        "then start with a fresh MANDATE_HOME or another DATABASE_URL",
    );

  test("is neither migrated nor served, and is told by name with the way out", async () => {
    process.env["HUBSPOT_CLIENT_SECRET"] = "secret";
    const own = await old.urlOf(company);
    for (const [name, url] of [
      ["migrate", old.url],
      ["gateway", own],
      ["worker", own],
    ] as const) {
      process.env["DATABASE_URL"] = url;
      const { exitCode, stderr } = await run(name);
      expect([name, exitCode, stderr]).toEqual([name, 2, expect.stringMatching(refusal())]);
    }
    for (const url of [old.url, own]) {
      await expect(prepareDatabase(configured({ databaseUrl: url }), url, () => undefined)).rejects.toThrow(refusal());
    }
  });

  test("is a failure for the doctor, which says what to do", async () => {
    process.env["DATABASE_URL"] = old.url;
    const { stdout } = await run("doctor", "--json");
    const { findings } = (JSON.parse(stdout) as { data: { findings: { check: string }[] } }).data;
    expect(findings.find(({ check }) => check === "migrations")).toEqual({
      check: "migrations",
      state: "fail",
      detail: expect.stringMatching(refusal()),
      fix: "npx mandate audit export (by the version that made it), then MANDATE_HOME=<fresh folder> npm start",
    });
  });

  test("is left as it was", async () => {
    const { rows } = await old.pool.query("select name from schema_migration order by name");
    expect(rows.map(({ name }) => name)).toEqual(EARLIER_HISTORY);
  });
});
