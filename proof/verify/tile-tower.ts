import { TILE_WIDTH, type Tile } from "../log/tile-path.ts";
import { foldRight, Frontier } from "../../audit/tree.ts";

export type BuiltTile = { readonly tile: Tile; readonly bytes: Buffer };

type Level = { full: number; hashes: Buffer[]; frontier: Frontier };

/** The tiles of a growing log, each given away once it is full: one hash of an inner node per leaf, and no more memory. */
export class TileTower {
  readonly #levels: Level[] = [];

  /** Adds a leaf; answers the tiles that it completes, lowest first. */
  append(leaf: Buffer): readonly BuiltTile[] {
    return this.#push(0, leaf);
  }

  /** The partial tiles that the log ends with. */
  partial(): readonly BuiltTile[] {
    return this.#levels.flatMap(({ full, hashes }, level) =>
      hashes.length === 0 ? [] : [{ tile: { level, index: full, width: hashes.length }, bytes: Buffer.concat(hashes) }],
    );
  }

  root(): Buffer {
    return foldRight(this.#levels.toReversed().flatMap(({ frontier }) => frontier.edge));
  }

  #push(at: number, hash: Buffer): readonly BuiltTile[] {
    const level = (this.#levels[at] ??= { full: 0, hashes: [], frontier: new Frontier() });
    level.hashes.push(hash);
    level.frontier.append(hash);
    if (level.hashes.length < TILE_WIDTH) return [];
    const built = { tile: { level: at, index: level.full, width: TILE_WIDTH }, bytes: Buffer.concat(level.hashes) };
    const root = level.frontier.root();
    this.#levels[at] = { full: level.full + 1, hashes: [], frontier: new Frontier() };
    return [built, ...this.#push(at + 1, root)];
  }
}
