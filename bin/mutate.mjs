#!/usr/bin/env node
import { ensureInstalled, prepared } from "./bootstrap.mjs";
import { installedTool, runTool } from "./run-tool.mjs";

/** Mutated when no file is named. */
const ROOMS = ["domain", "guardrails", "workflows", "deciding", "app/activities"];

const named = process.argv.slice(2);
const files = named.length > 0 ? named : ROOMS.map((room) => `${room}/**/*.ts`);

if (await prepared(() => ensureInstalled({ dev: true }))) {
  const folders = new Set(files.map((file) => file.slice(0, file.lastIndexOf("/"))));
  process.env["MANDATE_MUTATED_FOLDERS"] = [...folders].join(",");
  const tool = installedTool("stryker");
  process.exitCode = await runTool(tool, ["run", "test/mutation/stryker.config.json", "--mutate", files.join(",")]);
}
