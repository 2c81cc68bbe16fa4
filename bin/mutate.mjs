#!/usr/bin/env node
import { ensureInstalled, prepared } from "./bootstrap.mjs";
import { installedTool, runTool } from "./run-tool.mjs";

/** Mutated when no file is named; each room by the tests of its own that start no engine. */
const ROOMS = ["domain", "guardrails", "workflows", "deciding", "app/activities"];

const files = process.argv.slice(2);

if (await prepared(() => ensureInstalled({ dev: true }))) {
  const rooms = ROOMS.filter((room) => files.length === 0 || files.some((file) => file.startsWith(`${room}/`)));
  process.env["MANDATE_MUTATED_ROOMS"] = rooms.join(",");
  const mutated = files.length > 0 ? ["--mutate", files.join(",")] : [];
  process.exitCode = await runTool(installedTool("stryker"), ["run", "test/mutation/stryker.config.json", ...mutated]);
}
