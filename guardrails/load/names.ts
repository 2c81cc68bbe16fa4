import { z } from "zod";
import { shown } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";

/** The id of a rule, a limit, an override or an invariant. */
export const Slug = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/)
  .describe("a name in lower case letters, digits and `-`");

/** A sentence for people, kept with the decision. */
export const Sentence = z.string().min(1).max(300);

/** Names the guardrail gives to what it adds itself; `base` is where a parameter stands that no override set. */
const reserved = /^(compliance-review|runtime-error|mode-|default|base$)/;

export function checkReserved(reader: Reader, path: Path, id: string): void {
  if (reserved.test(id)) reader.report(path, `\`${id}\` is a name the guardrail gives itself`, "choose another name");
}

/** The sections of a file as they stand in it. */
export type Written = { readonly [section: string]: unknown };

/** A section of the file whose entries have an `id`, and what one of them is called. */
type Section = { readonly key: string; readonly noun: string };

/** What each entry is called, and under which key: a limit that names a shared one has that one's id. */
function idsIn(value: unknown): readonly { readonly field: "id" | "shared"; readonly id: unknown }[] {
  if (!Array.isArray(value)) return [];
  return value.map((item: unknown) => {
    const entry: { readonly id?: unknown; readonly shared?: unknown } = typeof item === "object" ? { ...item } : {};
    return "shared" in entry ? { field: "shared", id: entry.shared } : { field: "id", id: entry.id };
  });
}

/** Notes every id that an entry of one of the sections has already. All of them may appear in one decision. */
export function checkUnique(reader: Reader, written: Written, sections: readonly Section[]): void {
  const owners = new Map<unknown, string>();
  for (const { key, noun } of sections) {
    for (const [index, { field, id }] of idsIn(written[key]).entries()) {
      const owner = owners.get(id);
      if (id !== undefined) owners.set(id, noun);
      if (owner === undefined) continue;
      const said = owner === noun ? "is declared twice" : `has the id of a ${owner}`;
      const names = owner === noun ? noun : `${owner} and each ${noun}`;
      reader.report([key, index, field], `${noun} ${shown(id)} ${said}`, `give each ${names} its own name`);
    }
  }
}
