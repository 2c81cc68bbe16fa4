import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { policyFile } from "../fixtures/policy.ts";
import { copiedPolicies } from "./copied-policies.ts";
import { run } from "./run.ts";

const copied = copiedPolicies();

/** The folder's `quoting` is the policy that its README shows, which has every section. */
beforeEach(() => {
  const [, shown = ""] = /```yaml\n([^]*?)```/.exec(policyFile("README.md")) ?? [];
  writeFileSync(join(copied.folder, "quoting.yaml"), shown.replace("obligations: [crm-note]", "state: candidate"));
});

test("mandate policy show tells every section of a policy in sentences", async () => {
  const { exitCode, stdout } = await run("policy", "show", "quoting");
  expect(exitCode).toBe(0);
  for (const line of [
    "manager-band: candidate, watched without effect: escalate to partner-manager when effectiveDiscount is over 15 % (auto_max)",
    "quarter: discountAmount up to 600,000.00 USD per partner, a quarter; over it escalate to partner-manager, warned from 80 % of it",
    "h1: auto_max is 18 % in place of 15 % when partnerStanding is active, from 2026-01-01 until 2026-07-01: PO-412",
    "asks: never execute when effectiveDiscount is over 20 %",
    "partner-manager: 2 different people must approve: partner-manager answers within 4 h, then regional-director answers within 8 h",
    "led: agents act inside it",
    "a canary keeps each partner to one side",
    "days and windows are counted in Europe/Paris",
  ]) {
    expect(stdout).toContain(line);
  }
});

test("mandate policy list --json names the mode, the overrides and the limits", async () => {
  const { stdout } = await run("policy", "list", "--json");
  const { policies } = (JSON.parse(stdout) as { data: { policies: { id: string }[] } }).data;
  expect(policies.find(({ id }) => id === "quoting")).toMatchObject({
    mode: "led",
    overrides: ["h1"],
    limits: ["quarter"],
  });
});
