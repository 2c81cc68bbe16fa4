import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { governedActions } from "../../functions/governed-actions.ts";
import { copiedPolicies } from "./copied-policies.ts";
import { run } from "./run.ts";

const copied = copiedPolicies();
const { change } = copied;

const tested = (...argv: string[]) => run("policy", "test", ...argv);

test("the shipped policies pass, with what is decided beside every limit", async () => {
  const { exitCode, stdout } = await tested("--min-coverage", "100");
  expect([exitCode, stdout.match(/coverage 100 %/g)?.length]).toEqual([0, Object.keys(governedActions).length]);
  expect(stdout).toMatch(/^ {2}effectiveDiscount +15 % +execute +execute +escalate$/m);
});

test("an id runs that policy alone; --json gives cases, limits and coverage", async () => {
  const { exitCode, stdout } = await tested("quoting", "--json");
  const { ok, data } = JSON.parse(stdout);
  expect([exitCode, ok, data.policies.length]).toEqual([0, true, 1]);
  expect(data.policies[0]).toMatchObject({
    id: "quoting",
    ok: true,
    problems: [],
    tested: { boundaries: { failures: [] }, coverage: { percent: 100, gaps: [] } },
  });
  expect(data.policies[0].tested).not.toHaveProperty("policy");
});

test("a limit that moved fails the cases that tell it, and exits 3", async () => {
  change("quoting.yaml", "percent: 15%", "percent: 16%");
  const { exitCode, stdout } = await tested("quoting");
  expect(exitCode).toBe(3);
  expect(stdout).toContain(
    [
      "  FAILED  one millionth over 15 % goes to the manager",
      "          expected escalate by [manager-band] to partner-manager",
      "          decided  execute by [within-mandate]",
    ].join("\n"),
  );
});

test("what the cases leave unshown is listed, and fails under the wanted coverage", async () => {
  change("write-back.test.yaml", "given: { propertyAllowed: false }", "given: {}");
  change(
    "write-back.test.yaml",
    "{ decision: block, rules: [property-not-allowed] }",
    "{ decision: execute, rules: [tells-outcome] }",
  );
  change(
    "write-back.test.yaml",
    "given: { propertyAllowed: false, tellsOutcome: false }",
    "given: { tellsOutcome: false }",
  );
  change(
    "write-back.test.yaml",
    "rules: [property-not-allowed, tells-something-else]",
    "rules: [tells-something-else]",
  );
  const lenient = await tested("write-back", "--min-coverage", "78");
  expect([lenient.exitCode, lenient.stdout]).toEqual([
    0,
    [
      "write-back: 5 of 5 cases passed, 0 requests at limits hold, coverage 78 %",
      "  not covered: property-not-allowed is never matched",
      "  not covered: property-not-allowed: `propertyAllowed is false` is never true",
      "  not covered: tells-outcome: `propertyAllowed is true` is never false",
      "",
    ].join("\n"),
  ]);
  const strict = await tested("write-back", "--min-coverage", "79");
  expect([strict.exitCode, strict.stdout]).toEqual([3, expect.stringContaining("coverage 78 % is under 79 %")]);
});

test("a policy that is refused, or has no cases, is not passed", async () => {
  change("quoting.yaml", "greaterThan", "greaterThen");
  rmSync(join(copied.folder, "write-back.test.yaml"));
  const { exitCode, stdout } = await tested();
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/^quoting: not tested\n {2}.*quoting\.yaml:27:48: unknown operator/m);
  expect(stdout).toMatch(/^write-back: not tested\n {2}.*write-back\.test\.yaml:1:1: the policy has no cases/m);
});

test.for(["101", "x", "-1", "9.5"])("a wanted coverage of %s is a usage fault", async (given) => {
  expect((await tested(`--min-coverage=${given}`)).exitCode).toBe(2);
});

test("an id that is none is not found", async () => {
  expect((await tested("quotting")).exitCode).toBe(5);
});
