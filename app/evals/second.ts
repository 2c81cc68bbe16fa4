import { isSame, runFileOf, runOf, toldDigest } from "../../agents/evals/recorded.ts";
import { prompts } from "../../agents/prompts/index.ts";
import { digestOf } from "../../audit/digest.ts";
import type { Answer } from "../../cli/answer.ts";
import { failure } from "../../cli/failure.ts";
import type { SecondOptions } from "../../cli/processes.ts";
import { personNamed, readRun, writeRun } from "./run-files.ts";
import { roles } from "./roles.ts";

/** Puts a second person's name to the recorded run of a shipped prompt. Throws `CliFailure`. */
export async function secondRun({ prompt: name, as, dir }: SecondOptions): Promise<Answer> {
  const secondedBy = personNamed(as);
  const role = roles.find((one) => prompts[one].name === name);
  if (role === undefined) {
    const names = roles.map((one) => prompts[one].name).join(", ");
    throw failure("notFound", "no-such-prompt", `there is no prompt \`${name}\``, `use one of ${names}`);
  }
  const prompt = prompts[role];
  const run = runOf(await readRun(dir, prompt));
  const again = `record one: mandate agents eval --role ${role} --record --as YOU`;
  if (run === undefined)
    throw failure("notFound", "no-run", `${dir} holds no run of ${name} v${prompt.version}`, again);
  if (run.prompt.digest !== toldDigest(role, prompt, digestOf)) {
    throw failure("conflict", "run-of-another-text", `the run of ${name} measured another text than ships now`, again);
  }
  if (isSame(run.recordedBy, secondedBy)) {
    const fix = "somebody else reads the change and seconds it";
    throw failure("forbidden", "same-person", `${run.recordedBy} recorded this run`, fix);
  }
  const path = await writeRun(dir, prompt, { ...run, secondedBy });
  const text = `${runFileOf(prompt)}: recorded by ${run.recordedBy}, seconded by ${secondedBy}\n`;
  return { data: { path, run: { ...run, secondedBy } }, text };
}
