import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { type Config, loadConfig } from "../../app/config.ts";
import { type DoctorDeps, doctorExitCode, type Finding, formatFindings, runDoctor } from "../../app/doctor.ts";
import { freePort } from "../../engines/free-port.ts";
import { writeRuntime } from "../../engines/runtime-file.ts";

const KEY = "sk-do-not-print";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-doctor-"));
  mkdirSync(join(folder, "home"));
  mkdirSync(join(folder, "node_modules"));
  writeFileSync(join(folder, "package-lock.json"), "{}");
  writeStamp("{}");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const writeStamp = (lockfile: string): void =>
  writeFileSync(
    join(folder, "node_modules", ".mandate-lock-sha256"),
    `${createHash("sha256").update(lockfile).digest("hex")}\ndev\n`,
  );

const configOf = (changes: Partial<Config> = {}): Config => ({
  ...loadConfig({ HOME: folder, PATH: "" }, folder),
  home: join(folder, "home"),
  cacheFolder: inject("cacheFolder"),
  ...changes,
});

const depsOf = (changes: Partial<DoctorDeps> = {}): DoctorDeps => ({
  pendingMigrations: () => Promise.resolve([]),
  now: () => new Date(),
  root: folder,
  externalTemporal: () => Promise.resolve(undefined),
  ...changes,
});

const examine = async (config: Partial<Config> = {}, deps: Partial<DoctorDeps> = {}): Promise<Finding[]> =>
  runDoctor(configOf(config), depsOf(deps));

const finding = async (
  check: string,
  config: Partial<Config> = {},
  deps: Partial<DoctorDeps> = {},
): Promise<Finding | undefined> => (await examine(config, deps)).find((one) => one.check === check);

