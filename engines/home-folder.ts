import { chmodSync, existsSync, lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Makes the folder that holds everything of one installation (`.mandate/`) and its `logs/`.
 * As root it is 0711, so that the database's own user may pass through it without listing it; otherwise 0700.
 * An existing folder keeps its mode.
 */
export function prepareHome(home: string): void {
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  ensureFolder(home, mode);
  ensureFolder(join(home, "logs"), 0o700);
}

/** Makes a folder with exactly this mode (the umask does not count); an existing one is left as it is. */
export function ensureFolder(path: string, mode: number): void {
  if (existsSync(path)) return;
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
}

/** Why a folder may not be trusted as ours, or undefined: it must be a real folder that `uid` (or root) owns. */
export function distrustOf(path: string, uid: number | undefined): string | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return `${path} does not exist`;
  if (!stat.isDirectory()) return `${path} is not a folder`;
  if (uid !== undefined && stat.uid !== uid && stat.uid !== 0) return `${path} belongs to user id ${stat.uid}`;
  if ((stat.mode & 0o002) !== 0) return `${path} may be written by everyone`;
  return undefined;
}
