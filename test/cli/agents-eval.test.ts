import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "./run.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "mandate-evals-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

const fileOf = () => join(dir, "compliance-v1.json");
const recorded = () => JSON.parse(readFileSync(fileOf(), "utf8")) as { [name: string]: unknown };
const eval1 = ["agents", "eval", "--k", "1", "--role", "compliance"];

describe("mandate agents eval", () => {
  test("prints a figure and its bar per measure, records the run, and names who is asked next", async () => {
    const { exitCode, stdout, stderr } = await run(...eval1, "--record", "--as", "ola", "--dir", dir);
    expect([exitCode, stdout.split("\n")[0]]).toEqual([
      0,
      "mandate-offline-1, which is no language model, each task once",
    ]);
    for (const row of [/passed every time +100 % +at least 90 %/, /false alarms +0 % +at most 2 %/]) {
      expect(stdout).toMatch(row);
    }
    expect(stderr).toContain("npx mandate agents eval second compliance --as THEM");
    expect(recorded()).toMatchObject({ k: 1, offline: true, recordedBy: "ola", secondedBy: null });
  });

  test("is seconded by somebody else alone", async () => {
    const second = ["agents", "eval", "second", "compliance", "--dir", dir];
    const refused = await run(...second, "--as", "Ola");
    expect([refused.exitCode, recorded()["secondedBy"]]).toEqual([4, null]);
    expect((await run(...second, "--as", "lee")).stdout).toContain("recorded by ola, seconded by lee");
    expect(recorded()["secondedBy"]).toBe("lee");
  });

  test("seconds no run of another text", async () => {
    const prompt = { name: "compliance", version: 1, digest: "0".repeat(64) };
    writeFileSync(fileOf(), JSON.stringify({ ...recorded(), prompt }));
    const { exitCode, stderr } = await run("agents", "eval", "second", "compliance", "--as", "lee", "--dir", dir);
    expect([exitCode, stderr]).toEqual([6, expect.stringContaining("mandate agents eval --role compliance --record")]);
  });

  test.for([
    ["an agent that is none", ["--role", "sales"], "no agent `sales`"],
    ["a count that is none", ["--k", "0"], "--k is `0`"],
    ["a record of nobody", ["--record"], "name a person with --as"],
  ] as const)("refuses %s", async ([, flags, told]) => {
    const { exitCode, stderr } = await run("agents", "eval", ...flags);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(told)]);
  });

  test("knows no prompt of another name", async () => {
    const { exitCode, stderr } = await run("agents", "eval", "second", "sales", "--as", "lee");
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining("intelligence, orchestration, compliance")]);
  });
});
