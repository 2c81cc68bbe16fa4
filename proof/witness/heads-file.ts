import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { digestOf } from "../../audit/digest.ts";
import { parseCheckpoint } from "../log/checkpoint.ts";
import { parseNote } from "../log/note.ts";
import type { Head } from "./judge.ts";
import { writeDurably } from "./durable-file.ts";
import { WitnessError } from "./witness-error.ts";

/** A head with the note that shows it: the checkpoint with the log's signatures and the witness's own. */
export type KeptHead = Head & { readonly note: string };
/** The latest head of each origin. */
export type Heads = ReadonlyMap<string, KeptHead>;

/** Notes by origin. `digest` (SHA-256 over the canonical JSON of the rest) tells a whole file from a mended one. */
const File = z.strictObject({
  version: z.literal(1),
  witness: z.string(),
  logs: z.record(z.string(), z.string()),
  digest: z.string(),
});

export function headsFileOf(home: string): string {
  return join(home, "heads.json");
}

/**
 * What a witness remembers, or undefined when it has no file. Throws `WitnessError` (`WITNESS_HEADS_UNREADABLE`) for a
 * file that is not exactly what was written, or that another witness wrote: a witness that forgets a head could cosign a
 * fork of it.
 */
export function readHeads(home: string, witness: string): Heads | undefined {
  const path = headsFileOf(home);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return headsOf(text, witness);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new WitnessError(
      "WITNESS_HEADS_UNREADABLE",
      `${path} is not what the witness \`${witness}\` wrote (${why}); restore it from a copy no older than its last ` +
        "cosignature, or start a witness with a new name, key and home",
      { cause: error },
    );
  }
}

/** The same of a witness that must have one. Throws `WitnessError` also when it has none (`WITNESS_HEADS_MISSING`). */
export function requireHeads(home: string, witness: string): Heads {
  const heads = readHeads(home, witness);
  if (heads !== undefined) return heads;
  throw new WitnessError(
    "WITNESS_HEADS_MISSING",
    `${headsFileOf(home)} is gone: a witness that forgot its heads may not go on under its key; restore the file from ` +
      "a copy no older than its last cosignature, or start a witness with a new name, key and home",
  );
}

/** Replaces the file in one durable step. */
export function writeHeads(home: string, witness: string, heads: Heads): void {
  const logs = Object.fromEntries([...heads].map(([origin, { note }]) => [origin, note]));
  const words = { version: 1, witness, logs } as const;
  writeDurably(headsFileOf(home), `${JSON.stringify({ ...words, digest: digestOf(words) }, null, 2)}\n`);
}

function headsOf(text: string, witness: string): Heads {
  const { digest, ...words } = File.parse(JSON.parse(text));
  if (digestOf(words) !== digest) throw new Error("its digest does not match its content");
  if (words.witness !== witness) throw new Error(`it belongs to the witness \`${words.witness}\``);
  return new Map(Object.entries(words.logs).map(([origin, note]) => [origin, headOf(origin, note)]));
}

function headOf(origin: string, note: string): KeptHead {
  const checkpoint = parseCheckpoint(parseNote(note).text);
  if (checkpoint.origin !== origin) throw new Error(`the head of \`${origin}\` is of \`${checkpoint.origin}\``);
  return { size: checkpoint.size, rootHash: checkpoint.rootHash, note };
}
