import { putBackProcessState, readProcessState, type ProcessState } from "./process-state.ts";

/** Runs before each test file. A worker takes one file after the other: each finds the process as the first one did. */
const worker = globalThis as { found?: ProcessState };

if (worker.found === undefined) worker.found = readProcessState();
else putBackProcessState(worker.found);
