import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Writes a file (0600) whole or not at all, and returns once a power failure cannot take it back: the bytes, then the
 * name, are forced to disk. It blocks; callers rely on nothing of theirs running in between.
 */
export function writeDurably(path: string, text: string): void {
  const fresh = `${path}.${process.pid}.tmp`;
  const file = openSync(fresh, "w", 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
  syncFolder(dirname(path));
}

/** Makes a rename last. Windows opens no folders; there the file system orders it. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
