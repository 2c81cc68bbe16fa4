import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pastQuote } from "../fixtures/past-decision.ts";
import { smallFactsText, smallText } from "../fixtures/small-quoting.ts";
import { serveApi } from "./api-server.ts";
import { run } from "./run.ts";

const environment = { ...process.env };
let folder = "";
const decisions = [100_000, 100_000, 120_000, 200_000].map((effectiveDiscount, at) => ({
  ...pastQuote(`dec_${at}`, { effectiveDiscount }),
  policy: { id: "bands", version: "v1" },
}));
const history = () => join(folder, "history.jsonl");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-hover-"));
  writeFileSync(join(folder, "bands.yaml"), smallText("bands"));
  writeFileSync(join(folder, "bands.facts.yaml"), smallFactsText);
  writeFileSync(history(), decisions.map((past) => `${JSON.stringify(past)}\n`).join(""));
  process.env["MANDATE_POLICIES"] = folder;
});
afterEach(() => {
  process.env = { ...environment };
  rmSync(folder, { recursive: true, force: true });
});

test("tells what a fact is, who reads it, and what requests brought", async () => {
  const { exitCode, stdout } = await run("policy", "hover", "effectiveDiscount", "--history", history());
  expect([exitCode, stdout]).toEqual([
    0,
    `effectiveDiscount of bands: effective discount
  a percentage from 0% to 2000%
  who asks could ask for another value
  read by rule over-ceiling, rule manager-band, rule within-mandate
  seen in 4 of 4 requests
  from 10 % to 20 %: a quarter up to 10 %, half up to 10 %, three quarters up to 12 %, 95 % up to 20 %
  most common of 3: 10 % (2), 12 % (1), 20 % (1)
`,
  ]);
});

test("reads the running system where no file is given, and says so where none runs", async () => {
  const server = await serveApi(() => ({ json: { decisions, next: null } }));
  process.env["MANDATE_URL"] = server.url;
  process.env["MANDATE_TOKEN"] = "token";
  const live = await run("policy", "hover", "partnerStanding", "--policy", "bands", "--json");
  await server.close();
  const [told] = JSON.parse(live.stdout).data.policies;
  expect([told.policy, told.observed.known, told.observed.frequent]).toEqual([
    "bands",
    4,
    [{ value: "active", count: 4 }],
  ]);
  const alone = await run("policy", "hover", "partnerStanding");
  expect([alone.exitCode, alone.stderr]).toEqual([0, expect.stringContaining("Warning: no history: ")]);
  expect(alone.stdout).toContain("one of `active`, `suspended`, `unknown`");
});

test("a fact that no policy has is not found, with the near one", async () => {
  const { exitCode, stderr } = await run("policy", "hover", "efectiveDiscount", "--history", history());
  expect([exitCode, stderr]).toEqual([5, expect.stringContaining("did you mean `effectiveDiscount`?")]);
});
