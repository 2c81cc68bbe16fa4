#!/usr/bin/env node
import { ensureInstalled, prepared } from "./bootstrap.mjs";
import { installedTool, runTool } from "./run-tool.mjs";

/** In this order; the first that fails ends the run. */
const checks = [
  ["tsc", "--noEmit"],
  ["tsc", "--noEmit", "-p", "console"],
  ["oxlint", "--type-aware"],
  ["oxfmt", "--check"],
  ["knip"],
];

if (await prepared(() => ensureInstalled({ dev: true }))) {
  process.exitCode = 0;
  for (const [index, [tool, ...args]] of checks.entries()) {
    console.log(`> ${[tool, ...args].join(" ")}`);
    const code = await runTool(installedTool(tool), args);
    if (code === 0) continue;
    const skipped = checks.slice(index + 1).map(([name]) => name);
    console.log(`${tool} failed (code ${code})${skipped.length > 0 ? `; not run: ${skipped.join(", ")}` : ""}`);
    process.exitCode = code;
    break;
  }
}