describe("the doctor", () => {
  test("finds nothing wrong with a fresh installation, in the order people fix things", async () => {
    const findings = await examine();
    expect(findings.map(({ check, state }) => `${state} ${check}`)).toEqual([
      "ok node",
      "ok packages",
      "ok temporal",
      "ok postgres",
      "ok ports",
      "ok database",
      "ok migrations",
      "ok row security",
      "ok clock",
      "ok policies",
      "ok cases",
      "ok questions",
      "ok replies",
      "ok agreements",
      "ok ends",
      "ok quarantine",
      "ok calendar",
      "ok schedules",
      "ok audit secret",
      "ok audit log",
      "ok audit checkpoints",
      "ok audit verification",
      "ok model",
      "ok worker's model",
      "ok switches",
      "ok budgets",
      "ok secret files",
      "ok webhook secret",
    ]);
    expect(doctorExitCode(findings)).toBe(0);
  });

  test("asks a running database and a running Temporal", async () => {
    const [databaseUrl, temporalAddress] = [inject("postgresUrl"), inject("temporalAddress")];
    writeRuntime(join(folder, "home"), {
      startedAt: new Date().toISOString(),
      databaseUrl,
      temporalAddress,
      processes: [],
    });
    const findings = await examine();
    const details = findings.filter(({ check }) => ["temporal", "database", "migrations", "clock"].includes(check));
    expect(details.map(({ state, detail }) => `${state} ${detail.replace(/\d+ ms.*/, "skew")}`)).toEqual([
      `ok embedded, answers at ${temporalAddress}`,
      expect.stringMatching(/^ok reachable, PostgreSQL 18/),
      "ok up to date",
      "ok skew",
    ]);
  });

  test("an old Node is refused", async () => {
    expect(await finding("node", {}, { nodeVersion: "20.18.3" })).toEqual({
      check: "node",
      state: "fail",
      detail: "20.18.3 is older than 20.19",
      fix: "nvm install 22",
    });
  });

  test("packages of another lockfile are reinstalled", async () => {
    writeStamp("another");
    expect(await finding("packages")).toMatchObject({
      state: "fail",
      fix: expect.stringContaining("npm ci --ignore-scripts"),
    });
  });

  test("a Temporal that is not fetched yet is no fault; one that cannot be reached is", async () => {
    const cacheFolder = join(folder, "empty");
    expect(await finding("temporal", { cacheFolder })).toMatchObject({ state: "warn", fix: "npm start" });
    const address = `127.0.0.1:${await freePort()}`;
    const outside = { address, namespace: "default", connectionOptions: { address } };
    const away = await finding(
      "temporal",
      { temporalAddress: address },
      { externalTemporal: () => Promise.resolve(outside) },
    );
    expect(away).toMatchObject({ state: "fail", fix: "unset TEMPORAL_ADDRESS" });
  });

  test("a Temporal of one's own is really asked for its namespace", async () => {
    const address = inject("temporalAddress");
    const outside = (namespace: string) => () =>
      Promise.resolve({ address, namespace, connectionOptions: { address } });
    expect(await finding("temporal", {}, { externalTemporal: outside("default") })).toMatchObject({ state: "ok" });
    expect(await finding("temporal", {}, { externalTemporal: outside("absent") })).toMatchObject({ state: "fail" });
  });

  test("a taken port is exchanged for a free one", async () => {
    const port = await freePort();
    const squatter: Server = createServer();
    await new Promise<void>((listening) => squatter.listen(port, "127.0.0.1", listening));
    expect(await finding("ports", { port })).toMatchObject({
      state: "fail",
      fix: expect.stringMatching(/^export MANDATE_PORT=\d+$/),
    });
    await new Promise((closed) => squatter.close(closed));
    expect(await finding("ports", { port })).toMatchObject({ state: "ok" });
  });

  test("a database that does not answer is one failure, and shows no password", async () => {
    const findings = await examine({ databaseUrl: `postgres://u:${KEY}@127.0.0.1:${await freePort()}/d` });
    expect(findings.filter(({ state }) => state === "fail")).toMatchObject([
      { check: "database", fix: "unset DATABASE_URL" },
    ]);
    expect(formatFindings(findings)).not.toContain(KEY);
  });

  test("missing migrations are named", async () => {
    const pendingMigrations = () => Promise.resolve(["0002_ledger.sql"]);
    expect(await finding("migrations", { databaseUrl: inject("postgresUrl") }, { pendingMigrations })).toEqual({
      check: "migrations",
      state: "fail",
      detail: "1 to do: 0002_ledger.sql",
      fix: "npx mandate migrate",
    });
  });

  const skews = [
    { name: "half a second is fine", skewMs: 500, state: "ok" },
    { name: "five seconds is a warning", skewMs: -5_000, state: "warn" },
    { name: "two minutes is a failure", skewMs: 120_000, state: "fail" },
  ];
  test.for(skews)("clock: $name", async ({ skewMs, state }) => {
    const now = () => new Date(Date.now() + skewMs);
    expect(await finding("clock", { databaseUrl: inject("postgresUrl") }, { now })).toMatchObject({ state });
  });

  test("the model is said, its key is not", async () => {
    expect((await finding("model"))?.detail).toMatch(/^offline/);
    const findings = await examine({ anthropicApiKey: KEY });
    expect(findings.find(({ check }) => check === "model")?.detail).toBe(
      "claude-sonnet-5-5 through the Anthropic API, key present",
    );
    expect(formatFindings(findings)).not.toContain(KEY);
  });

  test("secret files that others may read are closed", async () => {
    const file = join(folder, "home", "runtime.json");
    writeFileSync(file, "{}");
    chmodSync(file, 0o644);
    expect(await finding("secret files")).toMatchObject({ state: "fail", fix: `chmod 600 '${file}'` });
  });

  test("a public address without a webhook secret is a warning", async () => {
    const found = await finding("webhook secret", { publicUrl: "https://example.com" });
    expect(found).toMatchObject({ state: "warn", fix: expect.stringContaining("export HUBSPOT_CLIENT_SECRET=") });
  });
});

describe("the report", () => {
  const findings: Finding[] = [
    { check: "node", state: "ok", detail: "22.1.0" },
    { check: "migrations", state: "fail", detail: "1 to do", fix: "npx mandate migrate" },
    { check: "clock", state: "warn", detail: "3000 ms behind", fix: "sudo timedatectl set-ntp true" },
  ];

  test("has one line each, the command below it, and a count", () => {
    expect(formatFindings(findings)).toBe(
      [
        "ok    node        22.1.0",
        "fail  migrations  1 to do",
        "                  fix: npx mandate migrate",
        "warn  clock       3000 ms behind",
        "                  fix: sudo timedatectl set-ntp true",
        "",
        "1 failed, 1 to look at",
      ].join("\n"),
    );
  });

  test("ends with 3 for a failure, with 0 for a warning", () => {
    expect([doctorExitCode(findings), doctorExitCode(findings.filter(({ state }) => state !== "fail"))]).toEqual([
      3, 0,
    ]);
  });
});
