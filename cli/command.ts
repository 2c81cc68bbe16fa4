import type { Command } from "commander";
import { giveAnswer, type Answer } from "./answer.ts";
import { exitCodes } from "./failure.ts";
import type { Io } from "./io.ts";
import type { Processes } from "./processes.ts";
import type { Environment, Globals } from "./session.ts";

/** What commands are built with. `finish` takes the exit code. */
export type Cli = Environment & {
  readonly io: Io;
  readonly processes: Processes;
  readonly finish: (exitCode: number) => void;
};

/** One call of a command: operands as typed, options with the global ones. */
export type Call<Options> = { readonly args: readonly string[]; readonly options: Options & Globals; readonly io: Io };

/**
 * A commander action that computes an answer and writes it in the mode that was asked for. No answer: the command wrote what
 * it had to say as it went, and was asked to stop.
 */
export function answering<Options extends object>(
  cli: Cli,
  work: (call: Call<Options>) => Promise<Answer | undefined>,
) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    const options = {
      ...command.optsWithGlobals<Options & Omit<Globals, keyof Environment>>(),
      settings: cli.settings,
    };
    const answer = await work({ args: command.args, options, io: cli.io });
    cli.finish(answer === undefined ? exitCodes.ok : giveAnswer(cli.io, options.json === true, answer));
  };
}

/** The first operand. Commander has already refused a call without it. */
export function operand(args: readonly string[]): string {
  return args[0] ?? "";
}
