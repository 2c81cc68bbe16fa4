import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadPolicies } from "../../deciding/policies.ts";
import { writeSchemas } from "../../deciding/policy-schemas.ts";
import { run } from "./run.ts";

const environment = { ...process.env };
let folder = "";

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "mandate-shared-")), "policies");
  cpSync(join(import.meta.dirname, "../../policies"), folder, { recursive: true });
  process.env["MANDATE_POLICIES"] = folder;
});
afterEach(() => {
  process.env = { ...environment };
  rmSync(dirname(folder), { recursive: true, force: true });
});

const SHARED = "shared/quarter-discount.yaml";

function change(file: string, from: string, to: string): void {
  const path = join(folder, file);
  const text = readFileSync(path, "utf8");
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

async function problems(...argv: string[]): Promise<readonly string[]> {
  const { stdout } = await run("policy", "check", ...argv);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.replaceAll(`${folder}/`, ""));
}

test("a mistake in a shared limit is told at its place, and with it the policies that name it", async () => {
  change(SHARED, "600000.00 USD,", "600000 USD,");
  expect(await problems()).toEqual([
    "shared/quarter-discount.yaml:10:25: `600000 USD` has no decimals, and USD is written with 2 decimals; write `600000.00 USD`",
    "quoting.yaml:142:13: there is no sound shared limit `quarter-discount`; write or mend `shared/quarter-discount.yaml`",
    "renewals.price.yaml:90:13: there is no sound shared limit `quarter-discount`; write or mend `shared/quarter-discount.yaml`",
    expect.stringMatching(/^3 problems in \d+ files$/),
  ]);
  await expect(loadPolicies(folder)).rejects.toThrow("shared/quarter-discount.yaml:10:25");
});

test("one file of it is checked by its path", async () => {
  expect(await problems(join(folder, SHARED))).toEqual(["1 file, no problem"]);
  change(SHARED, "over: escalate", "over: execute");
  expect(await problems(join(folder, SHARED))).toEqual([
    "shared/quarter-discount.yaml:14:7: `over` does not take `execute`; write `escalate` or `block`: what is over a cap is never executed",
    "1 problem in 1 file",
  ]);
});

test("`policy show` says that it is shared, and its cap is a parameter of the policy", async () => {
  const { stdout } = await run("policy", "show", "quoting");
  for (const line of [
    "quarter-discount: discountAmount up to 600,000.00 USD (quarter_cap) per partner, a quarter; over it escalate to regional-director, warned from 80 % of it; shared by every policy that names it, counted in UTC",
    "quarter_cap: 600,000.00 USD, an override may set 0.00 USD to 2,000,000.00 USD",
  ]) {
    expect(stdout).toContain(line);
  }
});

test("a raised cap is another version, which `policy diff` tells apart", async () => {
  const version = async () => {
    const { stdout } = await run("policy", "show", "quoting", "--json");
    return (JSON.parse(stdout) as { data: { version: string } }).data.version;
  };
  const before = await version();
  const old = join(dirname(folder), "quoting.yaml");
  cpSync(join(folder, "quoting.yaml"), old);
  expect((await run("policy", "diff", old, "quoting", "--expect-equal")).exitCode).toBe(0);
  cpSync(folder, join(dirname(folder), "before"), { recursive: true });
  change(SHARED, "600000.00 USD,", "700000.00 USD,");
  expect(await version()).not.toBe(before);
  const { stdout, exitCode } = await run(
    "policy",
    "diff",
    join(dirname(folder), "before/quoting.yaml"),
    "quoting",
    "--expect-equal",
  );
  expect([exitCode, stdout]).toEqual([3, expect.stringMatching(/^differs beside the rules' verdicts: .*limits/m)]);
});

test("editors complete the limits that a policy may name, and the files of those", async () => {
  await writeSchemas(folder);
  const schema = readFileSync(join(folder, "schema/quoting.schema.json"), "utf8");
  expect(schema).toContain('"quarter-discount"');
  expect(readFileSync(join(folder, "schema/shared/limit.schema.json"), "utf8")).toContain('"deposited"');
});
