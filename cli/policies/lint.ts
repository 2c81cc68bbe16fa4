import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Finding, Severity } from "../../guardrails/analyse/finding.ts";
import { lint as lintPolicy } from "../../guardrails/analyse/lint.ts";
import { dayAt } from "../../guardrails/cell.ts";
import type { Policy } from "../../guardrails/policy.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../command.ts";
import { failure } from "../failure.ts";
import { progressOn, requestText, soundPolicies } from "./analysed.ts";

export type LintOptions = { readonly strict?: boolean; readonly people?: string };

const Person = z.object({ personId: z.string().min(1), role: z.string().min(1) });
const Listed = z.union([z.array(Person), z.object({ data: z.object({ people: z.array(Person) }) })]);

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

/** People and their roles: a JSON list, or what `mandate people list --json` prints. Throws `CliFailure`. */
async function readPeopleFile(path: string): Promise<readonly z.infer<typeof Person>[]> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw failure("notFound", "no-such-file", `the people cannot be read: ${error.message}`, "give a file's path");
  });
  const shape = 'a list of `{"personId": "dana", "role": "partner-manager"}`, or what `people list --json` prints';
  try {
    const listed = Listed.parse(JSON.parse(text));
    return Array.isArray(listed) ? listed : listed.data.people;
  } catch {
    throw failure("usage", "not-people", `\`${path}\` does not say who holds which role`, `write ${shape}`);
  }
}
