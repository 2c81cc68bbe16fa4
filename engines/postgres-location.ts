import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineError } from "./engine-error.ts";
import { distrustOf, ensureFolder } from "./home-folder.ts";
import { canReach, isRoot, type RunAs, unprivilegedUser } from "./postgres-user.ts";
import type { Progress } from "./progress.ts";

/** Where the database lives and who runs it. `folder` holds `data/` and, when its path is short enough, `socket/`. */
export type PostgresLocation = { readonly folder: string; readonly runAs: RunAs | undefined };

/** System folders that every user can pass through, for a home that the server's user cannot reach. */
export const systemFolders: readonly string[] =
  process.platform === "darwin" ? ["/var/db/mandate"] : ["/var/lib/mandate"];

/** A unix socket's path may have about 104 bytes; PostgreSQL adds `/.s.PGSQL.5432.lock` to its folder. */
const MAX_SOCKET_FOLDER_BYTES = 100 - "/.s.PGSQL.5432".length;

/**
 * Finds the database's folder: the one named in `<home>/postgres.location`, else `<home>/postgres`; on a first start
 * as root in a home that the server's user cannot reach, a system folder, which the location file then names.
 * @throws EngineError ENGINE_DATA_UNUSABLE when existing data is gone, unreachable or another user's.
 */
export async function locatePostgres(
  home: string,
  onProgress: Progress,
  systems: readonly string[] = systemFolders,
): Promise<PostgresLocation> {
  const locationFile = join(home, "postgres.location");
  if (existsSync(locationFile)) return existing(readFileSync(locationFile, "utf8").trim(), locationFile);
  const folder = join(realpathSync(home), "postgres");
  if (existsSync(join(folder, "data"))) return existing(folder, home);
  const runAs = await unprivilegedUser();
  if (runAs === undefined || (await canReach(home, runAs))) {
    ensureFolder(folder, runAs === undefined ? 0o700 : 0o711);
    return { folder, runAs };
  }
  // A new name each time: whoever deletes the home starts empty, not on the data of before.
  const name = `${homeHash(home)}-${randomBytes(3).toString("hex")}`;
  const outside = await outsideHome(name, runAs, systems, onProgress);
  writeFileSync(locationFile, `${outside}\n`, { mode: 0o600 });
  return { folder: outside, runAs };
}

/** A short stable name for a home folder. */
export function homeHash(home: string): string {
  return createHash("sha256").update(realpathSync(home)).digest("hex").slice(0, 12);
}

/** The folder for the server's socket, 0700 and the server's own: beside the data, or a short one for a long path. */
export function socketFolder(location: PostgresLocation): string {
  const { folder, runAs } = location;
  const beside = join(folder, "socket");
  const short = join(tmpdir(), `mandate-${createHash("sha256").update(folder).digest("hex").slice(0, 12)}`);
  const chosen = Buffer.byteLength(beside) <= MAX_SOCKET_FOLDER_BYTES ? beside : short;
  ensureFolder(chosen, 0o700);
  const owner = runAs?.uid ?? process.getuid?.();
  const path = distrustOf(chosen, owner) === undefined ? chosen : mkdtempSync(join(tmpdir(), "mandate-"));
  if (runAs !== undefined) chownSync(path, runAs.uid, runAs.gid);
  chmodSync(path, 0o700);
  return path;
}

async function existing(folder: string, namedBy: string): Promise<PostgresLocation> {
  const data = join(folder, "data");
  const owner = statSync(data, { throwIfNoEntry: false });
  if (owner === undefined) {
    if (existsSync(folder)) return { folder, runAs: await unprivilegedUser() };
    const way = `bring it back, or delete ${namedBy} to start with an empty one`;
    throw new EngineError(
      "ENGINE_DATA_UNUSABLE",
      `the database folder ${folder}, named by ${namedBy}, is gone: ${way}`,
    );
  }
  if (!isRoot()) {
    if (owner.uid === process.getuid?.()) return { folder, runAs: undefined };
    const way = "start as that user or as root, or choose another folder with MANDATE_HOME";
    throw new EngineError("ENGINE_DATA_UNUSABLE", `the database ${data} belongs to user id ${owner.uid}: ${way}`);
  }
  const runAs = owner.uid === 0 ? await unprivilegedUser() : { uid: owner.uid, gid: owner.gid };
  if (await canReach(folder, runAs)) return { folder, runAs };
  const fix = `let it pass through the folders above (chmod o+x), or move ${folder} and write its new path to postgres.location`;
  throw new EngineError("ENGINE_DATA_UNUSABLE", `user id ${runAs?.uid} cannot reach the database ${data}: ${fix}`);
}

async function outsideHome(
  name: string,
  runAs: RunAs,
  systems: readonly string[],
  onProgress: Progress,
): Promise<string> {
  for (const system of systems) {
    const folder = await tryFolder(system, name, runAs);
    if (folder !== undefined) return folder;
  }
  const last = await tryFolder(tmpdir(), `mandate-data-${name}`, runAs);
  if (last === undefined) {
    const way =
      "set MANDATE_HOME to a folder that other users may pass through, or DATABASE_URL to your own PostgreSQL";
    throw new EngineError("ENGINE_UNAVAILABLE", `user id ${runAs.uid} can reach no folder for the database: ${way}`);
  }
  onProgress(`WARNING: the database is kept in ${last}, which this machine may clear: set MANDATE_HOME elsewhere`);
  return last;
}

async function tryFolder(parent: string, name: string, runAs: RunAs): Promise<string | undefined> {
  const folder = join(parent, name);
  try {
    ensureFolder(parent, 0o711);
    ensureFolder(folder, 0o711);
  } catch {
    return undefined;
  }
  const trusted = distrustOf(folder, 0) === undefined && (await canReach(folder, runAs));
  return trusted ? realpathSync(folder) : undefined;
}
