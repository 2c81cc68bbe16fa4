import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Person, runFileOf, type EvalRun } from "../../agents/evals/recorded.ts";
import type { Prompt } from "../../agents/prompts/prompt.ts";
import { failure } from "../../cli/failure.ts";

/** The text of a prompt's recorded run; undefined where there is none. */
export async function readRun(dir: string, prompt: Prompt): Promise<string | undefined> {
  return readFile(join(dir, runFileOf(prompt)), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw failure("failure", "run-unreadable", `${join(dir, runFileOf(prompt))} cannot be read: ${error.message}`);
  });
}

/** Writes a run over the one that was there, and answers its path. */
export async function writeRun(dir: string, prompt: Prompt, run: EvalRun): Promise<string> {
  const path = join(dir, runFileOf(prompt));
  try {
    await mkdir(dir, { recursive: true });
    await writeFile(path, `${JSON.stringify(run, null, 2)}\n`);
  } catch (error) {
    throw failure("failure", "run-unwritable", `${path} cannot be written: ${(error as Error).message}`);
  }
  return path;
}

/** Who answers for a run. Throws `CliFailure` where nobody is named, or not in one word. */
export function personNamed(as: string | undefined): string {
  const fix = "name a person with --as, such as --as ola";
  if (as === undefined) throw failure("usage", "nobody-named", "a recorded run is somebody's word", fix);
  if (!Person.safeParse(as).success) throw failure("usage", "not-a-person", `\`${as}\` is no person's id`, fix);
  return as;
}
