import { resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { offerTasks } from "../../../agents/evals/set/offers.ts";
import { offeredFor } from "../../../app/evals/offers.ts";
import { loadPolicies } from "../../../deciding/policies.ts";
import type { PolicySource } from "../../../deciding/policy-source.ts";

let policies: PolicySource;
beforeAll(async () => {
  policies = await loadPolicies(resolve(import.meta.dirname, "../../../policies"));
});

test.for(offerTasks.map((task) => [task.id, task] as const))(
  "%s is offered what is nearest and passes",
  async ([, task]) => {
    expect(await offeredFor(policies, task)).toEqual(task.nearest);
  },
);
