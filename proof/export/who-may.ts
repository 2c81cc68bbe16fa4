import type { Selection } from "../bundle/manifest.ts";

/** Roles that answer for the whole programme: they see all of a company's records at once. */
const wholeCompany: readonly string[] = ["auditor", "ops-engineer", "regional-director"];
/** Roles that a partner talks to. */
const withPartners: readonly string[] = [...wholeCompany, "partner-manager"];

/** The roles that may export; undefined: everybody known here, who can read single cases anyway. */
export function exportersOf(
  selection: Selection,
  { company, reader }: { readonly company: string; readonly reader: string },
): readonly string[] | undefined {
  if (reader !== company) return withPartners;
  return selection.kind === "case" ? undefined : wholeCompany;
}
