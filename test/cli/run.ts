import { PassThrough } from "node:stream";
import { main } from "../../app/main.ts";

export type Ran = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

/** Runs one command in this process, piped, and keeps what it wrote. */
export async function run(...argv: string[]): Promise<Ran> {
  return runWith(new PassThrough(), argv);
}

/** The same where somebody sits at a terminal, types `typed` and ends the input. */
export async function runOnTerminal(typed: string, ...argv: string[]): Promise<Ran> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  stdin.end(typed);
  return runWith(stdin, argv);
}

async function runWith(stdin: PassThrough, argv: readonly string[]): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const exitCode = await main(argv, { stdin, stdout, stderr });
  const written = (stream: PassThrough) => String(stream.read() ?? "");
  return { exitCode, stdout: written(stdout), stderr: written(stderr) };
}
