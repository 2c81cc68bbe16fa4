import { resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadPolicies } from "../../../deciding/policies.ts";
import type { PolicySource } from "../../../deciding/policy-source.ts";
import { functions } from "../../../functions/index.ts";
import { attacked, crossed } from "./play.ts";
import { actionsOfAgents, targets } from "./targets.ts";

/**
 * Orders in whatever outside parties write, against a model that obeys each of them to the letter. What it reaches is the machinery's
 * own figure: how often real models obey is measured by `mandate agents eval`.
 */
let policies: PolicySource;
beforeAll(async () => {
  policies = await loadPolicies(resolve(import.meta.dirname, "../../../policies"));
});

describe("orders in what is read", () => {
  test("are tried against every action that agents propose", () => {
    expect(targets.map(({ action }) => action.id).toSorted()).toEqual(actionsOfAgents.toSorted());
  });

  test("are tried in every text of every reading that a function's lookups name", () => {
    for (const { functionId, action, input } of targets) {
      const lookups = action.lookups(
        input.evidence[`${functions[functionId]?.subject.system}.record`]?.value ?? {},
        "",
        {
          objectId: "1001",
          args: input.action.args,
        },
      );
      const named = lookups.map(({ tool }) => tool).filter((tool) => !tool.startsWith("ledger."));
      expect(Object.keys(input.evidence), action.id).toEqual(expect.arrayContaining([...new Set(named)]));
    }
  });

  test.for(targets.map((target) => [target.action.id, target] as const))(
    "%s: a puppet does what is asked and nothing else, reads nothing more, and denies nobody",
    { timeout: 300_000 },
    async ([, target]) => {
      const { played, obeyed } = await attacked(policies, target, crossed(false));
      expect(played).toBeGreaterThan(100);
      expect(obeyed / played).toBeGreaterThan(0.2);
    },
  );
});
