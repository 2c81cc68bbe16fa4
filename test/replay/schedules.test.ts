import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker } from "@temporalio/worker";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { quietRuntime } from "../setup/quiet-runtime.ts";
import { workflowBundle } from "../setup/workflow-code.ts";

const folder = join(import.meta.dirname, "schedules");
quietRuntime();

test.for(readdirSync(folder))("a run of a schedule that is under way survives this release: %s", async (name) => {
  const history = historyFromJSON(JSON.parse(readFileSync(join(folder, name), "utf8")));
  expect(await Worker.runReplayHistory({ workflowBundle }, history, `replay:${name}`)).toBeUndefined();
});
