import type { HashReader, TreeNode } from "./proof.ts";
import { type Tile, TILE_WIDTH, tilePath } from "./tile-path.ts";
import { Frontier, HASH_BYTES, requireHash, requireSize } from "../../audit/tree.ts";

/** The bytes of a tile: its hashes one after another. A tile it does not have is a rejection. */
export type TileSource = (tile: Tile) => Promise<Uint8Array>;

export type TileBytes = { readonly tile: Tile; readonly bytes: Buffer };

/** Levels of the tree in a tile: 2^8 hashes wide. */
const TILE_HEIGHT = 8;

/**
 * The tiles to write when a log grows from `oldSize` to `newSize` leaves, lowest level first: those that became full and
 * the partial one each level now ends with. Those at level 0 are the bundles of entries to write too.
 */
export function tilesBetween(oldSize: number, newSize: number): Tile[] {
  requireGrowth(oldSize, newSize);
  const tiles: Tile[] = [];
  let [before, after] = [oldSize, newSize];
  for (let level = 0; before < after; level += 1) {
    for (let index = full(before); index * TILE_WIDTH < after; index += 1) {
      tiles.push({ level, index, width: Math.min(TILE_WIDTH, after - index * TILE_WIDTH) });
    }
    [before, after] = [full(before), full(after)];
  }
  return tiles;
}

/**
 * The bytes of `tilesBetween(oldSize, oldSize + added.length)`, from the leaf hashes added and the partial tiles that
 * the log of `oldSize` ended with. A whole log is one grown from 0, which asks `source` for nothing.
 */
export async function growTiles(oldSize: number, added: readonly Buffer[], source: TileSource): Promise<TileBytes[]> {
  requireGrowth(oldSize, oldSize + added.length);
  added.forEach((one, place) => requireHash(one, `added[${place}]`));
  const written: TileBytes[] = [];
  let [before, hashes] = [oldSize, added];
  for (let level = 0; hashes.length > 0; level += 1) {
    const partial: Tile = { level, index: full(before), width: before % TILE_WIDTH };
    const all = partial.width === 0 ? hashes : [...hashesIn(partial, await source(partial)), ...hashes];
    const pieces = piecesOf(all);
    for (const [place, piece] of pieces.entries()) {
      const tile = { level, index: partial.index + place, width: piece.length };
      written.push({ tile, bytes: Buffer.concat(piece) });
    }
    hashes = pieces.filter(({ length }) => length === TILE_WIDTH).map(rootOver);
    before = full(before);
  }
  return written;
}

/**
 * Hashes of a log of `size` leaves read from its tiles, each asked for once per call. It checks lengths alone: what the
 * tiles are worth shows when `rootOf` them is the root of a signed checkpoint. `RangeError` for a subtree beyond `size`.
 */
export function tileReader(size: number, source: TileSource): HashReader {
  requireSize(size, "size");
  return async (nodes) => {
    const places = nodes.map((node) => placeOf(node, size));
    const asked = new Map(places.map(({ tile }) => [tilePath(tile), tile]));
    const hashes = new Map<string, readonly Buffer[]>();
    await Promise.all([...asked].map(async ([path, tile]) => hashes.set(path, hashesIn(tile, await source(tile)))));
    return places.map(({ tile, from, to }) => rootOver((hashes.get(tilePath(tile)) ?? []).slice(from, to)));
  };
}

/** The tile that has the hashes under a node, and which of them: one when the node's level is a multiple of 8. */
function placeOf({ level, index }: TreeNode, size: number): { tile: Tile; from: number; to: number } {
  requireSize(level, "level");
  requireSize(index, "index");
  if ((index + 1) * 2 ** level > size) {
    throw new RangeError(`the subtree \`${index}\` at level \`${level}\` is not within ${size} leaves`);
  }
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const count = 2 ** (level % TILE_HEIGHT);
  const tileIndex = full(index * count);
  const hashesAtLevel = Math.floor(size / TILE_WIDTH ** tileLevel);
  const width = Math.min(TILE_WIDTH, hashesAtLevel - tileIndex * TILE_WIDTH);
  const from = index * count - tileIndex * TILE_WIDTH;
  return { tile: { level: tileLevel, index: tileIndex, width }, from, to: from + count };
}

/** The hashes in a tile's bytes. `RangeError` naming the tile when they are not as many as it is wide. */
export function hashesIn(tile: Tile, bytes: Uint8Array): Buffer[] {
  if (bytes.length !== tile.width * HASH_BYTES) {
    throw new RangeError(`${tilePath(tile)} has \`${bytes.length}\` bytes, not ${tile.width * HASH_BYTES}`);
  }
  const copy = Buffer.from(bytes);
  return Array.from({ length: tile.width }, (_, place) => copy.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES));
}

/** Root of the tree with these as its leaves: what a node is of the hashes under it, and a full tile one level up. */
function rootOver(hashes: readonly Buffer[]): Buffer {
  const tree = new Frontier();
  for (const one of hashes) tree.append(one);
  return tree.root();
}

function piecesOf(hashes: readonly Buffer[]): (readonly Buffer[])[] {
  return Array.from({ length: Math.ceil(hashes.length / TILE_WIDTH) }, (_, place) =>
    hashes.slice(place * TILE_WIDTH, (place + 1) * TILE_WIDTH),
  );
}

/** How many full tiles so many hashes make. */
function full(hashes: number): number {
  return Math.floor(hashes / TILE_WIDTH);
}

function requireGrowth(oldSize: number, newSize: number): void {
  requireSize(oldSize, "oldSize");
  requireSize(newSize, "newSize");
  if (oldSize > newSize) throw new RangeError(`a log of \`${oldSize}\` leaves does not grow to \`${newSize}\``);
}
