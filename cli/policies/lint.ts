import type { Finding, Severity } from "../../guardrails/analyse/finding.ts";
import { lint as lintPolicy } from "../../guardrails/analyse/lint.ts";
import { dayAt } from "../../guardrails/cell.ts";
import type { Policy } from "../../guardrails/policy.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../command.ts";
import { readPeopleFile } from "./people-file.ts";
import { progressOn, requestText, soundPolicies } from "./analysed.ts";

export type LintOptions = { readonly strict?: boolean; readonly people?: string };

type Linted = { readonly policy: Policy; readonly findings: readonly Finding[] };

/** Files of policies do not say who holds a role. */
const UNSTAFFED =
  "staffing is not checked: name the people with --people FILE (`mandate people list --json` prints one)";

/** `mandate policy lint [ID...]`: what has no effect, is never decided by, or is about to end. */
export async function lint({ args, options, io }: Call<LintOptions>): Promise<Answer> {
  const at = new Date().toISOString();
  const onProgress = progressOn(io);
  const people = options.people === undefined ? undefined : await readPeopleFile(options.people);
  const staffing = people === undefined ? UNSTAFFED : `staffing is checked against ${people.length} people`;
  const linted = (await soundPolicies(options, args)).map((policy): Linted => {
    return {
      policy,
      findings: lintPolicy(policy, {
        today: dayAt(at, policy.timezone),
        onProgress,
        ...(people && { people }),
      }),
    };
  });
  const failing: readonly Severity[] = options.strict === true ? ["error", "warning"] : ["error"];
  const isSound = linted.every(({ findings }) => findings.every(({ severity }) => !failing.includes(severity)));
  return {
    data: { policies: linted.map(({ policy, findings }) => ({ id: policy.id, findings })), staffing },
    text: `${linted.map(lintedText).join("\n")}\n${staffing}\n`,
    next: isSound ? ["policy prove"] : [],
    exit: isSound ? "ok" : "problemsFound",
  };
}

const headings: { readonly [severity in Severity]: string } = { error: "ERROR", warning: "WARNING", info: "note" };

function counted(findings: readonly Finding[], severity: Severity, word: string): string {
  const count = findings.filter((finding) => finding.severity === severity).length;
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function lintedText({ policy, findings }: Linted): string {
  const counts = [counted(findings, "error", "error"), counted(findings, "warning", "warning")];
  const lines = findings.flatMap(({ kind, severity, message, witness, day }) => [
    `  ${headings[severity].padEnd(7)}  ${kind}: ${message}`,
    ...(witness === undefined
      ? []
      : [`           for example${day === undefined ? "" : ` on ${day}`} ${requestText(policy, witness)}`]),
  ]);
  return [`${policy.id}: ${counts.join(", ")}, ${counted(findings, "info", "note")}`, ...lines, ""].join("\n");
}
