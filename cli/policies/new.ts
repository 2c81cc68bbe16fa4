import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { isPolicyId, POLICY_ID_FIX } from "../../domain/policy-id.ts";
import type { FactType } from "../../guardrails/fact-types.ts";
import { loadFacts } from "../../guardrails/load/facts.ts";
import { formatProblem, type Problem } from "../../guardrails/problem.ts";
import { factProblems, type FolderCatalogue } from "../../deciding/catalogue.ts";
import type { Answer } from "../answer.ts";
import { operand, type Call } from "../command.ts";
import { CliFailure, failure } from "../failure.ts";
import { casesFileOf, readFolder } from "./folder.ts";
import { factsScaffold, policyScaffold } from "./scaffold.ts";

export type NewOptions = { readonly facts?: string };

type Draft = { readonly file: string; readonly text: string };

/** `mandate policy new ID [--facts FILE]`: a policy, its cases and its facts, sound as they are. Overwrites nothing. */
export async function create({ args, options }: Call<NewOptions>): Promise<Answer> {
  const id = operand(args);
  if (!isPolicyId(id)) {
    throw failure("usage", "not-a-policy-id", `\`${id}\` is no policy's id`, POLICY_ID_FIX);
  }
  const folder = await readFolder(options);
  const own = factsThere(folder.facts, id);
  if (own !== undefined && options.facts !== undefined) {
    throw failure("usage", "facts-there", `the facts of \`${id}\` are declared already`, "leave --facts out");
  }
  const declared = own ? undefined : await factsFor(id, folder.path, options.facts);
  const facts = own ?? factsIn(declared);
  const scaffold = policyScaffold(id, facts);
  if (scaffold === undefined) {
    const fix = "declare one that is an amount, a boolean or a choice of two, and not optional";
    throw failure("usage", "nothing-to-turn-on", "no rule can turn on these facts", fix);
  }
  const file = join(folder.path, `${id}.yaml`);
  const drafts = [
    ...(declared === undefined ? [] : [declared]),
    { file, text: scaffold.policy },
    { file: casesFileOf(file), text: scaffold.cases },
  ];
  await writeAll(drafts);
  const files = drafts.map((draft) => draft.file);
  return {
    data: { id, files },
    text: `Wrote ${files.join(", ")}.\n`,
    next: [`policy check ${id}`, `policy test ${id}`, `policy show ${id}`],
  };
}

/** The facts of our own action, or of the file that stands in the folder. Throws `CliFailure` when that is refused. */
function factsThere(known: FolderCatalogue, id: string): readonly FactType[] | undefined {
  const problems = factProblems(known, id);
  if (problems.length > 0) throw refused(`the facts of \`${id}\` are refused`, problems);
  return Object.hasOwn(known.catalogue, id) ? known.catalogue[id] : undefined;
}

function refused(detail: string, problems: readonly Problem[]): CliFailure {
  const errors = problems.map((problem) => ({ pointer: problem.file, detail: formatProblem(problem) }));
  const { problem } = failure("problemsFound", "facts-refused", detail, "see each problem's place");
  return new CliFailure("problemsFound", { ...problem, errors });
}

/** The facts file as it will stand beside the policy: the given one under the policy's name, or one to begin with. */
async function factsFor(id: string, folder: string, given: string | undefined): Promise<Draft> {
  if (given === undefined) return { file: join(folder, `${id}.facts.yaml`), text: factsScaffold(id) };
  const text = await readFile(given).catch((error: Error) => {
    throw failure("notFound", "no-such-file", `${given} cannot be read: ${error.message}`);
  });
  const extension = extname(given);
  if (extension !== ".yaml" && extension !== ".json") {
    const fix = "give a .yaml file, or JSON Schema in a .json file";
    throw failure("usage", "not-a-facts-file", `${basename(given)} is neither YAML nor JSON`, fix);
  }
  const loaded = loadFacts(given, text);
  if (loaded.kind === "loaded") return { file: join(folder, `${id}.facts${extension}`), text: text.toString("utf8") };
  throw refused(`${given} is refused`, loaded.problems);
}

function factsIn(draft: Draft | undefined): readonly FactType[] {
  const loaded = draft && loadFacts(draft.file, draft.text);
  return loaded?.kind === "loaded" ? loaded.facts : [];
}

/** All or nothing, as far as what stands there already goes. */
async function writeAll(drafts: readonly Draft[]): Promise<void> {
  for (const { file } of drafts) {
    if (!existsSync(file)) continue;
    throw failure("conflict", "already-there", `${file} is there already`, "choose another id, or edit that file");
  }
  for (const { file, text } of drafts) await writeFile(file, text, { flag: "wx" });
}
