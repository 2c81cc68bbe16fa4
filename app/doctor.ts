import type { Config } from "./config.ts";
import { companyAddress } from "../db/company-address.ts";
import { checkAudit } from "./doctor/audit.ts";
import { checkBounds } from "./doctor/bounds.ts";
import { checkCalendar } from "./doctor/calendar.ts";
import { checkCases } from "./doctor/cases.ts";
import { checkDatabase } from "./doctor/database.ts";
import { checkPostgres, checkTemporal } from "./doctor/engines.ts";
import { type DoctorDeps, fail, type Finding, type Patient } from "./doctor/finding.ts";
import { checkInstall, checkNode, checkPorts } from "./doctor/machine.ts";
import { checkPolicies } from "./doctor/policies.ts";
import { checkSchedules } from "./doctor/schedules.ts";
import { checkVerification } from "./doctor/verification.ts";
import { checkModel } from "./doctor/model.ts";
import { checkSecretFiles, checkWebhookSecret } from "./doctor/secrets.ts";
import { readRuntime } from "../engines/runtime-file.ts";

export type { DoctorDeps, Finding };

type Check = (patient: Patient) => Finding | readonly Finding[] | Promise<Finding | readonly Finding[]>;

/** In the order they are shown. None starts or stops anything. */
const checks: readonly Check[] = [
  checkNode,
  checkInstall,
  checkTemporal,
  checkPostgres,
  checkPorts,
  checkDatabase,
  checkPolicies,
  checkCases,
  checkCalendar,
  checkSchedules,
  checkAudit,
  checkVerification,
  checkModel,
  checkBounds,
  checkSecretFiles,
  checkWebhookSecret,
];

/** Looks at everything a running system depends on; with `full`, at all that was recorded. A check that itself breaks is a failure, never a rejection. */
export async function runDoctor(config: Config, deps: DoctorDeps, { full = false } = {}): Promise<Finding[]> {
  const runtime = readRuntime(config.home);
  const embeddedUrl = runtime.kind === "running" ? runtime.runtime.databaseUrl : undefined;
  const patient = { config, deps, runtime, full, databaseUrl: loginOf(config, config.databaseUrl ?? embeddedUrl) };
  const answers = await Promise.all(checks.map((check) => answer(check, patient)));
  return answers.flat();
}

/** The address that gateway and worker log in with, where the company's is known; else the one that there is. */
function loginOf({ company, home }: Config, url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const address = companyAddress({ url, company, home });
  return address.kind === "company" ? address.url : url;
}

/** 3 when any check failed ("check found problems"), otherwise 0; warnings do not count. */
export function doctorExitCode(findings: readonly Finding[]): 0 | 3 {
  return findings.some(({ state }) => state === "fail") ? 3 : 0;
}

/** The findings as text: one line each, the fixing command below it, and a count. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  const lines = findings.flatMap((finding) => {
    const line = `${finding.state.padEnd(4)}  ${finding.check.padEnd(width)}  ${finding.detail}`;
    return finding.state === "ok" ? [line] : [line, `${" ".repeat(width + 8)}fix: ${finding.fix}`];
  });
  const count = (state: Finding["state"]): number => findings.filter((finding) => finding.state === state).length;
  const [failed, warned] = [count("fail"), count("warn")];
  const verdict = failed + warned === 0 ? "everything is fine" : `${failed} failed, ${warned} to look at`;
  return [...lines, "", verdict].join("\n");
}

async function answer(check: Check, patient: Patient): Promise<Finding | readonly Finding[]> {
  try {
    return await check(patient);
  } catch (error) {
    const name = check.name.replace(/^check/, "").toLowerCase();
    return fail(name, `the check itself broke: ${(error as Error).message}`, "npx mandate doctor --json");
  }
}
