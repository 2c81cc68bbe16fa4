import { readFile, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { digestOf } from "../audit/digest.ts";
import { loadShared } from "../guardrails/load/shared-file.ts";
import type { Problem } from "../guardrails/problem.ts";
import { sharedDocument, type SharedLimits } from "../guardrails/shared.ts";

/** The folder within the policies' that holds what several of them name. */
export const SHARED = "shared";

/** The shared limits of a folder that are sound, and every file there with what is wrong in it. */
export type FolderShared = {
  readonly limits: SharedLimits;
  readonly files: readonly { readonly file: string; readonly problems: readonly Problem[] }[];
};

/** Reads `shared/<id>.yaml` of a policies' folder; no such folder holds none. `shown` is how messages call a path. */
export async function readSharedLimits(folder: string, shown: (path: string) => string): Promise<FolderShared> {
  const names = await readdir(join(folder, SHARED)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const limits: { [id: string]: SharedLimits[string] } = {};
  const files: FolderShared["files"][number][] = [];
  for (const name of names.filter((each) => each.endsWith(".yaml")).toSorted()) {
    const path = join(folder, SHARED, name);
    const loaded = loadShared(shown(path), await readFile(path, "utf8"));
    files.push({ file: shown(path), problems: loaded.kind === "refused" ? loaded.problems : [] });
    if (loaded.kind === "refused") continue;
    const { limit } = loaded;
    limits[basename(name, ".yaml")] = { limit, version: digestOf(sharedDocument(limit)) };
  }
  return { limits, files };
}
