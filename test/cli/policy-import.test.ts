import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copiedPolicies } from "./copied-policies.ts";
import { run } from "./run.ts";

const copied = copiedPolicies();
const matrix = `Discount (%),Tier,Approver
<= 10%,,auto
> 10% and <= 20%,gold,deal desk
> 20%,,block
`;

function source(name: string, text: string): string {
  const path = join(copied.folder, name);
  writeFileSync(path, text);
  return path;
}

test("an approval matrix becomes a policy with facts and cases that check, lint and test take, and fmt leaves", async () => {
  const path = source("matrix.csv", matrix);
  const { exitCode, stdout } = await run("policy", "import", path, "--as", "discounts");
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining("3 rules over 2 facts; check finds no problem")]);
  for (const command of [
    ["check", "discounts"],
    ["test", "discounts"],
    ["lint", "discounts"],
    ["fmt", "--check", "discounts"],
  ]) {
    expect([command, (await run("policy", ...command)).exitCode]).toEqual([command, 0]);
  }
  const tried = await run("policy", "eval", "discounts", "discount=15%", "tier=gold");
  expect([tried.exitCode, tried.stdout]).toEqual([8, expect.stringContaining("asked: deal-desk")]);
  expect((await run("policy", "import", path, "--as", "discounts")).exitCode).toBe(6);
});

test("what has no faithful translation is named by line, and nothing is written", async () => {
  const path = source("matrix.csv", matrix.replace("> 20%", "> 15%"));
  const { exitCode, stderr } = await run("policy", "import", path, "--as", "discounts");
  expect([exitCode, stderr]).toEqual([
    3,
    expect.stringContaining(`${path}:4:1: a request may be in this row and in that of line 3`),
  ]);
  expect(existsSync(join(copied.folder, "discounts.yaml"))).toBe(false);
});

test.for([
  [["matrix.xlsx"], 2, "is in no language that is read"],
  [["matrix.csv", "--as", "Quoting"], 2, "is no policy's id"],
  [["matrix.csv", "--as", "quoting"], 6, "are declared in code"],
  [["nothing-here.csv", "--as", "discounts"], 5, "there is no file"],
] as const)("%j is refused", async ([argv, code, said]) => {
  const { exitCode, stderr } = await run("policy", "import", ...argv);
  expect([exitCode, stderr]).toEqual([code, expect.stringContaining(said)]);
});
