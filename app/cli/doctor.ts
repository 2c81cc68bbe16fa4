import type { Command } from "commander";
import type { Answer } from "./answer.ts";
import { answering, type Cli } from "./command.ts";
import { readConfig } from "./session.ts";

/** `mandate doctor`: what a running system depends on, with the fixing command for each finding. */
export function addDoctor(program: Command, cli: Cli): void {
  program
    .command("doctor")
    .description("check everything a running system depends on; exit 3 when something fails")
    .action(answering(cli, examine));
}

async function examine(): Promise<Answer> {
  const config = await readConfig();
  const [{ doctorExitCode, formatFindings, runDoctor }, { pendingMigrations }, { projectRoot }] = await Promise.all([
    import("../doctor.ts"),
    import("../db/migrate.ts"),
    import("../project-root.ts"),
  ]);
  const findings = await runDoctor(config, { pendingMigrations, now: () => new Date(), root: projectRoot() });
  const healthy = doctorExitCode(findings) === 0;
  return { data: { findings }, text: formatFindings(findings), exit: healthy ? "ok" : "problemsFound" };
}
