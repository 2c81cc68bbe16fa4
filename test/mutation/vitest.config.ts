import { defineConfig } from "vitest/config";
import { pureTests } from "./pure-tests.ts";

/** The rooms that are mutated, as `bin/mutate.mjs` hands them on: what is tested by its own room is tried in seconds. */
const { MANDATE_MUTATED_ROOMS: rooms = "domain" } = process.env;

/** What every mutant is tried by: no engine is started. */
export default defineConfig({
  test: { include: pureTests(rooms.split(",")), testTimeout: 60_000, hookTimeout: 120_000 },
});
