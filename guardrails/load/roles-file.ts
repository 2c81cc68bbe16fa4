import { z } from "zod";
import { roles as programmeRoles } from "../../domain/roles.ts";
import type { Problem } from "../problem.ts";
import { entriesAt, readMap, readerOf } from "./reader.ts";
import type { FileText } from "./written-text.ts";

/** The file of `shared/` that declares roles; every other one there is a limit's. */
export const ROLES_FILE = "roles.yaml";

/** The roles that a policy's routes may ask: the programme's, and those that the file declares. */
export type LoadedRoles = { readonly roles: readonly string[]; readonly problems: readonly Problem[] };

const Fields = z.strictObject({ roles: z.unknown().optional() });
const example = "write each role with who that is, such as `deal-desk: Prices deals that no partner manager may`";

/** Reads `shared/roles.yaml`. Roles with a mistake are left out; never throws for what the text says. */
export function loadRoles(file: string, text: FileText): LoadedRoles {
  const reader = readerOf(file, text);
  const fields = reader.value === undefined ? undefined : readMap(reader, [], reader.value, Fields);
  const entries = fields === undefined ? [] : entriesAt(reader, ["roles"], fields.roles, example);
  const declared = entries.flatMap(([name, about]) => {
    const fault = roleFault(name, about);
    if (fault === undefined) return [name];
    reader.reportKey(["roles"], name, fault, example);
    return [];
  });
  return { roles: [...programmeRoles, ...declared], problems: reader.problems() };
}

function roleFault(name: string, about: unknown): string | undefined {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(name)) return `\`${name}\` is not a role's name`;
  if (programmeRoles.some((known) => known === name)) return `\`${name}\` is a role of the programme already`;
  return typeof about === "string" && about.trim() !== "" ? undefined : `\`${name}\` does not say who that is`;
}
