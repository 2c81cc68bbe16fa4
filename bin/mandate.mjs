#!/usr/bin/env node
import module from "node:module";
import { ensureInstalled, prepared } from "./bootstrap.mjs";
import { ensureBuilt } from "./build.mjs";

const isReady = await prepared(async () => {
  await ensureInstalled();
  await ensureBuilt();
});
if (isReady) {
  // Node 22 and newer keep compiled code between starts.
  module.enableCompileCache?.();
  const { main } = await import("../dist/main.js");
  process.exitCode = await main(process.argv.slice(2));
}
