import { basename, join } from "node:path";
import { POLICY_ID_FIX } from "../../domain/policy-id.ts";
import { formatProblem, type Problem } from "../../guardrails/problem.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../command.ts";
import {
  actionsWithout,
  casesFileOf,
  entryOf,
  isSharedFile,
  policyFileOf,
  readBrandCases,
  readCases,
  readFolder,
  readPolicyFile,
  readSharedFile,
  type PolicyEntry,
  type PolicyFolder,
} from "./folder.ts";
import type { Environment } from "../session.ts";

/** The place of what is wrong with a whole file. */
const start = (file: string) => ({ file, line: 1, column: 1 });

/** A policy without a file of cases. */
export function noCases(policyFile: string): Problem {
  const fix = "write a case for each rule and limit";
  return { ...start(casesFileOf(policyFile)), message: "the policy has no cases beside it", fix };
}

export type CheckOptions = { readonly strict?: boolean };

type Checked = {
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
  /** What is taken and may not be what was meant. */
  readonly warnings: readonly Problem[];
};

/** `mandate policy check [ID|FILE...]`: every problem in policies and in the cases beside them. */
export async function check({ args, options }: Call<CheckOptions>): Promise<Answer> {
  const checked = args.length === 0 ? await checkFolder(options) : await checkNamed(options, args);
  const files = checked.flatMap((one) => one.files);
  const problems = checked.flatMap((one) => one.problems);
  const warnings = checked.flatMap((one) => one.warnings);
  const isSound = problems.length === 0 && (warnings.length === 0 || options.strict !== true);
  const counted = files.length === 1 ? "1 file" : `${files.length} files`;
  const found = problems.length === 0 ? `${counted}, no problem` : `${numbered(problems, "problem")} in ${counted}`;
  const last = warnings.length === 0 ? found : `${found}, ${numbered(warnings, "warning")}`;
  return {
    data: { files, problems, warnings },
    text: `${[...problems.map(formatProblem), ...warnings.map(warningText), last].join("\n")}\n`,
    next: isSound ? ["policy test"] : [],
    exit: isSound ? "ok" : "problemsFound",
  };
}

const numbered = ({ length }: readonly Problem[], what: string) => `${length} ${what}${length === 1 ? "" : "s"}`;

function warningText(warning: Problem): string {
  return formatProblem({ ...warning, message: `warning: ${warning.message}` });
}

async function checkFolder(options: Environment): Promise<readonly Checked[]> {
  const folder = await readFolder(options);
  const missing = actionsWithout(folder).map((id) => ({
    ...start(join(folder.path, `${id}.yaml`)),
    message: `\`${id}\` has no policy, and nothing is decided by default`,
    fix: "write this file",
  }));
  const orphans = folder.orphans.map(orphanProblem);
  const checked = await Promise.all(folder.entries.map(checkEntry));
  const shared = folder.facts.shared.files.map(({ file, ...found }) => ({ files: [file], ...found }));
  const brand = await Promise.all(folder.facts.brand.files.map((file) => checkBrand(file, folder)));
  return [...shared, ...brand, ...checked, { files: folder.orphans, problems: [...missing, ...orphans], warnings: [] }];
}

function orphanProblem(file: string): Problem {
  const beside = policyFileOf(file);
  if (beside === file) {
    return { ...start(file), message: `\`${basename(file, ".yaml")}\` is no policy's id`, fix: POLICY_ID_FIX };
  }
  const message = `no policy stands beside these ${file.endsWith(".test.yaml") ? "cases" : "facts"}`;
  return { ...start(file), message, fix: `write \`${beside}\` or remove this file` };
}

async function checkNamed(options: Environment, names: readonly string[]): Promise<readonly Checked[]> {
  const isFile = (name: string) => /\.(?:yaml|json)$/.test(name) || /[/\\]/.test(name);
  const folder = names.every(isFile) ? undefined : await readFolder(options);
  const entries: PolicyEntry[] = [];
  const shared = names.filter((name) => isFile(name) && isSharedFile(name));
  for (const name of names.filter((each) => !shared.includes(each))) {
    const isNamed = folder !== undefined && !isFile(name);
    entries.push(isNamed ? entryOf(folder, name) : await readPolicyFile(options, policyFileOf(name)));
  }
  const once = new Map(entries.map((entry) => [entry.file, entry]));
  return Promise.all([...[...new Set(shared)].map(checkShared), ...[...once.values()].map(checkEntry)]);
}

/** A brand file with the cases beside it; those of one that is refused are not read. */
async function checkBrand(
  { file, problems }: PolicyFolder["facts"]["brand"]["files"][number],
  { facts }: PolicyFolder,
): Promise<Checked> {
  const brand = Object.values(facts.brand.rules).find(({ id }) => basename(file) === `${id}.yaml`);
  if (problems.length > 0 || brand === undefined) return { files: [file], problems, warnings: [] };
  const cases = await readBrandCases(file, brand);
  if (cases === undefined) return { files: [file], problems: [noCases(file)], warnings: [] };
  const wrong = cases.loaded.kind === "refused" ? cases.loaded.problems : [];
  return { files: [file, cases.file], problems: wrong, warnings: [] };
}

async function checkShared(path: string): Promise<Checked> {
  const { file, ...found } = await readSharedFile(path);
  return { files: [file], ...found };
}

/** The cases of a policy that is refused are not read: they are checked against what it declares. */
async function checkEntry(entry: PolicyEntry): Promise<Checked> {
  const { file, loaded } = entry;
  if (loaded.kind === "refused") return { files: [file], problems: loaded.problems, warnings: [] };
  const { warnings } = loaded;
  const cases = await readCases(entry, loaded.policy);
  if (cases === undefined) return { files: [file], problems: [noCases(file)], warnings };
  const problems = cases.loaded.kind === "refused" ? cases.loaded.problems : [];
  return { files: [file, cases.file], problems, warnings };
}
