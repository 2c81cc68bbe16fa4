import { closeSync, openSync, readSync, renameSync, statSync } from "node:fs";

const ROTATE_BYTES = 10 * 1024 * 1024;

/** Opens an engine's log for appending (0600) and returns the descriptor; a log over 10 MB is kept once as `.1`. */
export function openEngineLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > ROTATE_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, "a", 0o600);
}

/** The current length of the log in bytes: a mark from which `readSince` reads. */
export function logMark(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

const SHOWN_BYTES = 2_000;

/**
 * What was written to the log after `mark`: its first and its last 2,000 bytes. A program that panics says why first,
 * and then prints a long stack; one that refuses to start says why last.
 */
export function readSince(file: string, mark: number): string {
  const size = logMark(file);
  if (size <= mark) return "";
  const descriptor = openSync(file, "r");
  const read = (from: number, to: number): string => {
    const buffer = Buffer.alloc(to - from);
    readSync(descriptor, buffer, 0, buffer.length, from);
    return buffer.toString("utf8").trim();
  };
  try {
    if (size - mark <= 2 * SHOWN_BYTES) return read(mark, size);
    return `${read(mark, mark + SHOWN_BYTES)}\n[…]\n${read(size - SHOWN_BYTES, size)}`;
  } finally {
    closeSync(descriptor);
  }
}
