/**
 * Up to 256 neighbouring hashes of a log (c2sp.org/tlog-tiles): hash `i` is the root of the `256^level` leaves from leaf
 * `(index * 256 + i) * 256^level`. Level 0 to 63, width 1 to 256; under 256 it is partial, the last of its level.
 * The bundle of entries `index` has as many entries as the tile `index` at level 0.
 */
export type Tile = { readonly level: number; readonly index: number; readonly width: number };

/** Hashes in a full tile, entries in a full bundle. */
export const TILE_WIDTH = 256;

const HIGHEST_LEVEL = 63;

/** `tile/0/x001/x234/067`, and `.p/17` after it when it is 17 wide. `RangeError` for no such tile. */
export function tilePath({ level, index, width }: Tile): string {
  requireWithin(level, "level", 0, HIGHEST_LEVEL);
  return `tile/${level}/${indexPath(index)}${widthPath(width)}`;
}

/** `tile/entries/x001/x234/067`, and `.p/17` after it when it has 17 entries. `RangeError` for no such bundle. */
export function entriesPath({ index, width }: Pick<Tile, "index" | "width">): string {
  return `tile/entries/${indexPath(index)}${widthPath(width)}`;
}

/** The tile whose `tilePath` is exactly this, or `undefined`. */
export function parseTilePath(path: string): Tile | undefined {
  const match = /^tile\/(0|[1-9]\d?)\/([^.]+)(?:\.p\/(\d+))?$/.exec(path);
  const tile = { level: Number(match?.[1]), index: indexOf(match?.[2]), width: Number(match?.[3] ?? TILE_WIDTH) };
  return match !== null && isTile(tile) && tilePath(tile) === path ? tile : undefined;
}

/** The tile at level 0 of the bundle whose `entriesPath` is exactly this, or `undefined`. */
export function parseEntriesPath(path: string): Tile | undefined {
  return path.startsWith("tile/entries/") ? parseTilePath(path.replace("entries", "0")) : undefined;
}

/** Groups of three digits, all but the last after an `x`, so that no file has the name of a folder. */
function indexPath(index: number): string {
  requireWithin(index, "index", 0, Number.MAX_SAFE_INTEGER);
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/\d{3}/g) ?? [];
  return groups.map((group, place) => (place < groups.length - 1 ? `x${group}` : group)).join("/");
}

function indexOf(path = ""): number {
  return /^(x\d{3}\/)*\d{3}$/.test(path) ? Number(path.replaceAll(/[x/]/g, "")) : Number.NaN;
}

function widthPath(width: number): string {
  requireWithin(width, "width", 1, TILE_WIDTH);
  return width === TILE_WIDTH ? "" : `.p/${width}`;
}

function isTile({ level, index, width }: Tile): boolean {
  return (
    isWithin(level, 0, HIGHEST_LEVEL) && isWithin(index, 0, Number.MAX_SAFE_INTEGER) && isWithin(width, 1, TILE_WIDTH)
  );
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

function requireWithin(value: number, name: string, least: number, most: number): void {
  if (!isWithin(value, least, most)) {
    throw new RangeError(`${name} \`${value}\` of a tile is not a whole number from ${least} to ${most}`);
  }
}
