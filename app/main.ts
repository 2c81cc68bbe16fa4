import { CommanderError } from "commander";
import { giveFailure } from "../cli/answer.ts";
import { exitCodes, failure } from "../cli/failure.ts";
import type { Io } from "../cli/io.ts";
import type { Processes } from "../cli/processes.ts";
import { createProgram } from "../cli/program.ts";

/** Loaded when they are called: the rest of the command line starts without database, durable engine, models or HTTP. */
const processes: Processes = {
  dev: async (options, io) => (await import("./processes/dev.ts")).run(options, io),
  gateway: async () => (await import("./processes/gateway.ts")).run(),
  worker: async () => (await import("./processes/worker.ts")).run(),
  migrate: async (options, io) => (await import("./processes/migrate.ts")).run(options, io),
  doctor: async (options) => (await import("./doctor/answer.ts")).examine(options),
  evals: async (options) => (await import("./evals/eval.ts")).evaluateAgents(options),
  secondEval: async (options) => (await import("./evals/second.ts")).secondRun(options),
  value: async (options, io) => (await import("./value/value.ts")).measureValue(options, io),
  witness: async (options, onReady) => (await import("./processes/witness.ts")).serve(options, onReady),
  witnessKey: async (home, name) => (await import("./processes/witness.ts")).vkeyOf(home, name),
  codec: async (options, onReady) => (await import("./processes/codec.ts")).serve(options, onReady),
};

const settings = async () => (await import("./config.ts")).loadConfig();

const terminal: Io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };

/** Runs one command and answers its exit code; never throws. `argv` is what follows the command's own name. */
export async function main(argv: readonly string[], io: Io = terminal): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const json = argv.includes("--json");
  const program = createProgram({ io, processes, settings, finish: (code) => (exitCode = code) }, json);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return giveFailure(io, json, error);
    if (error.exitCode === 0) return exitCodes.ok;
    const detail = error.message.replace(/^error: /, "");
    return json ? giveFailure(io, json, failure("usage", "usage", detail, "see `mandate --help`")) : exitCodes.usage;
  }
}
