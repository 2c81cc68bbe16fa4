import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { isPolicyId, POLICY_ID_FIX } from "../domain/policy-id.ts";
import { governedActions } from "../functions/governed-actions.ts";
import { governedCatalogue, type Catalogue } from "../guardrails/fact-types.ts";
import { loadFacts } from "../guardrails/load/facts.ts";
import type { Nameable } from "../guardrails/load/policy.ts";
import type { Problem } from "../guardrails/problem.ts";
import { readBrandFiles, type FolderBrand } from "./brand-files.ts";
import { foundIn, readSharedLimits, type FolderShared, type Found } from "./shared-limits.ts";

/** `loans.facts.yaml`, or `loans.facts.json` as JSON Schema: the facts of the policy beside it. */
const factsName = /^(.+)\.facts\.(?:yaml|json)$/;

/** A policy's own file, such as `renewals.price.yaml`; those of its cases and facts have a longer ending. */
export function isPolicyName(name: string): boolean {
  return /^[^.]+(?:\.(?!(?:test|facts)\.)[^.]+)?\.yaml$/.test(name);
}

/**
 * What the policies of a folder may name: the facts of our own governed actions, those it declares itself, and the limits
 * that several of them share, and what texts are held against.
 */
export type FolderCatalogue = {
  readonly catalogue: Catalogue;
  readonly shared: FolderShared;
  /** The texts of the CSV files that tables may be kept in, by name. */
  readonly tables: { readonly [file: string]: string };
  readonly brand: FolderBrand;
  /** What declares facts here, with what is wrong in it. */
  readonly files: readonly (Found & { readonly id: string; readonly file: string })[];
};

/** What a policy of the folder may name beside its facts. */
export function nameableIn({ shared: { limits, roles, lists }, brand, tables }: FolderCatalogue): Nameable {
  return { shared: limits, roles, lists, brand: brand.rules, tables };
}

/** Reads the facts files, the shared limits and the brand files of a folder. `shown` is how messages call a path. Rejects when the folder cannot be read. */
export async function readCatalogue(
  folder: string,
  shown: (path: string) => string = (path) => path,
): Promise<FolderCatalogue> {
  const governed = governedCatalogue();
  const catalogue: { [id: string]: Catalogue[string] } = { ...governed };
  const files: FolderCatalogue["files"][number][] = [];
  const present = (await readdir(folder)).toSorted();
  const names = present.filter((name) => factsName.test(name));
  for (const name of names) {
    const id = factsName.exec(name)?.[1] ?? "";
    const file = shown(join(folder, name));
    const loaded = loadFacts(file, await readFile(join(folder, name)));
    const misplaced = whyNotHere(id, file, files.find((known) => known.id === id)?.file);
    const found = foundIn(loaded);
    const problems = [...misplaced, ...found.problems];
    files.push({ id, file, problems, warnings: found.warnings });
    if (loaded.kind === "loaded" && problems.length === 0) catalogue[id] = loaded.facts;
  }
  const tables = present
    .filter((name) => name.endsWith(".csv"))
    .map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const);
  const [shared, brand] = [await readSharedLimits(folder, shown), await readBrandFiles(folder, shown)];
  return {
    catalogue,
    files,
    shared,
    brand,
    tables: Object.fromEntries(await Promise.all(tables)),
  };
}

/** A name that no policy may have, or facts that are declared already. */
function whyNotHere(id: string, file: string, other: string | undefined): readonly Problem[] {
  const start = { file, line: 1, column: 1 };
  if (Object.hasOwn(governedActions, id)) {
    return [{ ...start, message: `the facts of \`${id}\` are declared in code`, fix: "remove this file" }];
  }
  if (!isPolicyId(id)) {
    return [{ ...start, message: `\`${id}\` is no policy's id`, fix: POLICY_ID_FIX }];
  }
  return other === undefined ? [] : [{ ...start, message: `\`${other}\` declares these facts too`, fix: "keep one" }];
}

/** What is wrong with the facts of one policy; a policy whose facts are refused is refused with them. */
export function factProblems({ files }: FolderCatalogue, id: string): readonly Problem[] {
  return files.filter((known) => known.id === id).flatMap(({ problems }) => problems);
}
