import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { schemaText } from "../../deciding/policy-schemas.ts";
import { governedActions } from "../../functions/governed-actions.ts";
import { governedCatalogue } from "../../guardrails/fact-types.ts";
import { sharedIds, shippedBrand } from "../fixtures/policy.ts";
import { copiedPolicies } from "./copied-policies.ts";
import { run } from "./run.ts";

const copied = copiedPolicies();
const { change } = copied;

/** What the shipped folder holds: a policy and its cases for each governed action, and what policies share. */
const ids = Object.keys(governedActions).toSorted();
const files = 2 * (ids.length + Object.keys(shippedBrand).length) + sharedIds.length;

const policy = (...argv: string[]) => run("policy", ...argv);

async function json(...argv: string[]) {
  const { exitCode, stdout, stderr } = await policy(...argv, "--json");
  expect(stderr).toBe("");
  return { exitCode, ...JSON.parse(stdout) };
}

describe("mandate policy list", () => {
  test("one line per policy: function, default, rules per effect, version and parameters", async () => {
    const { exitCode, stdout } = await policy("list");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^quoting +F5 Quoting +escalate +3 +10 +1 +[0-9a-f]{12} +not known +auto_max, manager_max, line_max, line_manager_max, one_tier_up, customer_cap, deal_cap, quarter_cap$/m,
    );
    expect(stdout).toMatch(/^write-back +shared +block +2 +0 +1 +[0-9a-f]{12} +not known$/m);
  });

  test("--json gives the whole version", async () => {
    const { data } = await json("list");
    expect(data.policies.map(({ id, version }: { id: string; version: string }) => [id, version.length])).toEqual(
      ids.map((id) => [id, 64]),
    );
  });

  test("a policy that is refused is named, the others are listed", async () => {
    change("quoting.yaml", "greaterThan", "greaterThen");
    const { stdout, stderr } = await policy("list");
    expect([stdout.includes("write-back"), stderr]).toEqual([
      true,
      expect.stringContaining("`quoting` is refused: see `mandate policy check quoting`"),
    ]);
  });
});

describe("mandate policy show", () => {
  test("every rule is a sentence with its values, every route its ladder", async () => {
    const { exitCode, stdout } = await policy("show", "quoting");
    expect(exitCode).toBe(0);
    for (const line of [
      "over-ceiling: block when effectiveDiscount is over 25 % (manager_max)",
      "auto_max: 15 %, an override may set 5 % to 20 %",
      "manager_max: 25 %, protected: no override may touch it",
      "partner-manager: partner-manager answers within 4 h, then regional-director answers within 8 h, in working time; silence then denies",
    ]) {
      expect(stdout).toContain(line);
    }
  });

  test("--json gives the canonical document: its SHA-256 is the version", async () => {
    const { data } = await json("show", "quoting");
    const digest = createHash("sha256").update(JSON.stringify(data.document)).digest("hex");
    expect([data.version, data.document.language]).toEqual([digest, 2]);
  });

  test("an id that is none is not found, with the near one", async () => {
    const { exitCode, stderr } = await policy("show", "quotting");
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining("did you mean `quoting`?")]);
  });

  test("a policy that is refused exits 3, each problem with its place", async () => {
    change("quoting.yaml", "percent: 15%", "percent: 15");
    const answer = await json("show", "quoting");
    expect(answer).toMatchObject({ exitCode: 3, ok: false, code: "policy-refused" });
    expect(answer.errors[0].pointer).toMatch(/quoting\.yaml:16:24$/);
  });

  test("no folder is not found", async () => {
    process.env["MANDATE_POLICIES"] = join(copied.folder, "nowhere");
    const { exitCode, stderr } = await policy("list");
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining("MANDATE_POLICIES")]);
  });
});

