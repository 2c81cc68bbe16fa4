#!/usr/bin/env node
import { ensureInstalled, prepared } from "./bootstrap.mjs";
import { ensureBuilt } from "./build.mjs";
import { runTests } from "./run-tests.mjs";

const isReady = await prepared(async () => {
  await ensureInstalled({ dev: true });
  await ensureBuilt();
});
if (isReady) await runTests(process.argv.slice(2), { include: ["test/soak/**/*.soak.ts"] });
