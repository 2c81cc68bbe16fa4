import type { Answer } from "../../cli/answer.ts";
import { pendingMigrations } from "../../db/migrate.ts";
import { projectRoot } from "../../engines/project-root.ts";
import { loadConfig } from "../config.ts";
import { doctorExitCode, formatFindings, runDoctor } from "../doctor.ts";

/** What the doctor finds on this machine, as `mandate doctor` answers it. */
export async function examine(): Promise<Answer> {
  const findings = await runDoctor(loadConfig(), { pendingMigrations, now: () => new Date(), root: projectRoot() });
  const healthy = doctorExitCode(findings) === 0;
  return { data: { findings }, text: formatFindings(findings), exit: healthy ? "ok" : "problemsFound" };
}
