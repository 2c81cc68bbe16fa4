import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { governedActions } from "../../functions/governed-actions.ts";
import { didYouMean } from "../../guardrails/did-you-mean.ts";
import type { BrandRules } from "../../domain/brand/rules.ts";
import { loadBrandCases, type LoadedBrandCases } from "../../guardrails/brand/cases.ts";
import { combineBrand } from "../../guardrails/brand/combine.ts";
import type { BrandFile } from "../../guardrails/brand/file.ts";
import { loadCases, type LoadedCases } from "../../guardrails/load/cases.ts";
import { loadPolicy, type LoadedPolicy, type Naming } from "../../guardrails/load/policy.ts";
import { readerOf, type Reader } from "../../guardrails/load/reader.ts";
import { loadRoles, ROLES_FILE } from "../../guardrails/load/roles-file.ts";
import { loadShared } from "../../guardrails/load/shared-file.ts";
import type { Policy } from "../../guardrails/policy.ts";
import {
  factProblems,
  isPolicyName,
  nameableIn,
  readCatalogue,
  type FolderCatalogue,
} from "../../deciding/catalogue.ts";
import { foundIn, SHARED, type Found } from "../../deciding/shared-limits.ts";
import { CliFailure, failure } from "../failure.ts";
import type { Environment } from "../session.ts";

const CASES = ".test.yaml";

/** A policy file as it stands. `file` is for messages: relative to where the command runs, if it lies there. */
export type PolicyEntry = { readonly id: string; readonly file: string; readonly loaded: LoadedPolicy };

/** The policies as files. Ids are those of the files; nothing here is in force. */
export type PolicyFolder = {
  readonly path: string;
  readonly entries: readonly PolicyEntry[];
  /** Files with cases or facts that have no policy beside them. */
  readonly orphans: readonly string[];
  readonly facts: FolderCatalogue;
};

/** A path as messages call it: relative to where the command runs, if it lies there. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
}

/** The bytes of a file, or undefined when there is none. */
async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw failure("failure", "unreadable-file", `${shownPath(path)} cannot be read: ${message}`);
  }
}

/** The bytes of a file that must be there. Throws `CliFailure` (not found) when it is not. */
async function neededBytes(path: string): Promise<Uint8Array> {
  const bytes = await bytesOf(path);
  if (bytes === undefined) throw failure("notFound", "no-such-file", `there is no file ${shownPath(path)}`);
  return bytes;
}

/** A file of the folder that can say on which line each part stands. Throws `CliFailure` (not found) when it is not there. */
export async function placesIn(path: string): Promise<Pick<Reader, "value" | "lineOf">> {
  return readerOf(shownPath(path), await neededText(path));
}

/** The text of a file that must be there. Throws `CliFailure`: not found when it is not, usage when it is no UTF-8. */
export async function neededText(path: string): Promise<string> {
  const bytes = await neededBytes(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw failure("usage", "not-utf-8", `${shownPath(path)} is not UTF-8`, "save it as UTF-8");
  }
}

/** Reads one policy file by itself: see `catalogueFor`. Throws `CliFailure` (not found) when there is none. */
export async function readPolicyFile(options: Environment, path: string, naming?: Naming): Promise<PolicyEntry> {
  const text = await neededBytes(path);
  return entryFrom(path, text, await catalogueFor(options, dirname(path)), naming);
}

/** A policy file as it would stand with this text in place of its own. */
export async function entryWith(options: Environment, path: string, text: string): Promise<PolicyEntry> {
  return entryFrom(path, new TextEncoder().encode(text), await catalogueFor(options, dirname(path)), "any");
}

/** What a file may name: what its folder declares, then the configured folder's facts, and its limits where none is shared there. */
async function catalogueFor({ settings }: Environment, folder: string): Promise<FolderCatalogue> {
  const beside = await readCatalogue(folder, shownPath);
  const { policies } = await settings();
  if (resolve(policies) === resolve(folder)) return beside;
  const configured = await readCatalogue(policies, shownPath).catch(() => undefined);
  if (configured === undefined) return beside;
  return {
    ...beside,
    catalogue: { ...configured.catalogue, ...beside.catalogue },
    shared: beside.shared.files.length > 0 ? beside.shared : configured.shared,
    brand: beside.brand.files.length > 0 ? beside.brand : configured.brand,
  };
}

function entryFrom(path: string, text: Uint8Array, facts: FolderCatalogue, naming?: Naming): PolicyEntry {
  const [id, file] = [basename(path, ".yaml"), shownPath(path)];
  const problems = factProblems(facts, id);
  if (problems.length > 0) return { id, file, loaded: { kind: "refused", problems } };
  const loaded = loadPolicy(file, text, facts.catalogue, { ...nameableIn(facts), naming });
  if (loaded.kind === "refused") return { id, file, loaded };
  const ofFacts = facts.files.filter((declared) => declared.id === id).flatMap(({ warnings }) => warnings);
  return { id, file, loaded: { ...loaded, warnings: [...ofFacts, ...loaded.warnings] } };
}

/** Whether a command was given a file's path, and not a policy's id. */
export function isPolicyPath(given: string): boolean {
  return given.endsWith(".yaml") || /[/\\]/.test(given);
}

