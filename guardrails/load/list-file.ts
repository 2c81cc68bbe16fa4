import { z } from "zod";
import { normalSteps } from "../../domain/normal-text.ts";
import { listed } from "../did-you-mean.ts";
import { frozen } from "../frozen.ts";
import { listKinds, normalOfKind, type NameList } from "../name-list.ts";
import type { Problem } from "../problem.ts";
import { Slug, checkReserved } from "./names.ts";
import { readMap, readerOf } from "./reader.ts";
import type { FileText } from "./written-text.ts";

/** The ending of a file in `shared/` that declares a list. */
export const LIST_FILE = ".list.yaml";

export type LoadedList =
  | { readonly kind: "loaded"; readonly list: NameList; readonly warnings: readonly Problem[] }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

const ListFields = z.strictObject({
  list: Slug,
  about: z.string().min(1).describe("what is on it and why, as a sentence"),
  of: z.enum(listKinds).describe(`one of ${listed(listKinds)}: what its names are`),
  normal: z
    .array(z.enum(normalSteps))
    .min(1)
    .optional()
    .describe(`some of ${listed(normalSteps)}, such as \`normal: [trim, case]\`: spellings that are one`),
});

/**
 * Reads the file that declares a list: what its names are, and nothing of what it holds. Gives every problem in the file in its
 * order; never throws for what the text says. `file` is for messages, and its name must be the list's.
 */
export function loadList(file: string, text: FileText): LoadedList {
  const reader = readerOf(file, text);
  const fields = reader.value === undefined ? undefined : readMap(reader, [], reader.value, ListFields);
  if (fields === undefined) return { kind: "refused", problems: reader.problems() };
  const { list: id, of, normal } = fields;
  checkReserved(reader, ["list"], id);
  if (file.split(/[/\\]/).at(-1) !== `${id}${LIST_FILE}`) {
    reader.report(["list"], `list \`${id}\` is kept in another file`, `name the file \`${id}${LIST_FILE}\``);
  }
  if (of === "text" && normal === undefined) {
    reader.report([], "`normal` is missing", "say how its texts are spelled, such as `normal: [trim, case, nfkc]`");
  }
  if (of !== "text" && normal !== undefined) {
    reader.reportKey([], "normal", `how a ${of} is spelled is known`, "remove it, or write `of: text`");
  }
  const problems = reader.problems();
  if (problems.length > 0) return { kind: "refused", problems };
  const steps = of === "text" ? normalSteps.filter((step) => normal?.includes(step) === true) : normalOfKind[of];
  return { kind: "loaded", list: frozen({ id, of, normal: steps }), warnings: reader.warnings() };
}
