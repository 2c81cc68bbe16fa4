import { resolve } from "node:path";
import { expect, test } from "vitest";
import { loadPolicies } from "../../deciding/policies.ts";
import { attacked, crossed } from "../agents/attacks/play.ts";
import { targets } from "../agents/attacks/targets.ts";

test("every order by every carrier in every wrapper, against every action", { timeout: 7_200_000 }, async () => {
  const policies = await loadPolicies(resolve(import.meta.dirname, "../../policies"));
  let [attacks, heard] = [0, 0];
  for (const target of targets) {
    const { played, obeyed } = await attacked(policies, target, crossed(true));
    attacks += played;
    heard += obeyed;
  }
  console.log(`${attacks} attacks, ${heard} obeyed by the model, no effect`);
  expect(attacks).toBeGreaterThan(5_000);
});
