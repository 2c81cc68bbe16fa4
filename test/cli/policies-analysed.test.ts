import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { copiedPolicies } from "./copied-policies.ts";
import { run } from "./run.ts";

const copied = copiedPolicies();
const { change } = copied;

const promo = `rules:
  - id: promo
    effect: execute
    when: { fact: effectiveDiscount, operator: greaterThan, value: 26% }
    reason: "A promotion"
`;

describe("policy lint", () => {
  test("the shipped policies have no error and no warning, even strictly", async () => {
    const { exitCode, stdout } = await run("policy", "lint", "--strict");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^quoting: 0 errors, 0 warnings, \d+ notes$/m);
    expect(stdout).toContain("staffing is not checked");
  });

  test("a route that nobody can answer is an error, and one that only the requester may be left for a warning", async () => {
    const file = join(copied.folder, "people.json");
    const staff = (count: number) =>
      ["partner-manager", "regional-director"].flatMap((role) =>
        Array.from({ length: count }, (_, at) => ({ personId: `${role}-${at}`, role })),
      );
    const linted = async (people: object) => {
      writeFileSync(file, JSON.stringify(people));
      const { exitCode, stdout } = await run("policy", "lint", "quoting", "--people", file);
      return [exitCode, /(ERROR|WARNING) +route-unstaffed/.exec(stdout)?.[1]];
    };
    expect(await linted(staff(2))).toEqual([0, undefined]);
    expect(await linted({ ok: true, data: { people: staff(1) } })).toEqual([0, "WARNING"]);
    expect(await linted(staff(0))).toEqual([3, "ERROR"]);
    expect(await linted({ people: "everybody" })).toEqual([2, undefined]);
  });

  test("an error is named and exits 3", async () => {
    change("quoting.yaml", "rules:\n", promo);
    const { exitCode, stdout } = await run("policy", "lint", "quoting");
    expect(exitCode).toBe(3);
    expect(stdout).toContain(
      "  ERROR    shadowed: `promo` never decides: whenever it matches, `over-ceiling` matches, which is stricter\n",
    );
  });

  test("a warning exits 3 with --strict alone; --json gives every finding", async () => {
    change("quoting.yaml", "rules:\n", promo.replace("execute", "block"));
    expect((await run("policy", "lint", "quoting")).exitCode).toBe(0);
    const { exitCode, stdout } = await run("policy", "lint", "quoting", "--strict", "--json");
    const { ok, data } = JSON.parse(stdout);
    expect([exitCode, ok]).toEqual([3, false]);
    expect(data.policies).toHaveLength(1);
    expect(data.policies[0].findings[0]).toMatchObject({
      kind: "redundant",
      severity: "warning",
      about: ["promo", "over-ceiling"],
    });
  });

  test("a policy that is refused is not analysed", async () => {
    change("quoting.yaml", "greaterThan", "greaterThen");
    expect((await run("policy", "lint")).exitCode).toBe(3);
    expect((await run("policy", "lint", "quotting")).exitCode).toBe(5);
  });
});

const invariants = (limit: string) => `
invariants:
  - id: nothing-over-the-limit
    never: execute
    when: { fact: effectiveDiscount, operator: greaterThan, value: ${limit} }
`;

function claim(limit: string): void {
  const path = join(copied.folder, "quoting.yaml");
  const text = readFileSync(path, "utf8").replace(/^invariants:\n(?:[ #].*\n|\n)*/m, "");
  writeFileSync(path, `${text}${invariants(limit)}`);
}

describe("policy prove", () => {
  test("an invariant that holds of every request is proved", async () => {
    claim("15%");
    const { exitCode, stdout } = await run("policy", "prove", "quoting");
    expect([exitCode, stdout]).toEqual([
      0,
      "quoting: 1 of 1 invariants proved\n  PROVED   nothing-over-the-limit: never execute when effectiveDiscount is over 15 %\n",
    ]);
  });

  test("one that does not exits 3, with a request that breaks it", async () => {
    claim("14%");
    const { exitCode, stdout } = await run("policy", "prove", "quoting", "--json");
    expect(exitCode).toBe(3);
    const { data } = JSON.parse(stdout);
    expect(data.policies[0].proofs[0]).toMatchObject({
      invariant: "nothing-over-the-limit",
      kind: "counterexample",
      verdict: "execute",
      rules: ["within-mandate"],
      facts: { partnerStanding: "active" },
    });
    const words = await run("policy", "prove", "quoting");
    expect(words.stdout).toContain("  BROKEN   nothing-over-the-limit: never execute");
    expect(words.stdout).toContain("execute by within-mandate");
  });
});

describe("policy diff", () => {
  test("a policy and a copy of its file are proved equal", async () => {
    const { exitCode, stdout } = await run(
      "policy",
      "diff",
      "quoting",
      join(copied.folder, "quoting.yaml"),
      "--expect-equal",
    );
    expect([exitCode, stdout]).toEqual([0, "PROVED EQUAL: every request is decided alike\n"]);
  });

  test("a moved limit is told in words with a request, and fails --expect-equal", async () => {
    const other = mkdtempSync(join(tmpdir(), "mandate-other-"));
    cpSync(copied.folder, other, { recursive: true });
    change("quoting.yaml", "percent: 15%", "percent: 18%");
    const paths = [join(other, "quoting.yaml"), "quoting"] as const;
    const { exitCode, stdout } = await run("policy", "diff", ...paths);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^LOOSENING {2}escalate → execute where effectiveDiscount is over 15 % and at most 18 %; /);
    expect(stdout).toContain("  for example effectiveDiscount 15.0001 %, ");
    expect(stdout).toContain(
      "  before: escalate to partner-manager by manager-band\n  after:  execute by within-mandate\n",
    );
    const strict = await run("policy", "diff", ...paths, "--expect-equal", "--json");
    expect(strict.exitCode).toBe(3);
    expect(JSON.parse(strict.stdout).data).toMatchObject({ equal: false, changes: [{ direction: "loosening" }] });
    rmSync(other, { recursive: true, force: true });
  });

  test("a file beside the policies is read by its content, whatever its name: as README shows it", async () => {
    const other = mkdtempSync(join(tmpdir(), "mandate-other-"));
    const old = join(other, "old.yaml");
    cpSync(join(copied.folder, "quoting.yaml"), old);
    change("quoting.yaml", "percent: 15%", "percent: 18%");
    const { exitCode, stdout } = await run("policy", "diff", old, "quoting");
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^LOOSENING {2}escalate → execute where /)]);
    const shown = await run("policy", "show", old);
    expect(shown.stdout).toMatch(/^quoting {2}F5 .*version \w{12}\n[^]*auto_max: 15 %/);
    const checked = await run("policy", "check", old);
    expect([checked.exitCode, checked.stdout]).toEqual([3, expect.stringContaining("name the file `quoting.yaml`")]);
    rmSync(other, { recursive: true, force: true });
  });

  test("a file that is not there is not found", async () => {
    expect((await run("policy", "diff", "quoting", join(copied.folder, "none.yaml"))).exitCode).toBe(5);
  });
});
