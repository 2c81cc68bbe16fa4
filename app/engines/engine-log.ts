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

/** What was written to the log after `mark`, at most its last 4,000 bytes. */
export function readSince(file: string, mark: number): string {
  const size = logMark(file);
  const from = Math.max(mark, size - 4_000);
  if (size <= from) return "";
  const buffer = Buffer.alloc(size - from);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, buffer, 0, buffer.length, from);
  } finally {
    closeSync(descriptor);
  }
  return buffer.toString("utf8").trim();
}
