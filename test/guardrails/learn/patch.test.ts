import { execFileSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { patchParam, unifiedDiff, writeAmount } from "../../../guardrails/learn/patch.ts";
import type { Param, Policy } from "../../../guardrails/policy.ts";
import { policyFile, policyOf } from "../../fixtures/policy.ts";

const text = policyFile("quoting.yaml");

function paramOf(policy: Policy, name: string): Param {
  const param = policy.params.find((known) => known.name === name);
  if (param === undefined) throw new Error(`no parameter \`${name}\``);
  return param;
}

describe("a parameter's line", () => {
  test.for([
    ["auto_max", 180_000, "  auto_max: { percent: 18%, allowed: 5%..20% } # up to and including: executes"],
    ["auto_max", 180_001, "  auto_max: { percent: 18.0001%, allowed: 5%..20% } # up to and including: executes"],
    [
      "one_tier_up",
      75_000_050,
      "  one_tier_up: { money: 750000.50 USD } # list prices over this go to the regional director",
    ],
  ] as const)("%s to %s keeps everything else, and loads with that value", ([name, value, line]) => {
    const patch = patchParam(text, paramOf(policyOf("quoting"), name), value);
    const [before, after] = [text, patch?.after ?? ""].map((whole) => whole.split("\n"));
    const changed = after?.flatMap((one, at) => (one === before?.[at] ? [] : [[at + 1, one]]));
    expect(changed).toEqual([[patch?.line, line]]);
    expect(after).toHaveLength(before?.length ?? 0);
    expect(paramOf(policyOf("quoting", patch?.after), name).value).toBe(value);
  });

  test("written over several lines", () => {
    const long = text.replace(
      "auto_max: { percent: 15%, allowed: 5%..20% }",
      "auto_max:\n    percent: '15.0%' # fifteen\n    allowed: 5%..20%",
    );
    const patch = patchParam(long, paramOf(policyOf("quoting", long), "auto_max"), 180_000);
    expect(patch?.after).toContain("    percent: 18% # fifteen\n");
  });

  test("a text that holds another value, or no such parameter, is left alone", () => {
    const param = paramOf(policyOf("quoting"), "auto_max");
    expect(patchParam(text.replace("percent: 15%", "percent: 16%"), param, 180_000)).toBeUndefined();
    expect(patchParam("policy: quoting\n", param, 180_000)).toBeUndefined();
  });
});

test.for([
  [{ kind: "ppm" }, 180_001, "18.0001%"],
  [{ kind: "minor", currency: "USD" }, 5_000_001, "50000.01 USD"],
  [{ kind: "number" }, 9, "9"],
  [{ kind: "date" }, 20_635, "2026-07-01"],
] as const)("an amount is written as a policy writes it: %o", ([unit, value, written]) => {
  const param = { name: "x", value, allowed: null, protected: false, ...unit } as Param;
  expect(writeAmount(param, value)).toBe(written);
});

test("the diff is one that `git apply` takes", () => {
  const folder = mkdtempSync(join(tmpdir(), "mandate-patch-"));
  try {
    mkdirSync(join(folder, "policies"));
    writeFileSync(join(folder, "policies/quoting.yaml"), text);
    const patch = patchParam(text, paramOf(policyOf("quoting"), "auto_max"), 180_000);
    if (patch === undefined) throw new Error("no patch");
    writeFileSync(join(folder, "change.patch"), unifiedDiff("policies/quoting.yaml", patch));
    execFileSync("git", ["apply", "change.patch"], { cwd: folder });
    expect(readFileSync(join(folder, "policies/quoting.yaml"), "utf8")).toBe(patch.after);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
