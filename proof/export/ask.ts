import { openBundle, type Bundle } from "../bundle/bundle.ts";
import type { Selection } from "../bundle/manifest.ts";
import type { BundleRefusal } from "../bundle/plan.ts";
import type { LedgerPool } from "../../audit/records.ts";
import type { BundleKeys } from "./keys.ts";
import { exportersOf } from "./who-may.ts";

/** Who asks a company's records for whom. `role`: of the person that asks. */
export type BundleAsked = {
  readonly company: string;
  readonly reader: string;
  readonly selection: Selection;
  readonly role: string;
  /** ISO 8601. */
  readonly at: string;
};

/** Why nothing is exported; `wrong-role` is said to the person, the rest is about the records. */
export type ExportRefused = Omit<BundleRefusal, "code"> & { readonly code: BundleRefusal["code"] | "wrong-role" };

/** A bundle for a person whose role may have it. Close it, or read it to its end. */
export async function askBundle(
  pool: LedgerPool,
  keys: BundleKeys,
  asked: BundleAsked,
): Promise<Bundle | ExportRefused> {
  const { company, reader, selection, role, at } = asked;
  const roles = exportersOf(selection, { company, reader });
  if (roles !== undefined && !roles.includes(role)) {
    return { kind: "refused", code: "wrong-role", detail: `needs ${roles.join(" or ")}, not ${role}` };
  }
  return openBundle(pool, { company, reader, selection, exportedAt: at, ...keys });
}
