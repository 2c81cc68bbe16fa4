import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatCheckpoint } from "../../../proof/log/checkpoint.ts";
import { encodeEntries } from "../../../proof/log/entry-bundle.ts";
import { createSigner } from "../../../proof/log/note-keys.ts";
import { signNote } from "../../../proof/log/note.ts";
import { entriesPath, type Tile, TILE_WIDTH, tilePath } from "../../../proof/log/tile-path.ts";
import { growTiles, type TileSource } from "../../../proof/log/tiles.ts";
import { Frontier, leafHash } from "../../../audit/tree.ts";

/** Files by path in a log's folder. */
export type LogFiles = Map<string, Uint8Array>;

export const entriesOf = (size: number): Buffer[] =>
  Array.from({ length: size }, (_, place) => Buffer.from(`entry ${place}`));

/** Reads tiles of files held in memory. */
export const tilesIn =
  (files: ReadonlyMap<string, Uint8Array>): TileSource =>
  async (tile) => {
    const bytes = files.get(tilePath(tile));
    if (bytes === undefined) throw new Error(`no ${tilePath(tile)}`);
    return bytes;
  };

/** Adds the tiles and bundles that a log of `oldSize` entries needs to hold all of `entries`. */
export async function growFiles(
  files: LogFiles,
  oldSize: number,
  entries: readonly Buffer[],
): Promise<readonly Tile[]> {
  const written = await growTiles(oldSize, entries.slice(oldSize).map(leafHash), tilesIn(files));
  for (const { tile, bytes } of written) {
    files.set(tilePath(tile), bytes);
    const start = tile.index * TILE_WIDTH;
    if (tile.level === 0) files.set(entriesPath(tile), encodeEntries(entries.slice(start, start + tile.width)));
  }
  return written.map(({ tile }) => tile);
}

/** Whose log it is, and who signs: a key of `seed` repeated, named as the origin unless said otherwise. */
type Signed = { readonly origin: string; readonly seed: number; readonly keyName?: string };

/** A whole log as it is exported: tiles, bundles, `vkeys` and a signed `checkpoint`. */
export async function logFiles(
  entries: readonly Buffer[],
  { origin, seed, keyName = origin }: Signed,
): Promise<LogFiles> {
  const files: LogFiles = new Map();
  await growFiles(files, 0, entries);
  const tree = new Frontier();
  for (const entry of entries) tree.append(leafHash(entry));
  const signer = createSigner(keyName, Buffer.alloc(32, seed));
  const text = formatCheckpoint({ origin, size: tree.size, rootHash: tree.root() });
  files.set("checkpoint", Buffer.from(signNote(text, [signer])));
  files.set("vkeys", Buffer.from(`${signer.vkey}\n`));
  return files;
}

export async function writeFiles(folder: string, files: LogFiles): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

/** Changes the last byte of one file. */
export async function spoil(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  await writeFile(file, bytes);
}
