import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { evalSet } from "../../agents/evals/set/index.ts";
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

describe("on a language model's supplier, through its client and protocol", () => {
  /** The reviews that are right, in the order in which they are asked for. */
  const right = evalSet
    .filter(({ roles, fault }) => fault === undefined && (roles === undefined || roles.includes("compliance")))
    .map(({ review }) => review);
  let supplier: LLMock;
  beforeAll(async () => {
    supplier = new LLMock({ port: 0, host: "127.0.0.1", strict: true, logLevel: "silent" });
    await supplier.start();
  });
  afterAll(() => supplier.stop());

  async function runAnswering(verdictOf: (nth: number) => string, ...more: string[]) {
    let nth = 0;
    const usage = { input_tokens: 900, output_tokens: 80 };
    supplier.clearFixtures();
    supplier.onMessage(/./, () => {
      const given = { verdict: verdictOf(nth++), reasons: ["So it reads."] };
      return { toolCalls: [{ name: "review_proposal", arguments: JSON.stringify(given) }], usage };
    });
    vi.stubEnv("ANTHROPIC_API_KEY", "test-key");
    vi.stubEnv("ANTHROPIC_BASE_URL", supplier.url);
    onTestFinished(() => void vi.unstubAllEnvs());
    return { ...(await run(...eval1, ...more)), asked: nth };
  }

  test("one whose client is not installed is told with the command that installs it", async () => {
    vi.stubEnv("MANDATE_MODEL", "bedrock:anthropic.claude-sonnet-5-5");
    onTestFinished(() => void vi.unstubAllEnvs());
    const { exitCode, stderr } = await run(...eval1);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("npm install --save-exact @langchain/aws@1.4.5")]);
    expect(stderr).not.toContain("(internal)");
  });

  test("one that agrees to everything is told to miss what a person should see, and is not recorded", async () => {
    const { exitCode, stdout, asked } = await runAnswering(() => "agree", "--record", "--as", "ola", "--dir", dir);
    expect([exitCode, asked, stdout.split("\n")[0]]).toEqual([3, right.length, "claude-sonnet-5-5, each task once"]);
    expect(stdout).toMatch(/doubts seen .* BELOW/);
    expect(stdout).toMatch(/false alarms +0 % +at most 2 %/);
    expect(stdout).toContain("nothing is recorded: a bar is not reached");
  });

  test("one that reviews as people would reaches the bars, on the tasks that need reading too, and is recorded by its name", async () => {
    const own = mkdtempSync(join(dir, "own-"));
    const { exitCode, stdout } = await runAnswering(
      (nth) => right[nth] ?? "agree",
      "--record",
      "--as",
      "ola",
      "--dir",
      own,
    );
    expect([exitCode, stdout]).toEqual([0, expect.not.stringContaining("more are for a language model")]);
    const kept = JSON.parse(readFileSync(join(own, "compliance-v1.json"), "utf8"));
    expect(kept).toMatchObject({
      model: "claude-sonnet-5-5",
      offline: false,
      figures: { untried: 0, caughtPpm: 1_000_000 },
    });
  });
});
