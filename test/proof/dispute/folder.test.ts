import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBundle } from "../../../proof/bundle/bundle.ts";
import { logSigner } from "../../../proof/log/log-keys.ts";
import { disputeFiles, writeFiles } from "../../../proof/dispute/folder.ts";
import { disputeIn } from "../../../proof/dispute/filed.ts";
import { writeFolder } from "../../../proof/export/write-folder.ts";
import { filedCase } from "../../fixtures/filed.ts";
import { givenCheckpoint } from "../../fixtures/logged.ts";
import { givenDecision, stepNames } from "../../fixtures/ledger.ts";
import { goTool } from "../../setup/go.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../../setup/database.ts";

const run = promisify(execFile);
const go = await goTool();
const whole = mkdtempSync(join(tmpdir(), "dispute-"));
let database: TestDatabase;
let out: string;

beforeAll(async () => {
  database = await testDatabase();
  out = await disputeFolder("1001");
});
afterAll(async () => {
  await database.drop();
  rmSync(whole, { recursive: true, force: true });
});

/** The folder of a decision with the bundle of its case. */
async function disputeFolder(step: string): Promise<string> {
  const { pool } = database;
  const names = stepNames(step);
  const { decisionId } = await givenDecision(pool, names);
  await givenCheckpoint(pool);
  const view = await filedCase(pool, "acme", names.caseId);
  const told = await disputeIn(view, decisionId);
  if (told === undefined) throw new Error("no dispute");
  const folder = join(whole, step);
  await writeFiles(folder, disputeFiles(told.dispute, view, { hasBundle: true, reader: "acme" }));
  const signerOf = (origin: string) => logSigner(TEST_SECRET, origin);
  const selection = { kind: "case", case: names.caseId } as const;
  const bundle = await openBundle(pool, {
    company: "acme",
    reader: "acme",
    selection,
    exportedAt: "2026-03-02T09:00:00.000Z",
    signerOf,
    witnesses: [],
  });
  if (bundle.kind === "refused") throw new Error(bundle.detail);
  await writeFolder(join(folder, "bundle"), bundle.pieces);
  return folder;
}

const text = (path: string) => readFileSync(join(out, path), "utf8");

describe("the folder", () => {
  test("holds the page, the case as it was given, and how to verify it", () => {
    expect(text("index.html")).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(JSON.parse(text("case.json"))).toMatchObject({ caseId: stepNames("1001").caseId, intact: true });
    expect(text("README.txt")).toContain("npx mandate audit verify bundle");
  });

  test("README.txt has no line over 120 columns", () => {
    const long = text("README.txt")
      .split("\n")
      .filter((line) => line.length > 120);
    expect(long).toEqual([]);
  });

  test("is never written over", async () => {
    await expect(writeFiles(out, [{ path: "index.html", text: "" }])).rejects.toThrow("EEXIST");
  });
});

describe.skipIf(go === undefined)("README.txt's way with Go's own code (skipped where there is no Go)", () => {
  /** The program of the folder, run as README.txt says, with the modules that our own Go test has. */
  async function check(folder: string): Promise<string> {
    const source = join(folder, "check");
    for (const name of ["go.mod", "go.sum"]) {
      writeFileSync(join(source, name), readFileSync(new URL(`../go/${name}`, import.meta.url)));
    }
    const env = { ...process.env, GOWORK: "off", GOFLAGS: "-buildvcs=false" };
    const ended = await run("go", ["run", ".", "../bundle"], { cwd: source, env }).catch(
      (error: { stderr: string }) => error,
    );
    return "stdout" in ended && ended.stdout !== "" ? ended.stdout : (ended.stderr ?? "");
  }

  test("proves every entry of the bundle", async () => {
    expect(await check(out)).toMatch(/^ok \d+ entries of acme\n$/);
  });

  test("names the first entry that was changed", async () => {
    const folder = await disputeFolder("1002");
    const path = join(folder, "bundle/logs/acme/entries.jsonl");
    writeFileSync(path, readFileSync(path, "utf8").replace("execute", "escalat"));
    expect(await check(folder)).toMatch(/\/decision: .*(does not match|inconsistent|invalid|not)/i);
  });
});
