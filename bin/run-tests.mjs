import { projectRoot } from "./bootstrap.mjs";

const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 };
const signals = Object.keys(SIGNAL_EXIT);

/**
 * Runs vitest in this process. It would end at once on a signal and leave the engines that its global setup started, so
 * the first signal only cancels the run, and the teardown is awaited; the second ends everything.
 * @param {readonly string[]} args as vitest takes them
 * @param {object} [more] settings of vitest beside those of the project
 */
export async function runTests(args, more = {}) {
  process.chdir(projectRoot);
  const { createVitest, parseCLI } = await import("vitest/node");
  const { filter, options } = parseCLI(["vitest", "run", ...args]);
  let interruptedBy;
  const cancelWhenInterrupted = {
    onTestRunStart() {
      if (interruptedBy !== undefined) void vitest.cancelCurrentRun("keyboard-input");
    },
  };
  const reporters = [...[options.reporters ?? "default"].flat(), cancelWhenInterrupted, { onTestRunEnd: printEnd }];
  const before = new Set(signals.flatMap((signal) => process.listeners(signal)));
  const vitest = await createVitest("test", { ...options, ...more, run: true, watch: false, reporters });
  for (const signal of signals) {
    for (const listener of process.listeners(signal)) if (!before.has(listener)) process.off(signal, listener);
    process.on(signal, () => {
      if (interruptedBy !== undefined) process.exit(SIGNAL_EXIT[signal]);
      interruptedBy = signal;
      process.stderr.write("interrupted: stopping the tests and their engines\n");
      void vitest.cancelCurrentRun("keyboard-input");
    });
  }
  try {
    await vitest.start(filter);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  } finally {
    await vitest.close();
  }
  if (interruptedBy !== undefined) process.exitCode = SIGNAL_EXIT[interruptedBy];
  // Whatever a test left open must not keep the run from ending with its own code.
  process.exit();
}

/** Files that are named as the slowest, where more were run. */
const SLOWEST = 10;

/** Ends a run with its slowest files, what was skipped and why, and the counts. */
function printEnd(modules) {
  if (modules.length > SLOWEST) printSlowest(modules);
  printCounts(modules);
}

/** Loading and set-up of a file count too: whoever adds to one sees what it costs. */
function printSlowest(modules) {
  const taken = modules.map((module) => {
    const { collectDuration, setupDuration, duration } = module.diagnostic();
    return { file: module.relativeModuleId, ms: collectDuration + setupDuration + duration };
  });
  const slowest = taken.toSorted((a, b) => b.ms - a.ms).slice(0, SLOWEST);
  const seconds = (ms) => (ms / 1_000).toFixed(1);
  const sum = taken.reduce((total, { ms }) => total + ms, 0);
  console.log(`the slowest files, of ${seconds(sum)} s in all:`);
  for (const { file, ms } of slowest) console.log(`${seconds(ms).padStart(8)} s  ${file}`);
}

/** What was skipped and why (the note of `skip("reason")`, or else the test's own name), and how many tests did what. */
function printCounts(modules) {
  const testsThat = (state) => modules.flatMap((module) => [...module.children.allTests(state)]);
  const skipped = testsThat("skipped");
  if (skipped.length > 0) console.log(`skipped (${skipped.length}):`);
  for (const test of skipped) {
    const { note } = test.result();
    console.log(`  ${test.module.relativeModuleId} > ${test.fullName}${note === undefined ? "" : `: ${note}`}`);
  }
  console.log(`${testsThat("passed").length} passed, ${testsThat("failed").length} failed, ${skipped.length} skipped`);
}
