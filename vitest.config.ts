import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/setup/engines.ts"],
    setupFiles: ["test/setup/as-found.ts"],
    pool: "forks",
    // Files share a worker's loaded modules: loading them anew took longer than most files' tests.
    isolate: false,
    // Temporal's client retries a call by a timer, and throws into nobody's hands where its connection was closed meanwhile.
    onUnhandledError: ({ message, stack = "" }) =>
      !(message === "Channel has been shut down" && stack.includes("@temporalio/client/lib/grpc-retry")),
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["default"],
  },
});
