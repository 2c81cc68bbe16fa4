import { defineConfig } from "vitest/config";
import { pureTests } from "./pure-tests.ts";

/** The folders that are mutated, as `bin/mutate.mjs` hands them on: what is tested beside it is tried in seconds. */
const { MANDATE_MUTATED_FOLDERS: folders = "domain" } = process.env;

/** What every mutant is tried by: no engine is started, and properties are tried on fewer values than `npm test` does. */
export default defineConfig({
  resolve: { alias: [{ find: /^fast-check$/, replacement: new URL("fewer-runs.ts", import.meta.url).pathname }] },
  test: { include: pureTests(folders.split(",")), testTimeout: 60_000, hookTimeout: 120_000 },
});
