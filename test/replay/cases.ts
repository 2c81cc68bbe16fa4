import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { CaseFile } from "../../audit/case-file.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";

/** Where recorded cases are kept: one file per case, and what they share, once. */
export const casesFolder = join(import.meta.dirname, "cases");
export const SHARED = "shared.json";

/** What recorded cases have in common: policies by name and version, and the prompts that turns cite. */
export type Shared = { readonly policies: CaseFile["policies"]; readonly prompts: readonly AuditRecord[] };

export function readShared(): Shared {
  return JSON.parse(readFileSync(join(casesFolder, SHARED), "utf8")) as Shared;
}

/** The names of the recorded cases. */
export function caseNames(): readonly string[] {
  const files = readdirSync(casesFolder).filter((name) => name.endsWith(".json") && name !== SHARED);
  return files.map((name) => name.replace(/\.json$/, "")).toSorted();
}

export function readCase(name: string): readonly AuditRecord[] {
  return JSON.parse(readFileSync(join(casesFolder, `${name}.json`), "utf8")) as readonly AuditRecord[];
}
