import { readFile, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { digestOf } from "../audit/digest.ts";
import { roles as programmeRoles } from "../domain/roles.ts";
import { LIST_FILE, loadList } from "../guardrails/load/list-file.ts";
import { loadRoles, ROLES_FILE } from "../guardrails/load/roles-file.ts";
import { loadShared } from "../guardrails/load/shared-file.ts";
import type { NameLists } from "../guardrails/name-list.ts";
import type { Problem } from "../guardrails/problem.ts";
import { sharedDocument, type SharedLimits } from "../guardrails/shared.ts";

/** The folder within the policies' that holds what several of them name. */
export const SHARED = "shared";

/** What policies of a folder share: the limits that are sound, who may be asked, and every file there with what is wrong in it. */
export type FolderShared = {
  readonly limits: SharedLimits;
  readonly roles: readonly string[];
  /** The lists that are declared soundly; what they hold stands elsewhere. */
  readonly lists: NameLists;
  readonly files: readonly (Found & { readonly file: string })[];
};

/** What is wrong in a file, and what is taken there and may not be what was meant. */
export type Found = { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/** What was found in a file that was loaded or refused. */
export function foundIn(
  loaded:
    | { readonly kind: "loaded"; readonly warnings: readonly Problem[] }
    | { readonly kind: "refused"; readonly problems: readonly Problem[] },
): Found {
  return loaded.kind === "refused"
    ? { problems: loaded.problems, warnings: [] }
    : { problems: [], warnings: loaded.warnings };
}

/** Reads `shared/<id>.yaml` and `shared/roles.yaml` of a policies' folder; no such folder holds none, and the programme's roles. `shown` is how messages call a path. */
export async function readSharedLimits(folder: string, shown: (path: string) => string): Promise<FolderShared> {
  const names = await readdir(join(folder, SHARED)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const limits: { [id: string]: SharedLimits[string] } = {};
  const lists: { [id: string]: NameLists[string] } = {};
  let roles: readonly string[] = programmeRoles;
  const files: FolderShared["files"][number][] = [];
  for (const name of names.filter((each) => each.endsWith(".yaml")).toSorted()) {
    const path = join(folder, SHARED, name);
    if (name === ROLES_FILE) {
      const declared = loadRoles(shown(path), await readFile(path));
      files.push({ file: shown(path), problems: declared.problems, warnings: [] });
      ({ roles } = declared);
      continue;
    }
    if (name.endsWith(LIST_FILE)) {
      const declared = loadList(shown(path), await readFile(path));
      files.push({ file: shown(path), ...foundIn(declared) });
      if (declared.kind === "loaded") lists[declared.list.id] = declared.list;
      continue;
    }
    const loaded = loadShared(shown(path), await readFile(path));
    files.push({ file: shown(path), ...foundIn(loaded) });
    if (loaded.kind === "refused") continue;
    const { limit } = loaded;
    limits[basename(name, ".yaml")] = { limit, version: digestOf(sharedDocument(limit)) };
  }
  return { limits, roles, lists, files };
}
