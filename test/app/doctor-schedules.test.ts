import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { loadConfig } from "../../app/config.ts";
import { checkSchedules } from "../../app/doctor/schedules.ts";
import { keepCompanySchedules } from "../../app/schedules/at-engine.ts";
import { codecsOf } from "../../app/engine/codec-of.ts";
import { connectClient } from "../../app/temporal-connection.ts";
import type { RuntimeState } from "../../engines/runtime-file.ts";
import { freePort } from "../../engines/free-port.ts";
import { run } from "../cli/run.ts";
import { TEST_SECRET, testDatabase } from "../setup/database.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";

const environment = { ...process.env };
const placeAt = (address: string) => ({ address, namespace: "default", connectionOptions: { address } });
let company = "";
let home = "";
beforeEach(() => {
  company = `kept-${randomBytes(4).toString("hex")}`;
  home = temporaryHome("schedules");
});
afterEach(() => {
  process.env = { ...environment };
  removeHome(home);
});

const place = () => placeAt(inject("temporalAddress"));
const configured = (secret = TEST_SECRET) => {
  const env = { HOME: home, PATH: "", MANDATE_AUDIT_SECRET: secret.toString("base64") };
  return { ...loadConfig(env, home), home, company };
};
const sealedPlace = () => ({ ...place(), codecs: codecsOf(configured()) });

/** What the doctor says of the company's schedules; `outside`: the Temporal that the environment names. */
async function examined(
  outside: ReturnType<typeof placeAt> | undefined = place(),
  runtime: RuntimeState = { kind: "absent" },
  config = configured(),
) {
  const deps = {
    pendingMigrations: () => Promise.resolve([]),
    now: () => new Date(),
    root: home,
    externalTemporal: () => Promise.resolve(outside),
  };
  const { state, detail, ...rest } = await checkSchedules({ config, deps, runtime, databaseUrl: undefined });
  return [state, detail.replaceAll(company, "acme"), ...("fix" in rest ? [rest.fix.replaceAll(company, "acme")] : [])];
}

async function changed(name: string, change: "delete" | "pause"): Promise<void> {
  const client = await connectClient(sealedPlace());
  await client.schedule.getHandle(`${company}:${name}`)[change]();
  await client.connection.close();
}

describe("the doctor, of schedules", () => {
  test("names those that are missing, not as they should be, and paused, with the way out", async () => {
    const [state, detail, fix] = await examined();
    expect([state, fix]).toEqual(["fail", "npx mandate migrate"]);
    expect(detail).toMatch(/^missing: .*acme:record:retention, acme:record:checkpoint, acme:record:verification$/);
    await keepCompanySchedules(company, sealedPlace());
    expect(await examined()).toEqual(["ok", "as the functions ask for"]);
    await changed("record:retention", "delete");
    expect(await examined()).toEqual(["fail", "missing: acme:record:retention", "npx mandate migrate"]);
    await keepCompanySchedules(company, sealedPlace());
    await changed("record:retention", "pause");
    expect(await examined()).toEqual([
      "warn",
      "paused: acme:record:retention",
      "temporal schedule toggle --unpause --schedule-id acme:record:retention",
    ]);
  });

  test("cannot tell what was sealed under another secret, and says which key that was and what gives it", async () => {
    await keepCompanySchedules(company, sealedPlace());
    const [state, detail] = await examined(place(), { kind: "absent" }, configured(Buffer.alloc(32, "another")));
    expect([state, detail]).toEqual([
      "warn",
      expect.stringMatching(
        /not known: sealed under key [0-9a-f]{12}; here are [0-9a-f]{12}: MANDATE_FORMER_AUDIT_SECRET/,
      ),
    ]);
  });

  test("says when nothing runs, and when the engine does not answer", async () => {
    const config = { ...loadConfig({ HOME: home, PATH: "" }, home), home, company };
    const deps = { pendingMigrations: () => Promise.resolve([]), now: () => new Date(), root: home };
    const nobody = { ...deps, externalTemporal: () => Promise.resolve(undefined) };
    const patient = { config, deps: nobody, runtime: { kind: "absent" }, databaseUrl: undefined } as const;
    expect(await checkSchedules(patient)).toMatchObject({
      state: "ok",
      detail: "nothing is running: nothing falls due",
    });
    const [state, detail] = await examined(placeAt(`127.0.0.1:${await freePort()}`));
    expect([state, detail]).toEqual(["warn", expect.stringMatching(/^how they stand is not known: /)]);
  });
});

describe("mandate migrate", () => {
  async function migrated(temporalAddress?: string) {
    const database = await testDatabase();
    Object.assign(process.env, {
      MANDATE_HOME: home,
      MANDATE_COMPANY: company,
      DATABASE_URL: database.url,
      MANDATE_AUDIT_SECRET: TEST_SECRET.toString("base64"),
      HOME: home,
    });
    if (temporalAddress !== undefined) process.env["TEMPORAL_ADDRESS"] = temporalAddress;
    const { exitCode, stdout } = await run("migrate", "--json");
    await database.drop();
    const { ok, data, warnings } = JSON.parse(stdout) as {
      ok: boolean;
      data: { login: string; schedules: { kind: string } };
      warnings: readonly string[];
    };
    return { exitCode, ok, login: data.login, schedules: data.schedules, warnings };
  }

  test("keeps the company's schedules at the Temporal that is named, and changes nothing the second time", async () => {
    const first = await migrated(inject("temporalAddress"));
    expect(first).toMatchObject({
      exitCode: 0,
      ok: true,
      login: `company:${company}`,
      schedules: { kind: "kept", differing: [] },
    });
    expect(await examined()).toEqual(["ok", "as the functions ask for"]);
    const second = await migrated(inject("temporalAddress"));
    expect(second.schedules).toEqual({ kind: "kept", missing: [], differing: [], left: [], paused: [] });
  });

  test("does the schema where none is named, and says what is still to do", async () => {
    const { exitCode, ok, schedules, warnings } = await migrated();
    expect({ exitCode, ok, schedules }).toEqual({ exitCode: 0, ok: true, schedules: { kind: "no-engine" } });
    expect(warnings).toEqual([
      "the schedules were not looked at, for no Temporal is named: set TEMPORAL_ADDRESS and run `mandate migrate` again",
    ]);
  });

  test("fails where the one that is named does not answer, with the schema done", { timeout: 90_000 }, async () => {
    const { exitCode, ok, login, schedules, warnings } = await migrated(`127.0.0.1:${await freePort()}`);
    expect({ exitCode, ok, login, kind: schedules.kind }).toEqual({
      exitCode: 69,
      ok: false,
      login: `company:${company}`,
      kind: "unreachable",
    });
    expect(warnings[0]).toContain("mend that and run `mandate migrate` again");
  });
});
