#!/usr/bin/env node
import { ensureInstalled, prepared } from "./bootstrap.mjs";
import { ensureBuilt } from "./build.mjs";
import { runTool } from "./run-tool.mjs";

const isReady = await prepared(async () => {
  await ensureInstalled({ dev: true });
  await ensureBuilt();
});
if (isReady) {
  process.exitCode = await runTool(process.execPath, [
    "--import",
    "tsx",
    "test/bench/run.ts",
    ...process.argv.slice(2),
  ]);
}
