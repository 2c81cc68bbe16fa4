import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { namesOf } from "../../cli/functions/scaffold.ts";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const ID = "loyalty-credit";
/** The check alone takes half a minute, and the new function's own test starts engines of its own. */
const TIMEOUT_MS = 360_000;

/** A checkout without history: what `git clone` would bring, with the packages that are installed. */
let checkout: string;

const left = new Set(["node_modules", ".git", ".mandate", "dist"]);

beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), "mandate-function-new-"));
  await cp(root, checkout, { recursive: true, filter: (path) => !left.has(basename(path)) });
  await symlink(join(root, "node_modules"), join(checkout, "node_modules"));
});
afterAll(() => rm(checkout, { recursive: true, force: true }));

async function filesIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const ours = paths.filter((path) => !path.slice(folder.length + 1).startsWith("dist/"));
  return new Map(
    await Promise.all(ours.map(async (path) => [path.slice(folder.length + 1), await readFile(path, "utf8")] as const)),
  );
}

async function mandate(...args: readonly string[]): Promise<{ code: number; said: string }> {
  const command = [join(checkout, "bin/mandate.mjs"), ...args];
  return run(process.execPath, command, { cwd: checkout }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    (error: { code: number; stderr: string }) => ({ code: error.code, said: error.stderr }),
  );
}

function addedLines(before: string, after: string): readonly string[] {
  const known = before.split("\n");
  return after.split("\n").filter((line) => !known.includes(line));
}

describe("`mandate function new`", () => {
  test.for([
    ["Loyalty", "`Loyalty` is no function's id"],
    ["quoting", "`quoting` is there already"],
    ["crm-note", "`crm-note` is there already"],
    ["decisions", "`decisions` stands for something else in ids"],
    ["batches", "`batches` stands for something else in ids"],
    ["record", "`record` stands for something else in ids"],
    ["shared", "functions/shared is there already"],
  ] as const)("refuses %s: %s", async ([id, why]) => {
    const { code, said } = await mandate("function", "new", id);
    expect({ code, said }).toEqual({ code: expect.any(Number), said: expect.stringContaining(why) });
    expect(code).toBeGreaterThan(0);
  });

  test("refuses a code that another function has", async () => {
    const { said } = await mandate("function", "new", ID, "--code", "F5");
    expect(said).toContain("`F5` is the code of `quoting`");
  });

  test.for(['Say "when"', "Yes | no", "Back\\slash", "A `tick`", "${cost}", "One\nline", "End */", " "])(
    "refuses the title %j",
    async (title) => {
      const { code, said } = await mandate("function", "new", ID, "--title", title);
      expect({ code, said }).toEqual({
        code: 2,
        said: expect.stringContaining(`${JSON.stringify(title)} is no title`),
      });
      expect(said).toContain("use one line of plain text");
    },
  );

  test(
    "writes a function that is checked, tested and decided end to end, in 5 files and 3 lines",
    { timeout: TIMEOUT_MS },
    async () => {
      const before = await filesIn(checkout);
      expect(await mandate("function", "new", ID)).toMatchObject({ code: 0 });
      const after = await filesIn(checkout);
      const added = [...after.keys()].filter((file) => !before.has(file)).toSorted();
      expect(added).toEqual([
        `functions/${ID}/agent.ts`,
        `functions/${ID}/fixture.ts`,
        `functions/${ID}/function.ts`,
        `functions/${ID}/${ID}.ts`,
        `policies/${ID}.test.yaml`,
        `policies/${ID}.yaml`,
        `test/functions/${ID}.test.ts`,
      ]);
      expect(added.filter((file) => !/fixture\.ts$|^test\//.test(file))).toHaveLength(5);
      const changed = [...after.keys()].filter((file) => before.has(file) && before.get(file) !== after.get(file));
      expect(changed.toSorted()).toEqual(["README.md", "functions/index.ts"]);
      const lines = changed.flatMap((file) => addedLines(before.get(file) ?? "", after.get(file) ?? ""));
      expect(lines).toHaveLength(3);

      const again = await mandate("function", "new", ID, "--code", "OTHER");
      expect(again.said).toContain(`\`${ID}\` is there already`);

      await run(process.execPath, [join(checkout, "bin/check.mjs")], { cwd: checkout });
      const vitest = join(checkout, "node_modules/vitest/vitest.mjs");
      const tests = [`test/functions/${ID}.test.ts`, "test/architecture.test.ts", "test/guardrails/cases.test.ts"];
      const { stdout } = await run(process.execPath, [vitest, "run", "--reporter=json", ...tests], { cwd: checkout });
      const { numFailedTests, numPassedTests, testResults } = JSON.parse(stdout.slice(stdout.indexOf("{"))) as {
        numFailedTests: number;
        numPassedTests: number;
        testResults: { assertionResults: { title: string; status: string }[] }[];
      };
      expect(numFailedTests).toBe(0);
      expect(numPassedTests).toBeGreaterThan(10);
      const titles = testResults.flatMap(({ assertionResults }) => assertionResults.map(({ title }) => title));
      expect(titles).toContain("a larger one asks a person, whose approval grants it");
    },
  );

  test("writes nothing where a file of it is there already", async () => {
    const before = await filesIn(checkout);
    await writeFile(join(checkout, "policies/half-there.yaml"), "policy: half-there\n");
    const { said } = await mandate("function", "new", "half-there");
    expect(said).toContain("policies/half-there.yaml is there already");
    await rm(join(checkout, "policies/half-there.yaml"));
    expect(await filesIn(checkout)).toEqual(before);
  });
});

test.for([
  ["loyalty-credit", { camel: "loyaltyCredit", pascal: "LoyaltyCredit", title: "Loyalty credit", code: "LC" }],
  ["swag", { camel: "swag", pascal: "Swag", title: "Swag", code: "S" }],
  ["tier-2-gift", { camel: "tier2Gift", pascal: "Tier2Gift", title: "Tier 2 gift", code: "T2G" }],
] as const)("`%s` is called by its words", ([id, names]) => {
  expect(namesOf(id, {})).toEqual({ id, type: id, ...names });
});
