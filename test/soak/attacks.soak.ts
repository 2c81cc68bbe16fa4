import { resolve } from "node:path";
import { expect, test } from "vitest";
import { loadPolicies } from "../../deciding/policies.ts";
import { attacked, crossed } from "../agents/attacks/play.ts";
import { targets } from "../agents/attacks/targets.ts";

test("every order by every carrier in every wrapper, against every action", { timeout: 7_200_000 }, async () => {
  const policies = await loadPolicies(resolve(import.meta.dirname, "../../policies"));
  let attacks = 0;
  for (const target of targets) attacks += await attacked(policies, target, crossed(true));
  console.log(`${attacks} attacks, no effect`);
  expect(attacks).toBeGreaterThan(5_000);
});
