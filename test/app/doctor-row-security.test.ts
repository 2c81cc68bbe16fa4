import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../app/config.ts";
import { ensureCompanyLogin } from "../../db/company-login.ts";
import { runDoctor } from "../../app/doctor.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";

let database: TestDatabase;
let home: string;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  home = temporaryHome("doctor");
});
afterEach(() => removeHome(home));

async function finding(databaseUrl: string, company = "acme") {
  const config = { ...loadConfig({ HOME: home, PATH: "" }, home), home, databaseUrl, company };
  const deps = {
    pendingMigrations: async () => [],
    now: () => new Date(),
    root: home,
    externalTemporal: async () => undefined,
  };
  return (await runDoctor(config, deps)).find(({ check }) => check === "row security");
}

describe("the doctor, of row security", () => {
  test("is content with the company's login", async () => {
    expect(await finding(await database.urlOf("acme"))).toEqual({
      check: "row security",
      state: "ok",
      detail: "`company:acme` sees what belongs to acme, and nothing else",
    });
  });

  test("refuses a login that it does not hold back, and names the command that makes the right one", async () => {
    expect(await finding(database.url)).toEqual({
      check: "row security",
      state: "fail",
      detail: "`mandate` is not held back by it: superuser",
      fix: "npx mandate migrate",
    });
  });

  test("refuses another company's login", async () => {
    expect(await finding(await database.urlOf("globex"))).toMatchObject({
      state: "fail",
      detail: "`company:globex` sees nothing of acme",
    });
  });

  test("looks at the login that gateway and worker use, where its address is kept", async () => {
    const owner = new URL(database.url);
    owner.password = "owner-password";
    const url = owner.toString();
    const company = `doctor-${process.pid}`;
    expect(await finding(url, company)).toMatchObject({ state: "fail", detail: expect.stringContaining("superuser") });
    await ensureCompanyLogin({ url, company, home });
    expect(await finding(url, company)).toMatchObject({ state: "ok" });
  });

  test("names what a migration left open", async () => {
    await database.pool.query("create view everybody as select * from person");
    expect(await finding(await database.urlOf("acme"))).toMatchObject({
      state: "fail",
      detail: "view everybody: it reads with its owner's rights",
    });
    await database.pool.query("drop view everybody");
  });
});
