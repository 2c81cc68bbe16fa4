import fc from "fast-check";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { policyScaffold } from "../../cli/policies/scaffold.ts";
import { loadPolicies } from "../../deciding/policies.ts";
import { probeBoundaries } from "../../guardrails/boundaries.ts";
import { runCases } from "../../guardrails/cases.ts";
import { loadCases } from "../../guardrails/load/cases.ts";
import { loadFacts } from "../../guardrails/load/facts.ts";
import { loadPolicy } from "../../guardrails/load/policy.ts";
import { copiedPolicies } from "./copied-policies.ts";
import { run } from "./run.ts";

const copied = copiedPolicies();

const policy = (...argv: string[]) => run("policy", ...argv);
const write = (name: string, text: string) => {
  const path = join(copied.folder, name);
  writeFileSync(path, text);
  return path;
};
const loanFacts = "facts:\n  days: { title: Days asked, number: 1..60 }\n";

describe("mandate policy new", () => {
  test("writes facts, policy and cases that pass check and test as they are", async () => {
    expect((await policy("new", "loans")).exitCode).toBe(0);
    expect(await policy("check")).toMatchObject({ exitCode: 0 });
    expect(await policy("test", "loans", "--min-coverage", "100")).toMatchObject({ exitCode: 0 });
    expect((await loadPolicies(copied.folder)).policyOf("loans").policy.facts.map(({ name }) => name)).toEqual([
      "amount",
      "onHold",
    ]);
  });

  test("writes the policy of a function's further action, told apart from cases and facts", async () => {
    expect((await policy("new", "loans.extend", "--facts", write("given.yaml", loanFacts))).exitCode).toBe(0);
    rmSync(join(copied.folder, "given.yaml"));
    const written = ["loans.extend.facts.yaml", "loans.extend.test.yaml", "loans.extend.yaml"];
    expect(readdirSync(copied.folder).filter((name) => name.startsWith("loans"))).toEqual(written);
    expect(await policy("check")).toMatchObject({ exitCode: 0 });
    expect(await policy("test", "loans.extend", "--min-coverage", "100")).toMatchObject({ exitCode: 0 });
    expect((await policy("schema", "loans.extend")).stdout).toContain('"const": "loans.extend"');
    expect((await policy("check", join(copied.folder, "loans.extend.test.yaml"))).exitCode).toBe(0);
    expect((await loadPolicies(copied.folder)).policyOf("loans.extend").policy.id).toBe("loans.extend");
  });

  test("--facts takes facts from a file, and leaves a copy beside the policy", async () => {
    const { exitCode } = await policy("new", "loans", "--facts", write("given.yaml", loanFacts));
    rmSync(join(copied.folder, "given.yaml"));
    expect([exitCode, readFileSync(join(copied.folder, "loans.facts.yaml"), "utf8")]).toEqual([0, loanFacts]);
    expect((await policy("test", "loans")).exitCode).toBe(0);
  });

  test("facts that stand there are the policy's, and our own actions have theirs in code", async () => {
    write("loans.facts.yaml", loanFacts);
    expect((await policy("new", "loans")).exitCode).toBe(0);
    rmSync(join(copied.folder, "quoting.yaml"));
    rmSync(join(copied.folder, "quoting.test.yaml"));
    expect((await policy("new", "quoting")).exitCode).toBe(0);
    expect((await policy("check")).exitCode).toBe(0);
  });

  test.for<[string, string[], number, string]>([
    ["a policy that is there", ["quoting"], 6, "is there already"],
    ["an id that is none", ["Loans"], 2, "is no policy's id"],
    ["an action named as what files beside a policy end with", ["loans.test"], 2, "is no policy's id"],
    ["facts that are in code", ["quoting", "--facts", "x.yaml"], 2, "are declared already"],
    ["a file that is not there", ["loans", "--facts", "nowhere.yaml"], 5, "cannot be read"],
  ])("refuses %s, and writes nothing", async ([, argv, code, message]) => {
    const before = readdirSync(copied.folder);
    const { exitCode, stderr } = await policy("new", ...argv);
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining(message)]);
    expect(readdirSync(copied.folder)).toEqual(before);
  });

  test("refuses facts that have a problem, with its place", async () => {
    const given = write("given.yaml", "facts:\n  days: { title: Days, numbr: 1..60 }\n");
    const { exitCode, stderr } = await policy("new", "loans", "--facts", given);
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining("given.yaml:2:24: unknown key `numbr`")]);
  });

  /** Facts of any kinds; at least one that a rule can turn on. */
  const range = fc.tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 1, max: 999 }));
  const kind = fc.oneof(
    range.map(([from, more]) => `number: ${from - 500}..${from - 500 + more}`),
    range.map(([from, more]) => `percent: ${from}.${String(more).padStart(4, "0")}%..${from + more}.5%`),
    range.map(([from, more]) => `money: ${from}.07 EUR..${from + more}.${String(more % 100).padStart(2, "0")} EUR`),
    fc.constantFrom("boolean: true", "choice: [a, 'no', \"it's\"]", "set: [a, b]", "date: true", "text: 1"),
  );
  const declared = fc.array(fc.record({ kind, isOptional: fc.boolean() }), { minLength: 1, maxLength: 6 });

  test("whatever the facts, what it writes is sound and its cases and limits hold", async () => {
    await fc.assert(
      fc.asyncProperty(declared, async (facts) => {
        const lines = facts.map((fact, at) => `  f${at}: { title: F, optional: ${fact.isOptional}, ${fact.kind} }`);
        const loaded = loadFacts("x.facts.yaml", `facts:\n${lines.join("\n")}\n`);
        if (loaded.kind === "refused") throw new Error(JSON.stringify(loaded.problems));
        const scaffold = policyScaffold("x", loaded.facts);
        const canTurn = ({ kind: of, isOptional }: (typeof facts)[number]) =>
          !isOptional && /^(number|percent|money|boolean|choice)/.test(of);
        expect(scaffold !== undefined).toBe(facts.some(canTurn));
        if (scaffold === undefined) return;
        const sound = loadPolicy("x.yaml", scaffold.policy, { x: loaded.facts });
        if (sound.kind === "refused") throw new Error(JSON.stringify(sound.problems));
        const beside = loadCases("x.test.yaml", scaffold.cases, sound.policy);
        if (beside.kind === "refused") throw new Error(JSON.stringify(beside.problems));
        const results = await runCases(sound.policy, beside.cases);
        expect(results.filter(({ passed }) => !passed)).toEqual([]);
        expect((await probeBoundaries(sound.policy, beside.cases)).failures).toEqual([]);
      }),
    );
  });
});

