import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, isAbsolute } from "node:path";
import { versioned } from "../../deciding/policies.ts";
import { dayAt } from "../../guardrails/cell.ts";
import { editText, type Edit } from "../../guardrails/draft/edit.ts";
import { readWords, type Unread } from "../../guardrails/draft/read.ts";
import { patchCases } from "../../guardrails/draft/sides.ts";
import { patchPolicy } from "../../guardrails/draft/write.ts";
import { unifiedDiff } from "../../guardrails/learn/patch.ts";
import { loadCases } from "../../guardrails/load/cases.ts";
import { parseDate } from "../../guardrails/literals.ts";
import type { Policy } from "../../guardrails/policy.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../command.ts";
import { CliFailure, failure } from "../failure.ts";
import { entryAt } from "./analysed.ts";
import { draftText, triedOf, type Drafted } from "./draft-text.ts";
import { casesFileOf, entryWith, neededText, readCases, readFolder, soundPolicy, type PolicyEntry } from "./folder.ts";

export type DraftOptions = { readonly policy?: string; readonly at?: string; readonly out?: string };

/** One reading of the words, of one policy. */
type Choice = { readonly entry: PolicyEntry; readonly policy: Policy; readonly edit: Edit };

/**
 * `mandate policy draft WORDS...`: a change as plain words say it, as a diff of the policy's file and its cases' that was
 * checked, tested, proved and compared. Nothing is applied; only `--out` writes, and never over a file. Exit 2 where the words
 * have no reading or several, 3 where the change fails a case, an invariant or `check`.
 */
export async function draft({ args, options }: Call<DraftOptions>): Promise<Answer> {
  const words = args.join(" ");
  const { at = new Date().toISOString(), out } = options;
  if (options.at !== undefined && parseDate(at) === undefined) {
    throw failure("usage", "not-a-day", `\`${at}\` is no day`, "give a day such as 2026-11-30");
  }
  if (out !== undefined && existsSync(out)) {
    throw failure("conflict", "already-there", `${out} is there already`, "name a new file with --out");
  }
  const entries =
    options.policy === undefined ? (await readFolder(options)).entries : [await entryAt(options, options.policy)];
  const drafted = await draftedFrom(options, only(readings(entries, words, at)), words);
  const tried = await triedOf(drafted);
  if (out !== undefined) await writeFile(out, drafted.patch, { flag: "wx" });
  return {
    data: {
      policy: drafted.before.policy.id,
      readBy: "fixed patterns",
      reading: drafted.reading,
      edit: drafted.edit,
      patch: drafted.patch,
      out: out ?? null,
      ...tried.data,
    },
    text: draftText(words, drafted, tried, out),
    next: out === undefined ? [] : [`policy diff in-force draft`],
    exit: tried.isSound ? "ok" : "problemsFound",
  };
}

/** Every reading of the words. Throws `CliFailure` (usage) naming what is not read, of the policy that reads most. */
function readings(entries: readonly PolicyEntry[], words: string, at: string): readonly Choice[] {
  const sound = entries.length === 1 ? entries : entries.filter(({ loaded }) => loaded.kind === "loaded");
  const read = sound.map((entry) => {
    const policy = soundPolicy(entry);
    const today = parseDate(at) === undefined ? dayAt(at, policy.timezone) : at;
    return { entry, policy, reading: readWords(policy, words, today) };
  });
  const choices = read.flatMap(({ entry, policy, reading }) =>
    reading.kind === "read" ? reading.edits.map((edit) => ({ entry, policy, edit })) : [],
  );
  if (choices.length > 0) return choices;
  const refused = read.flatMap(({ policy, reading }) =>
    reading.kind === "unread" ? [{ policy, unread: reading.unread }] : [],
  );
  const weight = ({ unread }: { readonly unread: readonly Unread[] }) =>
    unread.filter(({ word }) => word !== "").length;
  const least = Math.min(...refused.map(weight));
  throw notRead(refused.filter((one) => weight(one) === least));
}

/** Policies that are named one by one. */
const NAMED = 3;

function notRead(refused: readonly { readonly policy: Policy; readonly unread: readonly Unread[] }[]): CliFailure {
  const told = refused.flatMap(({ policy, unread }) =>
    unread.map(({ word, why }) => ({ policy: policy.id, detail: word === "" ? why : `\`${word}\`: ${why}` })),
  );
  const errors = [...new Set(told.map(({ detail }) => detail))].map((detail) => {
    const ids = told.filter((one) => one.detail === detail).map(({ policy }) => policy);
    const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : "";
    return { pointer: `${ids.slice(0, NAMED).join(", ")}${more}`, detail };
  });
  const fix =
    refused.length > 1
      ? "say it otherwise, or which policy is meant with --policy ID"
      : "say it otherwise, or write it by hand";
  const { problem } = failure("usage", "not-read", "the words are not read, and nothing is guessed", fix);
  return new CliFailure("usage", { ...problem, errors });
}

/** The only reading. Throws `CliFailure` (usage) with each of several. */
function only(choices: readonly Choice[]): Choice {
  const [first] = choices;
  if (first !== undefined && choices.length === 1) return first;
  const errors = choices.map(({ policy, edit }) => ({ pointer: policy.id, detail: editText(edit) }));
  const fix = "name the fact or the parameter in the words, or the policy with --policy ID";
  const { problem } = failure("usage", "several-readings", `the words have ${choices.length} readings`, fix);
  throw new CliFailure("usage", { ...problem, errors });
}

const NOT_LAID_OUT = "write its lists with a line or more for each entry: `mandate policy fmt`";

/** The reading as patched files. Throws `CliFailure` (problems found) where a file cannot take it, or `check` refuses what it becomes. */
async function draftedFrom(
  options: Call<DraftOptions>["options"],
  { entry, policy, edit }: Choice,
  words: string,
): Promise<Drafted> {
  const text = await neededText(entry.file);
  const patched = patchPolicy(policy, text, edit, words);
  if (patched === undefined)
    throw failure("problemsFound", "not-laid-out", `${entry.file} takes no entry`, NOT_LAID_OUT);
  const after = soundPolicy(await entryWith(options, entry.file, patched.text));
  const beside = await readCases(entry, policy);
  if (beside?.loaded.kind !== "loaded") {
    throw failure(
      "problemsFound",
      "no-cases",
      `${entry.file} has no sound cases beside it`,
      "see `mandate policy check`",
    );
  }
  const { base } = beside.loaded;
  const casesFile = casesFileOf(entry.file);
  const casesText = await neededText(casesFile);
  const withCases = patchCases({ policy: after, base, text: casesText }, edit, patched);
  if (withCases === undefined)
    throw failure("problemsFound", "not-laid-out", `${casesFile} takes no case`, NOT_LAID_OUT);
  const loaded = loadCases(casesFile, withCases.text, after);
  const diffs = [
    unifiedDiff(placeOf(entry.file), { before: text, after: patched.text }),
    ...(withCases.names.length === 0
      ? []
      : [unifiedDiff(placeOf(casesFile), { before: casesText, after: withCases.text })]),
  ];
  return {
    reading: editText(edit),
    edit,
    patch: diffs.join(""),
    before: versioned(policy),
    after: versioned(after),
    problems: loaded.kind === "refused" ? loaded.problems : [],
    cases: loaded.kind === "loaded" ? loaded.cases : [],
    added: withCases.names,
  };
}

/** A file within the project; one that lies elsewhere is patched in the folder that policies are kept in. */
function placeOf(file: string): string {
  return isAbsolute(file) || file.startsWith("..") ? `policies/${basename(file)}` : file;
}
