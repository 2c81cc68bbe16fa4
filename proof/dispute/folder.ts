import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Dispute } from "./dispute.ts";
import { goCheck } from "./go-check.ts";
import { disputePage } from "./page/page.ts";
import { readmeText, type FolderMade } from "./readme.ts";

/** One file of the folder, by its path from there. */
export type DisputeFile = { readonly path: string; readonly text: string };

/** Everything of the folder but its bundle. `caseFile` is the case as its reader may have it. */
export function disputeFiles(dispute: Dispute, caseFile: object, made: FolderMade): readonly DisputeFile[] {
  return [
    { path: "index.html", text: disputePage(dispute) },
    { path: "README.txt", text: readmeText(dispute, made) },
    { path: "case.json", text: `${JSON.stringify(caseFile, null, 2)}\n` },
    { path: "check/main.go", text: goCheck },
  ];
}

/** Writes the files and answers their paths. An existing file is never overwritten. */
export async function writeFiles(folder: string, files: readonly DisputeFile[]): Promise<readonly string[]> {
  for (const { path, text } of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text, { flag: "wx" });
  }
  return files.map(({ path }) => path);
}
