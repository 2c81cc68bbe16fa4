import type { Answer } from "../../cli/answer.ts";
import type { DoctorOptions } from "../../cli/processes.ts";
import { pendingMigrations } from "../../db/migrate.ts";
import { projectRoot } from "../../engines/project-root.ts";
import { tryModel } from "./model.ts";
import { loadConfig } from "../config.ts";
import { doctorExitCode, formatFindings, runDoctor } from "../doctor.ts";

/** What the doctor finds on this machine, as `mandate doctor` answers it. */
export async function examine(options: DoctorOptions): Promise<Answer> {
  const deps = { pendingMigrations, tryModel, now: () => new Date(), root: projectRoot() };
  const findings = await runDoctor(loadConfig(), deps, options);
  const healthy = doctorExitCode(findings) === 0;
  return { data: { findings }, text: formatFindings(findings), exit: healthy ? "ok" : "problemsFound" };
}