describe("mandate policy check", () => {
  test("the shipped policies and cases have no problem", async () => {
    expect(await policy("check")).toMatchObject({ exitCode: 0, stdout: `${files} files, no problem\n` });
  });

  test("every problem of every file, at line and column with its fix, exits 3", async () => {
    change("quoting.yaml", "operator: greaterThan", "operator: greaterThen");
    change("quoting.yaml", "sla: 4h", "sla: 4 hours");
    change("write-back.test.yaml", "given: { propertyAllowed", "given: { propertyAlowed");
    const { exitCode, stdout } = await policy("check");
    const lines = stdout.split("\n").map((line) => line.replace(`${copied.folder}/`, ""));
    expect([exitCode, lines]).toEqual([
      3,
      [
        "quoting.yaml:27:48: unknown operator `greaterThen`; did you mean `greaterThan`?",
        expect.stringMatching(/^quoting\.yaml:\d+:10: `sla` does not take `4 hours`; write how long/),
        "write-back.test.yaml:12:14: unknown fact `propertyAlowed`; did you mean `propertyAllowed`?",
        // The cases of a policy that is refused are not read.
        `3 problems in ${files - 1} files`,
        "",
      ],
    ]);
  });

  test("an id or a file checks that policy and its cases alone", async () => {
    change("quoting.yaml", "greaterThan", "greaterThen");
    const file = join(copied.folder, "write-back.test.yaml");
    const { exitCode, data } = await json("check", "write-back", file);
    expect([exitCode, data.files.length, data.problems]).toEqual([0, 2, []]);
    expect((await policy("check", join(copied.folder, "quoting.yaml"))).exitCode).toBe(3);
  });

  test.for<[string, string[]]>([
    [
      "write-back.yaml",
      ["`write-back` has no policy, and nothing is decided by default", "no policy stands beside these cases"],
    ],
    ["write-back.test.yaml", ["the policy has no cases beside it"]],
  ])("a governed action without %s is a problem", async ([file, messages]) => {
    rmSync(join(copied.folder, file));
    const { exitCode, data } = await json("check");
    expect([exitCode, data.problems.map(({ message }: { message: string }) => message)]).toEqual([3, messages]);
  });

  test("what may not be meant is a warning, which fails with --strict alone", async () => {
    change("quoting.yaml", "default: escalate", "timezone: EST\ndefault: escalate");
    const { exitCode, stdout } = await policy("check", "quoting");
    expect([exitCode, stdout.replace(`${copied.folder}/`, "").split("\n")]).toEqual([
      0,
      [
        expect.stringMatching(/^quoting\.yaml:\d+:11: warning: `EST` is the same offset all year round, /),
        "2 files, no problem, 1 warning",
        "",
      ],
    ]);
    expect((await policy("check", "quoting", "--strict")).exitCode).toBe(3);
    expect((await policy("check", "--strict", "write-back")).exitCode).toBe(0);
  });

  test("a role that nobody has is a problem, unless the folder declares it", async () => {
    change("quoting.yaml", "role:partner-manager", "role:deal-desk");
    const roles = join(copied.folder, "shared/roles.yaml");
    const unknown = await policy("check");
    writeFileSync(roles, "roles: { deal-desk: Prices what no manager may }\n");
    const declared = await policy("check");
    writeFileSync(roles, "roles: { Desk: Prices what no manager may }\n");
    const [wrong, alone] = [await policy("check"), await policy("check", roles)];
    expect([unknown, declared, wrong, alone].map(({ exitCode }) => exitCode)).toEqual([3, 0, 3, 3]);
    expect(unknown.stdout).toContain("nobody has the role `deal-desk`; use one of `seller`, `partner-manager`");
    expect(wrong.stdout).toContain("roles.yaml:1:10: `Desk` is not a role's name");
  });

  test("a file that is not UTF-8 is a problem at its byte", async () => {
    const file = join(copied.folder, "quoting.yaml");
    writeFileSync(file, Buffer.from(readFileSync(file, "utf8").replace("large-quote", "größe"), "latin1"));
    const { exitCode, data } = await json("check", "quoting");
    expect([exitCode, data.problems.length]).toEqual([3, 1]);
    expect(data.problems[0].message).toMatch(/^the file is not UTF-8: byte \d+ of it is 0xF6$/);
  });

  test.for(["quotting", "nowhere/quoting.yaml"])("%s is not found", async (name) => {
    expect((await policy("check", name)).exitCode).toBe(5);
  });
});

describe("mandate policy schema", () => {
  test("prints what the file beside the policies holds, from the facts alone", async () => {
    rmSync(join(copied.folder, "quoting.yaml"));
    const { exitCode, stdout } = await policy("schema", "quoting");
    expect([exitCode, stdout]).toEqual([0, schemaText("quoting", governedCatalogue()["quoting"] ?? [], sharedIds)]);
    expect((await json("schema", "quoting")).data.schema).toEqual(JSON.parse(stdout));
  });

  test("our own facts are there where no folder is", async () => {
    rmSync(copied.folder, { recursive: true });
    const { exitCode, stdout } = await policy("schema", "quoting");
    expect([exitCode, stdout]).toEqual([0, schemaText("quoting", governedCatalogue()["quoting"] ?? [])]);
    expect((await policy("schema", "loans")).exitCode).toBe(5);
  });

  test("facts that cannot be read are said, whatever policy is asked for", async () => {
    mkdirSync(join(copied.folder, "loans.facts.yaml"));
    const { exitCode, stderr } = await policy("schema", "quoting");
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("EISDIR")]);
  });

  test("of nothing that is decided there is none", async () => {
    expect((await policy("schema", "quote")).exitCode).toBe(5);
  });
});
