import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copiedPolicies } from "./copied-policies.ts";
import { run } from "./run.ts";

const copied = copiedPolicies();
const at = ["--at", "2026-11-30"] as const;

const files = () =>
  ["quoting.yaml", "quoting.test.yaml"].map((name) => readFileSync(join(copied.folder, name), "utf8"));

test("words become a tested diff: how they were read, the cases, the proofs, and what loosens; nothing is written", async () => {
  const before = files();
  const { exitCode, stdout } = await run("policy", "draft", "active partners up to 18 % until March", ...at);
  expect(exitCode).toBe(0);
  const told = [
    "read by fixed patterns, not by a language model, as",
    "quoting: an override: auto_max is 18 % where partnerStanding active, from 2026-11-30 up to, not including, 2027-03-01",
    "+    set: { auto_max: 18% }",
    "check: no problem",
    "39 of 39 cases pass, 4 of them new",
    "6 of 6 invariants proved",
    "LOOSENING  escalate → execute where effectiveDiscount is over 15 % and at most 18 %",
    "Nothing was written or applied",
  ];
  const places = told.map((line) => stdout.indexOf(line));
  expect(places.map((place) => place >= 0)).toEqual(told.map(() => true));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(files()).toEqual(before);
});

test("--out writes the diff to a new file, which `git apply` takes, and the policy then checks, tests and stays laid out", async () => {
  const out = join(copied.folder, "change.patch");
  const words = ["ask regional director over 600000 USD list price", "--policy", "quoting", "--out", out];
  const { exitCode, stdout } = await run("policy", "draft", ...words);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`Wrote ${out}; nothing was applied`)]);
  // The diff names the files in `policies/`; here they stand in a folder without one.
  execFileSync("git", ["apply", "-p2", "change.patch"], { cwd: copied.folder });
  for (const command of [["check"], ["test"], ["fmt", "--check"]]) {
    expect([command, (await run("policy", ...command, "quoting")).exitCode]).toEqual([command, 0]);
  }
  const again = await run("policy", "draft", ...words);
  expect([again.exitCode, again.stderr]).toEqual([6, expect.stringContaining("is there already")]);
});

test("a change that cases of the policy speak against exits 3 with those cases", async () => {
  const { exitCode, stdout } = await run("policy", "draft", "up to 16 % effective discount", ...at);
  expect([exitCode, stdout]).toEqual([
    3,
    expect.stringContaining(
      "36 of 37 cases pass, 2 of them new\n  FAILED  one millionth over 15 % goes to the manager",
    ),
  ]);
});

test.for([
  [["gold partners up to 18 % until March", "--policy", "quoting"], 2, "`gold`: no value or name that the policy has"],
  [["block over 300000 USD list price"], 2, "quoting: a rule: where listPrice is over 300,000.00 USD, it is blocked"],
  [["active partners up to 18 % until March", "--at", "March"], 2, "`March` is no day"],
  [["active partners up to 18 % until March", "--policy", "quotes"], 5, "no policy `quotes`"],
] as const)("%j is refused, and nothing is written", async ([words, code, said]) => {
  const out = join(copied.folder, "change.patch");
  const { exitCode, stderr } = await run("policy", "draft", ...words, "--out", out);
  expect([exitCode, stderr]).toEqual([code, expect.stringContaining(said)]);
  expect(existsSync(out)).toBe(false);
});

test("--json gives the edit, the patch and everything that was tried", async () => {
  const { stdout } = await run("policy", "draft", "active partners up to 18 % until March", ...at, "--json");
  const data = JSON.parse(stdout);
  expect(data.data ?? data).toMatchObject({
    policy: "quoting",
    readBy: "fixed patterns",
    edit: { kind: "override", value: 180_000, scope: { partnerStanding: ["active"] }, until: "2027-03-01" },
    out: null,
    problems: [],
    behaviour: [{ policy: "quoting", diff: { equal: false } }],
  });
});
