import { appendFile, mkdir, mkdtemp, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { bundleFileOf } from "../bundle/layout.ts";
import type { Piece } from "../bundle/piece.ts";

export type Written = { readonly files: number; readonly bytes: number };

/** What stands in the way of writing into a folder, or undefined: it must be absent or empty. */
export async function obstacleAt(folder: string): Promise<string | undefined> {
  try {
    return (await readdir(folder)).length === 0 ? undefined : `${folder} is not empty`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    return code === "ENOTDIR" ? `${folder} is a file` : message;
  }
}

/**
 * Writes a bundle beside the folder and gives it the folder's name once it is whole: a bundle that breaks off leaves
 * nothing. Throws for a path that is no part of a bundle.
 */
export async function writeFolder(
  folder: string,
  pieces: AsyncIterable<Piece>,
  onProgress: (written: Written) => void = () => undefined,
): Promise<Written> {
  const whole = resolve(folder);
  await mkdir(dirname(whole), { recursive: true });
  const fresh = await mkdtemp(join(dirname(whole), `.${basename(whole)}-`));
  try {
    const written = await writePieces(fresh, pieces, onProgress);
    await rmdir(whole).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rename(fresh, whole);
    return written;
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

/** Pieces of line files are gathered to this many bytes before they are written. */
const GATHERED_BYTES = 1_048_576;

async function writePieces(
  folder: string,
  pieces: AsyncIterable<Piece>,
  onProgress: (written: Written) => void,
): Promise<Written> {
  const [folders, gathered] = [new Set<string>(), new Map<string, { pieces: Uint8Array[]; bytes: number }>()];
  let [files, bytes] = [0, 0];

  async function append(path: string, content: Uint8Array): Promise<void> {
    const parent = dirname(path);
    if (!folders.has(parent)) await mkdir(join(folder, parent), { recursive: true });
    folders.add(parent);
    await appendFile(join(folder, path), content);
  }

  async function gather(path: string, content: Uint8Array): Promise<void> {
    const lines = gathered.get(path) ?? { pieces: [], bytes: 0 };
    if (!gathered.has(path)) files += 1;
    lines.pieces.push(content);
    lines.bytes += content.length;
    const isFull = lines.bytes >= GATHERED_BYTES;
    gathered.set(path, isFull ? { pieces: [], bytes: 0 } : lines);
    if (isFull) await append(path, Buffer.concat(lines.pieces));
  }

  for await (const { path, bytes: content } of pieces) {
    if (bundleFileOf(path) === undefined) throw new Error(`\`${path}\` is no part of a bundle`);
    if (path.endsWith(".jsonl")) await gather(path, content);
    else {
      await append(path, content);
      files += 1;
    }
    bytes += content.length;
    onProgress({ files, bytes });
  }
  for (const [path, lines] of gathered) await append(path, Buffer.concat(lines.pieces));
  return { files, bytes };
}
