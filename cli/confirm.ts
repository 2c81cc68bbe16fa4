import { once } from "node:events";
import { failure } from "./failure.ts";
import type { Io } from "./io.ts";

/**
 * Asks on a terminal and answers whether it was `y`; Ctrl-C and the end of input mean no. Where nobody can answer, the
 * command itself is the word.
 */
export async function confirm({ stdin, stderr }: Io, question: string): Promise<boolean> {
  if (stdin.isTTY !== true) return true;
  const { createInterface } = await import("node:readline/promises");
  const prompt = createInterface({ input: stdin, output: stderr });
  const closed = once(prompt, "close").then(() => "no");
  try {
    return /^y(es)?$/i.test((await Promise.race([prompt.question(`${question} [y/N] `), closed])).trim());
  } finally {
    prompt.close();
  }
}

/** The same before something is sent, unless `--yes` was given. Throws `CliFailure` for a no. */
export async function confirmSending(io: Io, question: string, isGiven = false): Promise<void> {
  if (!isGiven && !(await confirm(io, question))) throw failure("interrupted", "not-confirmed", "nothing was sent");
}
