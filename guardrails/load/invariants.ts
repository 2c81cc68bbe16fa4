import { z } from "zod";
import type { Invariant } from "../policy.ts";
import { readCondition } from "./condition.ts";
import { Slug } from "./names.ts";
import { itemsAt, readMap } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import type { Vocabulary } from "./vocabulary.ts";

const verdict = z.enum(["execute", "escalate", "block"]).optional().describe("`execute`, `escalate` or `block`");

const InvariantFields = z.strictObject({ id: Slug, never: verdict, always: verdict, when: z.unknown().optional() });

function readInvariant(reader: Reader, path: Path, value: unknown, vocabulary: Vocabulary): Invariant | undefined {
  const fields = readMap(reader, path, value, InvariantFields);
  const condition = typeof value === "object" && value !== null && "when" in value ? value.when : undefined;
  const when = readCondition(reader, [...path, "when"], condition, vocabulary);
  if (fields === undefined) return undefined;
  const { id, never, always } = fields;
  if ((never === undefined) === (always === undefined)) {
    const fix = "write `never: execute`, or `always: block`";
    reader.report(path, "an invariant needs one of `never` and `always`", fix);
    return undefined;
  }
  if (when === undefined) return undefined;
  if (never !== undefined) return { id, when, never };
  return always === undefined ? undefined : { id, when, always };
}

/** What must hold of every request, in file order. */
export function readInvariants(reader: Reader, value: unknown, vocabulary: Vocabulary): readonly Invariant[] {
  if (value === undefined) return [];
  const items = itemsAt(reader, ["invariants"], value, "write invariants with `id`, `never` or `always`, and `when`");
  return items.flatMap((item, index) => readInvariant(reader, ["invariants", index], item, vocabulary) ?? []);
}
