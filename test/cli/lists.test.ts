import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { releasedFolder } from "./released-folder.ts";
import { run } from "./run.ts";

const released = releasedFolder();
const as = (person: string) => ["--as", person, "--reason", "told us so"];

/** The shipped policies, of which quoting blocks who is on a list. */
async function installed(): Promise<void> {
  const file = join(released.folder, "shared", "barred.list.yaml");
  writeFileSync(file, "list: barred\nabout: Partners that are not quoted for\nof: partner\n");
  const rule = `rules:
  - id: barred-partner
    effect: block
    when: { fact: partner, operator: in, value: { list: barred } }
    reason: "{partner} is not quoted for"
`;
  released.change("quoting.yaml", "\nrules:\n", `\n${rule}`);
  await released.install();
}

test("a list is filled by two people, tightened by one, and shows what it holds and how it came to that", async () => {
  await installed();
  const empty = await run("lists");
  expect(empty.stdout).toMatch(/^barred +partner +0 +none in force +quoting$/m);
  expect(empty.stderr).toContain("no version of the list `barred` is in force");
  const asked = await run("lists", "add", "barred", " p-1", "p-1", ...as("ola"));
  expect(asked.stdout).toBe(
    "barred waits for a second person, ops-engineer or regional-director, not ola: no version of `barred` is in force yet\n",
  );
  expect(asked.stderr).toContain("npx mandate lists approve barred --as lee --reason TEXT");
  expect((await run("lists", "show", "barred", "--as", "ola")).stdout).toContain(
    "waits for a second person, asked by ola: +p-1",
  );
  expect((await run("lists", "approve", "barred", ...as("ola"))).stderr).toContain("not let pass by who proposed it");
  expect((await run("lists", "approve", "barred", ...as("lee"))).stdout).toMatch(
    /^barred holds 1 name, version [0-9a-f]{12}\.\n$/,
  );
  expect((await run("lists", "add", "barred", "p-2", ...as("ola"))).stdout).toContain("barred holds 2 names");
  const taken = await run("lists", "remove", "barred", "p-1", ...as("ola"));
  expect(taken.stdout).toMatch(/^barred waits for a second person, .*: quoting: /);
  expect((await run("lists", "withdraw", "barred", ...as("ola"))).stdout).toContain("barred holds 2 names");
  const shown = await run("lists", "show", "barred", "--as", "ola");
  expect(shown.stdout).toMatch(/^barred, version [0-9a-f]{12}: p-1, p-2\n\n/);
  expect(shown.stdout).toMatch(/ola: \+p-2 \(told us so\)/);
});

test("what is misspelt is told with what may be meant, and so is a file that names a list", async () => {
  await installed();
  expect((await run("lists", "add", "bared", "p-1", ...as("ola"))).stderr).toContain("did you mean `barred`?");
  released.change("quoting.yaml", "list: barred", "list: bared");
  const checked = await run("policy", "check", "quoting");
  expect(checked.stdout + checked.stderr).toContain("there is no sound list `bared`; did you mean `barred`?");
});
