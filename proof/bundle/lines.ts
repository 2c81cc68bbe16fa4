import { z } from "zod";
import type { Json } from "../../domain/json.ts";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { isCanonicalText } from "./canonical-text.ts";

const seq = z.int().nonnegative();

/** A line of a log's `entries.jsonl`: an entry's place and its exact text. */
export const EntryLine = z.strictObject({ seq, envelope: z.string() });

/** A line of `disclosures.jsonl`: what the reader may see of one record. */
export const DisclosureLine = z.strictObject({ log: z.string(), seq, disclosures: z.array(z.string()).min(1) });
export type DisclosureLine = z.infer<typeof DisclosureLine>;

/** A line of `erased.jsonl`: how many digests of a record can never be opened again, and the keys of the erasures' records. */
export const ErasedLine = z.strictObject({
  log: z.string(),
  seq,
  under: z.array(z.string()).min(1),
  digests: z.int().positive(),
});
export type ErasedLine = z.infer<typeof ErasedLine>;

export function writeLine(value: Json): string {
  return `${canonicalJson(value)}\n`;
}

/** A line without its newline. @throws SyntaxError for anything but what `writeLine` writes of such a value. */
export function readLine<T extends Json>(schema: z.ZodType<T>, line: string): T {
  const json = JSON.parse(line) as Json;
  const read = schema.safeParse(json);
  if (!read.success) throw new SyntaxError(`${read.error.issues[0]?.path.join(".")}: ${read.error.issues[0]?.message}`);
  if (!isCanonicalText(line, json)) throw new SyntaxError("it is not canonical JSON");
  return read.data;
}
