import { inclusionProof } from "../log/proof.ts";
import { formatLogProof } from "../log/log-proof.ts";
import { tilePath } from "../log/tile-path.ts";
import { tileReader, type TileSource } from "../log/tiles.ts";

/** Tiles remembered: neighbours share their leaf tile, and all share the tiles above and at the right edge. */
const MOST_TILES = 64;

/** Writes receipts (c2sp.org/tlog-proof) for entries of one log under one checkpoint. */
export function receiptsOf(size: number, checkpoint: string, source: TileSource): (seq: number) => Promise<string> {
  const read = tileReader(size, remembering(source));
  return async (index) => formatLogProof({ index, proof: await inclusionProof(size, index, read), checkpoint });
}

function remembering(source: TileSource): TileSource {
  const kept = new Map<string, Promise<Uint8Array>>();
  return (tile) => {
    const path = tilePath(tile);
    const bytes = kept.get(path) ?? source(tile);
    kept.delete(path);
    kept.set(path, bytes);
    const [oldest] = kept.keys();
    if (kept.size > MOST_TILES && oldest !== undefined) kept.delete(oldest);
    return bytes;
  };
}
