import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkPolicies } from "../../app/doctor/policies.ts";
import { loadConfig } from "../../app/config.ts";
import { because, policy, policyJson, releasedFolder } from "./released-folder.ts";

const released = releasedFolder();

/** What the doctor says of the files. */
async function drafts() {
  const { company, folder, home, database } = released;
  const config = { ...loadConfig({ HOME: home, PATH: "" }, home), company, policies: folder };
  const findings = await checkPolicies({ config, databaseUrl: await database.urlOf(company) });
  return findings.find(({ check }) => check === "drafts");
}

/** The states that the list shows, by policy. */
async function listed() {
  const { stdout } = await policy("list");
  const rows = stdout.matchAll(/^(\S+) .*?(?:[0-9a-f]{12})? +(same|differs|not released|in force only)\b/gm);
  return Object.fromEntries([...rows].map(([, id, state]) => [id, state]));
}

test("the list and the doctor tell each file from what is in force", async () => {
  await released.install();
  expect(new Set(Object.values(await listed()))).toEqual(new Set(["same"]));
  expect(await drafts()).toMatchObject({ state: "ok" });
  released.loosen();
  expect(await listed()).toMatchObject({ quoting: "differs", "write-back": "same" });
  expect(await drafts()).toEqual({
    check: "drafts",
    state: "warn",
    detail: "the files are not what is in force: quoting (differs)",
    fix: "npx mandate policy diff in-force draft",
  });
  const list = await policy("list");
  expect(list.stderr).toContain("Next: npx mandate policy diff in-force draft");
  await policy("apply", "--as", "ola", ...because);
  expect((await listed())["quoting"]).toBe("differs");
});

test("a policy of one side alone is told as such", async () => {
  const { folder } = released;
  await released.install();
  await policy("new", "loans");
  rmSync(join(folder, "crm-note.yaml"));
  rmSync(join(folder, "crm-note.test.yaml"));
  expect(await listed()).toMatchObject({ loans: "not released", "crm-note": "in force only", quoting: "same" });
  const { data } = await policyJson("list");
  expect(data.onlyInForce).toEqual(["crm-note"]);
  expect(data.policies.find(({ id }: { id: string }) => id === "loans")).toMatchObject({ draft: "not-released" });
  expect(await drafts()).toMatchObject({ state: "warn", fix: "npx mandate policy check" });
});
