import type { Problem } from "../gateway/http/problem.ts";
import { CliFailure, exitCodes, failure, type ExitName } from "./failure.ts";
import { styled, type Io } from "./io.ts";

/** What a command found: `data` for scripts, `text` for people, and what one may do next. */
export type Answer = {
  readonly data: unknown;
  readonly text: string;
  /** Commands as typed after `mandate`. */
  readonly next?: readonly string[];
  readonly warnings?: readonly string[];
  readonly exit?: ExitName;
};

/** Writes an answer: one JSON object on stdout, or text there with the hints on stderr. Answers the exit code. */
export function giveAnswer(
  io: Io,
  json: boolean,
  { data, text, next = [], warnings = [], exit = "ok" }: Answer,
): number {
  const commands = next.map((command) => `npx mandate ${command}`);
  if (json) {
    io.stdout.write(`${JSON.stringify({ ok: exit === "ok", data, warnings, next: commands })}\n`);
    return exitCodes[exit];
  }
  io.stdout.write(text.endsWith("\n") || text === "" ? text : `${text}\n`);
  for (const warning of warnings) io.stderr.write(`Warning: ${warning}\n`);
  for (const [at, command] of commands.entries()) io.stderr.write(`${at === 0 ? "\nNext: " : "      "}${command}\n`);
  return exitCodes[exit];
}

/** Writes a failure: the problem on stdout in JSON mode, else in words on stderr. Answers the exit code. */
export function giveFailure(io: Io, json: boolean, error: unknown): number {
  const failed = error instanceof CliFailure ? error : unforeseen(error);
  if (json) io.stdout.write(`${JSON.stringify({ ok: false, ...failed.problem })}\n`);
  else io.stderr.write(inWords(io, failed.problem));
  return exitCodes[failed.exit];
}

function inWords(io: Io, { detail, fix, errors = [], code }: Problem): string {
  const lines = [`${styled(io.stderr, "red", "Error:")} ${detail} (${code})`];
  for (const { pointer, detail: what } of errors) lines.push(`  ${pointer}: ${what}`);
  if (fix !== undefined) lines.push(`Fix:   ${fix}`);
  return `${lines.join("\n")}\n`;
}

/** A configuration that cannot be used is told by its name: its class is loaded by those who read the environment. */
function unforeseen(error: unknown): CliFailure {
  const detail = error instanceof Error ? error.message : String(error);
  const isConfig = error instanceof Error && error.name === "ConfigError";
  return failure(isConfig ? "usage" : "failure", isConfig ? "configuration" : "internal", detail);
}
