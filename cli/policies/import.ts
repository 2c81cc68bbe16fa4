import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { isPolicyId, POLICY_ID_FIX } from "../../domain/policy-id.ts";
import { governedActions } from "../../functions/governed-actions.ts";
import { lint } from "../../guardrails/analyse/lint.ts";
import { dayAt } from "../../guardrails/cell.ts";
import { SHARED } from "../../deciding/shared-limits.ts";
import { draftFiles, type Imported } from "../../guardrails/import/draft.ts";
import { ROLES_FILE } from "../../guardrails/load/roles-file.ts";
import { formatProblem, type Problem } from "../../guardrails/problem.ts";
import type { Answer } from "../answer.ts";
import { operand, type Call } from "../command.ts";
import { CliFailure, failure } from "../failure.ts";
import {
  casesFileOf,
  neededText,
  readCases,
  readFolder,
  readPolicyFile,
  shownPath,
  soundPolicy,
  type PolicyFolder,
} from "./folder.ts";

export type ImportOptions = { readonly as?: string };

type Importer = (file: string, text: string) => Imported;

const importers: { readonly [extension: string]: () => Promise<Importer> } = {
  ".csv": async () => (await import("../../guardrails/import/csv.ts")).importCsv,
  ".dmn": async () => (await import("../../guardrails/import/dmn.ts")).importDmn,
  ".rego": async () => (await import("../../guardrails/import/rego.ts")).importRego,
  ".cedar": async () => (await import("../../guardrails/import/cedar.ts")).importCedar,
};

/**
 * `mandate policy import FILE [--as ID]`: a draft of a policy, its facts and its cases in the folder, from another language, or
 * every line that has no faithful translation. Overwrites nothing and puts nothing in force.
 */
export async function importPolicy({ args, options }: Call<ImportOptions>): Promise<Answer> {
  const path = operand(args);
  const extension = extname(path);
  const importer = Object.hasOwn(importers, extension) ? importers[extension] : undefined;
  if (importer === undefined) {
    const known = Object.keys(importers).join(", ");
    throw failure(
      "usage",
      "unknown-language",
      `${basename(path)} is in no language that is read`,
      `give one of ${known}`,
    );
  }
  const id = options.as ?? basename(path, extension).toLowerCase();
  if (!isPolicyId(id))
    throw failure("usage", "not-a-policy-id", `\`${id}\` is no policy's id`, `${POLICY_ID_FIX}: --as ID`);
  if (Object.hasOwn(governedActions, id)) {
    throw failure(
      "conflict",
      "facts-there",
      `the facts of \`${id}\` are declared in code`,
      "choose another id with --as",
    );
  }
  const folder = await readFolder(options);
  const from = shownPath(path);
  const imported = (await importer())(from, await neededText(path));
  if (imported.kind === "refused") throw refused(from, imported.problems);
  const files = draftFiles(id, imported.draft, basename(path));
  const file = join(folder.path, `${id}.yaml`);
  const declares = rolesFor(files.policy, folder, basename(path));
  const drafts = [
    { path: join(folder.path, `${id}.facts.yaml`), text: files.facts },
    { path: file, text: files.policy },
    { path: casesFileOf(file), text: files.cases },
    ...declares,
  ];
  const there = drafts.find((draft) => existsSync(draft.path));
  if (there !== undefined)
    throw failure("conflict", "already-there", `${there.path} is there already`, "choose another id with --as");
  if (declares.length > 0) await mkdir(join(folder.path, SHARED), { recursive: true });
  for (const draft of drafts) await writeFile(draft.path, draft.text, { flag: "wx" });
  return written(
    id,
    file,
    drafts.map((draft) => draft.path),
    options,
  );
}

/** The roles that a draft asks and nothing declares, declared: in a file of their own, or else by whoever keeps the one there is. */
function rolesFor(policy: string, { path, facts }: PolicyFolder, source: string) {
  const asked = [...new Set([...policy.matchAll(/who: role:([a-z][a-z0-9-]*)/g)].map(([, role = ""]) => role))];
  const strange = asked.filter((role) => !facts.shared.roles.includes(role));
  if (strange.length === 0) return [];
  const file = join(path, SHARED, ROLES_FILE);
  const named = strange.map((role) => `\`${role}\``).join(", ");
  if (existsSync(file)) {
    const fix = "declare them there, each with who that is";
    throw failure("conflict", "roles-missing", `${shownPath(file)} does not declare ${named}`, fix);
  }
  const lines = strange.map((role) => `  ${role}: as ${source} names it`);
  return [{ path: file, text: `roles:\n${lines.join("\n")}\n` }];
}

function refused(from: string, problems: readonly Problem[]): CliFailure {
  const errors = problems.map(({ line, column, message, fix }) => ({
    pointer: `${from}:${line}:${column}`,
    detail: `${message}; ${fix}`,
  }));
  const detail = `${from} has no faithful translation as it stands; nothing was written`;
  const { problem } = failure("problemsFound", "not-translated", detail, "mend each line, or write that part by hand");
  return new CliFailure("problemsFound", { ...problem, errors });
}

/** What `check` and `lint` say of what was written. */
async function written(
  id: string,
  file: string,
  files: readonly string[],
  options: Call<ImportOptions>["options"],
): Promise<Answer> {
  const entry = await readPolicyFile(options, file);
  const policy = soundPolicy(entry);
  const cases = await readCases(entry, policy);
  const problems = cases?.loaded.kind === "refused" ? cases.loaded.problems : [];
  const findings = lint(policy, { today: dayAt(new Date().toISOString(), policy.timezone) });
  const heard = findings.filter(({ severity }) => severity !== "info");
  const lines = [
    `Wrote ${files.join(", ")}.`,
    ...problems.map(formatProblem),
    `${policy.rules.length} rules over ${policy.facts.length} facts; check ${problems.length === 0 ? "finds no problem" : "does"}, lint ${heard.length === 0 ? "finds nothing" : "says"}`,
    ...heard.map(({ severity, kind, message }) => `  ${severity} ${kind}: ${message}`),
  ];
  return {
    data: { id, files, problems, findings },
    text: `${lines.join("\n")}\n`,
    next: [`policy show ${id}`, `policy test ${id}`],
    exit: problems.length === 0 ? "ok" : "problemsFound",
  };
}
