import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker } from "@temporalio/worker";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { quietRuntime } from "../setup/quiet-runtime.ts";

const folder = join(import.meta.dirname, "schedules");
const workflowsPath = resolve(import.meta.dirname, "../../workflows/index.ts");
quietRuntime();

test.for(readdirSync(folder))("a run of a schedule that is under way survives this release: %s", async (name) => {
  const history = historyFromJSON(JSON.parse(readFileSync(join(folder, name), "utf8")));
  expect(await Worker.runReplayHistory({ workflowsPath }, history, `replay:${name}`)).toBeUndefined();
});
