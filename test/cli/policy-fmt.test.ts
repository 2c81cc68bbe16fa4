import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copiedPolicies } from "./copied-policies.ts";
import { run } from "./run.ts";

const copied = copiedPolicies();
const text = (file: string) => readFileSync(join(copied.folder, file), "utf8");

test("--check writes nothing and names what is not in the one layout; without it that is mended", async () => {
  expect((await run("policy", "fmt", "--check")).exitCode).toBe(0);
  const before = text("quoting.yaml");
  copied.change("quoting.yaml", "\nparams:\n", "params:\n\n\n");
  copied.change(
    "quoting.test.yaml",
    "expect: { decision: execute, rules: [within-mandate] }",
    "expect: {rules: [within-mandate], decision: execute}",
  );
  copied.change("shared/quarter-discount.yaml", "per: [partner]", "per:\n  - partner");
  const untidy = text("quoting.yaml");
  const checked = await run("policy", "fmt", "--check", "--json");
  const files = ["quoting.test.yaml", "quoting.yaml", "shared/quarter-discount.yaml"];
  expect([checked.exitCode, JSON.parse(checked.stdout).data.changed.toSorted()]).toEqual([
    3,
    files.map((file) => join(copied.folder, file)),
  ]);
  expect(text("quoting.yaml")).toBe(untidy);
  const named = await run("policy", "fmt", "quoting", join(copied.folder, "shared/quarter-discount.yaml"));
  expect([named.exitCode, named.stdout]).toEqual([0, expect.stringContaining("3 files, 3 laid out anew")]);
  expect(text("quoting.yaml")).toBe(before);
  expect((await run("policy", "fmt", "--check")).exitCode).toBe(0);
});

test("a file that cannot be read as YAML is named with its place, and left", async () => {
  const path = join(copied.folder, "quoting.yaml");
  writeFileSync(path, "policy: [\n");
  const { exitCode, stdout } = await run("policy", "fmt", "quoting");
  expect([exitCode, stdout]).toEqual([3, expect.stringMatching(/quoting\.yaml:\d+:\d+: not readable as YAML/)]);
  expect(text("quoting.yaml")).toBe("policy: [\n");
  expect((await run("policy", "fmt", join(copied.folder, "none.yaml"))).exitCode).toBe(5);
});
