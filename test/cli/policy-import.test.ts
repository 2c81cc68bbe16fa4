import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dmnFile } from "../guardrails/import/dmn-file.ts";
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

test("a decision table and a Rego file become policies too", async () => {
  const rego = source("denied.rego", "package a\n\ndefault allow := false\n\nallow if input.discount <= 10\n");
  const dmn = source("table.dmn", dmnFile({ inputs: [{ variable: "discount" }], rules: [["<= 10", '"auto"']] }));
  for (const [path, id, verdict] of [
    [rego, "denied", 7],
    [dmn, "tabled", 8],
  ] as const) {
    expect([id, (await run("policy", "import", path, "--as", id)).exitCode]).toEqual([id, 0]);
    expect([id, (await run("policy", "test", id)).exitCode]).toEqual([id, 0]);
    const decided = [];
    for (const discount of [10, 11]) decided.push((await run("policy", "eval", id, `discount=${discount}`)).exitCode);
    expect([id, decided]).toEqual([id, [0, verdict]]);
  }
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
