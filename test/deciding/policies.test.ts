import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadPolicies } from "../../deciding/policies.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-policies-"));
  cpSync(join(import.meta.dirname, "../../policies"), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("every governed action with its policy and cases is loaded", async () => {
  expect((await loadPolicies(folder)).policyOf("quoting").policy.id).toBe("quoting");
});

test.for([
  ["no policy", "quoting.yaml", /no policy for quoting: add `.*quoting\.yaml`/],
  ["no cases", "quoting.test.yaml", /no cases for quoting: add `.*quoting\.test\.yaml`/],
] as const)("a governed action with %s is not loaded, and no other with it", async ([, file, message]) => {
  rmSync(join(folder, file));
  await expect(loadPolicies(folder)).rejects.toThrow(message);
});