/** Whether a path is that of a file that policies share, by where it lies. */
export function isSharedFile(path: string): boolean {
  return basename(dirname(path)) === SHARED;
}

/** The file of a shared limit, or of roles, with what is wrong in it. Throws `CliFailure` (not found) when there is none. */
export async function readSharedFile(path: string): Promise<Found & { readonly file: string }> {
  const file = shownPath(path);
  const bytes = await neededBytes(path);
  if (basename(path) === ROLES_FILE) return { file, problems: loadRoles(file, bytes).problems, warnings: [] };
  const loaded = loadShared(file, bytes);
  return { file, ...foundIn(loaded) };
}

/** The cases beside a policy file, or undefined when there are none. */
export async function readCases(
  { file }: PolicyEntry,
  policy: Policy,
): Promise<{ readonly file: string; readonly loaded: LoadedCases } | undefined> {
  const cases = casesFileOf(file);
  const text = await bytesOf(cases);
  return text === undefined ? undefined : { file: cases, loaded: loadCases(cases, text, policy) };
}

/** The cases beside a brand file, or undefined when there are none. */
export async function readBrandCases(
  file: string,
  brand: BrandFile,
): Promise<{ readonly file: string; readonly loaded: LoadedBrandCases } | undefined> {
  const cases = casesFileOf(file);
  const text = await bytesOf(cases);
  return text === undefined ? undefined : { file: cases, loaded: loadBrandCases(cases, text, brand) };
}

/** What all brand files of a folder say together. Throws `CliFailure` (problems found) where they do not hold together. */
export function brandOf({ facts }: PolicyFolder): BrandRules {
  const { files, rules } = facts.brand;
  const combined = combineBrand(Object.values(rules));
  const sound = files.every(({ problems }) => problems.length === 0);
  if (sound && combined.kind === "combined") return combined.rules;
  const faults = combined.kind === "refused" ? combined.faults.map(({ message, fix }) => `${message}; ${fix}`) : [];
  const detail = sound ? faults.join(", ") : "a brand file is refused";
  throw failure("problemsFound", "brand-refused", detail, "see `mandate policy check`");
}

/** The file that holds a policy's cases. */
export function casesFileOf(policyFile: string): string {
  return join(dirname(policyFile), `${basename(policyFile, ".yaml")}${CASES}`);
}

/** The policy file that a file with cases or facts is for; any other path is its own. */
export function policyFileOf(path: string): string {
  return path.replace(/\.(?:test\.yaml|facts\.yaml|facts\.json)$/, ".yaml");
}

/** The names in the policies' folder. Throws `CliFailure` when there is none. */
async function namesIn(path: string): Promise<readonly string[]> {
  return readdir(path).catch((error: NodeJS.ErrnoException) => {
    const fix = "run it in the project's folder, or set MANDATE_POLICIES";
    throw failure("notFound", "no-policies", `the policies' folder cannot be read: ${error.message}`, fix);
  });
}

/** What policies of the configured folder may name; no policy is read for it. Throws `CliFailure` when there is no folder. */
export async function readFolderCatalogue({ settings }: Environment): Promise<FolderCatalogue> {
  const { policies: path } = await settings();
  await namesIn(path);
  return readCatalogue(path, shownPath);
}

/** Every policy of the configured folder, sorted by id, sound or not. Throws `CliFailure` when there is no folder. */
export async function readFolder({ settings }: Environment): Promise<PolicyFolder> {
  const { policies: path } = await settings();
  const names = await namesIn(path);
  const sorted = names.filter((name) => /\.(?:yaml|facts\.json)$/.test(name)).toSorted();
  const ids = sorted.filter(isPolicyName).map((name) => basename(name, ".yaml"));
  const files = ids.toSorted().map((id) => `${id}.yaml`);
  const orphans = sorted.filter((name) => !files.includes(policyFileOf(name)));
  const facts = await readCatalogue(path, shownPath);
  return {
    path: shownPath(path),
    facts,
    entries: await Promise.all(
      files.map(async (name) => entryFrom(join(path, name), await neededBytes(join(path, name)), facts)),
    ),
    orphans: orphans.map((name) => shownPath(join(path, name))),
  };
}

/** The entry by its id. Throws `CliFailure` (not found) with the ids there are. */
export function entryOf({ entries }: PolicyFolder, id: string): PolicyEntry {
  const entry = entries.find((known) => known.id === id);
  if (entry !== undefined) return entry;
  const ids = entries.map((known) => known.id);
  throw failure("notFound", "no-such-policy", `no policy \`${id}\``, didYouMean(id, ids));
}

/** The policy of an entry. Throws `CliFailure` (problems found) naming each problem's place. */
export function soundPolicy({ file, loaded }: PolicyEntry): Policy {
  if (loaded.kind === "loaded") return loaded.policy;
  const found = failure("problemsFound", "policy-refused", `${file} is refused`, "see `mandate policy check`");
  const errors = loaded.problems.map(({ line, column, message, fix }) => ({
    pointer: `${file}:${line}:${column}`,
    detail: `${message}; ${fix}`,
  }));
  throw new CliFailure("problemsFound", { ...found.problem, errors });
}

/** Governed actions that have no policy in the folder. */
export function actionsWithout({ entries }: PolicyFolder): readonly string[] {
  return Object.keys(governedActions).filter((id) => !entries.some((entry) => entry.id === id));
}
