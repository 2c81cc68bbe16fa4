import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { BrandFiles } from "../guardrails/brand/combine.ts";
import { loadBrand } from "../guardrails/brand/file.ts";
import type { Problem } from "../guardrails/problem.ts";

/** The folder within the policies' that holds what texts to people are held against. */
export const BRAND = "brand";

/** The brand files of a folder that are sound, and every file there with what is wrong in it. */
export type FolderBrand = {
  readonly rules: BrandFiles;
  readonly files: readonly { readonly file: string; readonly problems: readonly Problem[] }[];
};

/** Reads `brand/<id>.yaml` of a policies' folder, but not their cases; no such folder holds none. `shown` is how messages call a path. */
export async function readBrandFiles(folder: string, shown: (path: string) => string): Promise<FolderBrand> {
  const names = await readdir(join(folder, BRAND)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const rules: { [id: string]: BrandFiles[string] } = {};
  const files: FolderBrand["files"][number][] = [];
  for (const name of names.filter((each) => /^[^.]+\.yaml$/.test(each)).toSorted()) {
    const path = join(folder, BRAND, name);
    const loaded = loadBrand(shown(path), await readFile(path));
    files.push({ file: shown(path), problems: loaded.kind === "refused" ? loaded.problems : [] });
    if (loaded.kind === "loaded") rules[loaded.file.id] = loaded.file;
  }
  return { rules, files };
}