describe("a folder with facts of its own", () => {
  test.for<[string, string, string]>([
    ["quoting.facts.yaml", loanFacts, "quoting.facts.yaml:1:1: the facts of `quoting` are declared in code"],
    ["loans.facts.yaml", loanFacts, "loans.facts.yaml:1:1: no policy stands beside these facts"],
    ["loans.extend.facts.yaml", loanFacts, "loans.extend.facts.yaml:1:1: no policy stands beside these facts"],
    ["loans.extend.more.yaml", "", "loans.extend.more.yaml:1:1: `loans.extend.more` is no policy's id"],
  ])("%s", async ([name, text, expected]) => {
    write(name, text);
    const { exitCode, stdout } = await policy("check");
    expect([exitCode, stdout.replaceAll(`${copied.folder}/`, "")]).toEqual([3, expect.stringContaining(expected)]);
  });

  test("that declares them twice is refused, and so is its policy", async () => {
    await policy("new", "loans", "--facts", write("given.yaml", loanFacts));
    rmSync(join(copied.folder, "given.yaml"));
    const asSchema = { days: { type: "integer", minimum: 1, maximum: 60, title: "Days" } };
    write(
      "loans.facts.json",
      JSON.stringify({ type: "object", properties: asSchema, additionalProperties: false }, null, 1),
    );
    expect((await policy("check", "loans")).stdout).toContain("loans.facts.json` declares these facts too");
    await expect(loadPolicies(copied.folder)).rejects.toThrow("declares these facts too");
  });

  test("completes its policies in an editor too", async () => {
    await policy("new", "loans");
    const { stdout } = await policy("schema", "loans");
    expect(JSON.parse(stdout)).toMatchObject({ title: "policy loans" });
    expect(stdout).toContain("What the request comes to");
  });

  test("a policy over facts that nobody declares is refused", async () => {
    await policy("new", "loans");
    rmSync(join(copied.folder, "loans.facts.yaml"));
    await expect(loadPolicies(copied.folder)).rejects.toThrow("nothing is decided by a policy `loans`");
  });
});
