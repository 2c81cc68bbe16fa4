import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseCheckpoint, type Checkpoint } from "../log/checkpoint.ts";
import { NoteError } from "../log/note-error.ts";
import { verifierOf } from "../log/note-keys.ts";
import { openNote } from "../log/note.ts";
import { writeDurably } from "../witness/durable-file.ts";
import { SinkError } from "./sink.ts";

/** One line of a checkpoint file, JSON: a C2SP signed note, and its size for those who search. */
const Line = z.strictObject({ size: z.int(), note: z.string() });

/** The last entry is looked for in this many bytes; one takes about 300. */
const TAIL_BYTES = 65_536;

/** Where the file of a log lies: under a name that any file system takes. */
export function checkpointFileOf(folder: string, log: string): string {
  return join(folder, `${encodeURIComponent(log)}.jsonl`);
}

/**
 * The last checkpoint in a file, checked to be signed by the log's key; undefined when there is no file or no entry yet.
 * What a power failure cut off in mid-write is passed over: it never counted. Throws `SinkError` (`SINK_UNREADABLE`).
 */
export function lastCheckpoint(path: string, vkey: string): Checkpoint | undefined {
  const lines = existsSync(path) ? tailOf(path).split("\n") : [""];
  const entry = lines.findLast(isJson);
  if (entry === undefined) {
    if (lines.length === 1) return undefined;
    throw unreadable(path, "no line of it is an entry");
  }
  const parsed = Line.safeParse(JSON.parse(entry));
  if (!parsed.success) throw unreadable(path, "its last line is no entry");
  try {
    return parseCheckpoint(openNote(parsed.data.note, [verifierOf(vkey)]).text);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw unreadable(path, `its last checkpoint is not one of \`${vkey}\`: ${error.message}`);
  }
}

/** Adds an entry, and returns once a power failure cannot take it back. */
export function appendCheckpoint(path: string, size: number, note: string): void {
  if (!existsSync(path)) writeDurably(path, "");
  const file = openSync(path, "a+", 0o600);
  try {
    const start = endsInALine(file) ? "" : "\n";
    writeSync(file, `${start}${JSON.stringify({ size, note } satisfies z.infer<typeof Line>)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function endsInALine(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size === 0 || (readSync(file, last, 0, 1, size - 1) === 1 && last.toString() === "\n");
}

/** The end of a file, from a line's start. */
function tailOf(path: string): string {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const text = bytes.toString("utf8");
    return size > TAIL_BYTES ? text.slice(text.indexOf("\n") + 1) : text;
  } finally {
    closeSync(file);
  }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function unreadable(path: string, what: string): SinkError {
  return new SinkError("SINK_UNREADABLE", `${path} cannot be gone on from: ${what}`);
}
