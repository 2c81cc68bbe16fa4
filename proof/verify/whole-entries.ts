import type { ManifestLog } from "../bundle/manifest.ts";
import { entriesPath, TILE_WIDTH, tilePath, type Tile } from "../log/tile-path.ts";
import { HASH_BYTES, leafHash } from "../../audit/tree.ts";
import { placeIn, type Entry } from "./entry.ts";
import type { Findings } from "./finding.ts";
import type { LogHead } from "./notes.ts";
import type { FileSource } from "./source.ts";
import { TileTower } from "./tile-tower.ts";

/** Told, for every size from 0 to the log's, what gives the root of that many entries. */
export type SeeSize = (size: number, root: () => Buffer) => void;

/**
 * Check 3 of a whole log: the entries, in order, are those of the tiles, the tiles are the tree over them, and the tree's
 * root is the checkpoint's. Gives every entry that is there, right or wrong, so that other checks name what they see of it.
 */
export async function* wholeEntries(
  source: FileSource,
  log: ManifestLog,
  { checkpoint }: LogHead,
  findings: Findings,
  seeSize: SeeSize,
): AsyncGenerator<readonly Entry[], void> {
  const { size } = log;
  const tower = new TileTower();
  const root = () => tower.root();
  for (let from = 0; from < size; from += TILE_WIDTH) {
    const tile = { level: 0, index: from / TILE_WIDTH, width: Math.min(TILE_WIDTH, size - from) };
    const entries = await entriesOf(source, log, tile, findings);
    if (entries === undefined) return;
    await checkLeaves(source, log, tile, entries, findings);
    for (const { leaf, seq } of entries) {
      seeSize(seq, root);
      const built = tower.append(leaf);
      for (const one of built) if (one.tile.level > 0) await checkTile(source, log, one, findings);
    }
    yield entries;
  }
  seeSize(size, root);
  for (const one of tower.partial()) if (one.tile.level > 0) await checkTile(source, log, one, findings);
  findings.checked(3, size);
  if (tower.root().equals(checkpoint.rootHash)) return;
  const [is, signed] = [tower.root().toString("base64"), checkpoint.rootHash.toString("base64")];
  const what = `the entries give the root ${is}; the checkpoint says ${signed}`;
  findings.add(3, "tampered", what, { log: log.log });
}

async function entriesOf(
  source: FileSource,
  log: ManifestLog,
  tile: Tile,
  findings: Findings,
): Promise<readonly Entry[] | undefined> {
  const path = `${log.folder}/${entriesPath(tile)}`;
  const from = tile.index * TILE_WIDTH;
  const bytes = await source.read(path);
  if (bytes === undefined) return findings.add(3, "tampered", `${path} is not there`, { log: log.log, seq: from });
  const found = split(bytes);
  if (found.entries.length !== tile.width || found.rest > 0) {
    const torn = found.rest > 0 ? ` and ${found.rest} bytes of another` : "";
    const what = `${path} holds ${found.entries.length} entries${torn}; the tree has ${tile.width} there`;
    findings.add(3, "tampered", what, { log: log.log, seq: from });
  }
  return found.entries.map((one, place) => ({ log, seq: from + place, bytes: one, leaf: leafHash(one) }));
}

/** The entries of a bundle, each after its length in two bytes, and the bytes after the last whole one. */
function split(bytes: Buffer): { readonly entries: readonly Buffer[]; readonly rest: number } {
  const entries: Buffer[] = [];
  let at = 0;
  while (at + 2 <= bytes.length && at + 2 + bytes.readUInt16BE(at) <= bytes.length) {
    const start = at + 2;
    at = start + bytes.readUInt16BE(at);
    entries.push(bytes.subarray(start, at));
  }
  return { entries, rest: bytes.length - at };
}

/** Holds each entry against its hash in the leaf tile: this names the entry that was changed, left out or put in. */
async function checkLeaves(
  source: FileSource,
  log: ManifestLog,
  tile: Tile,
  entries: readonly Entry[],
  findings: Findings,
): Promise<void> {
  const path = `${log.folder}/${tilePath(tile)}`;
  const bytes = await source.read(path);
  if (bytes?.length !== tile.width * HASH_BYTES) {
    const what = `${path} ${bytes === undefined ? "is not there" : "has another length than its hashes"}`;
    return findings.add(3, "tampered", what, { log: log.log });
  }
  const wrong = entries.filter(({ leaf, seq }) => {
    const at = (seq - tile.index * TILE_WIDTH) * HASH_BYTES;
    return !leaf.equals(bytes.subarray(at, at + HASH_BYTES));
  });
  const [first] = wrong;
  if (first === undefined) return;
  const others = wrong.length === 1 ? "" : `, and ${wrong.length - 1} more after it`;
  const what = `entry ${first.seq} is not the one whose hash stands in ${path}${others}`;
  findings.add(3, "tampered", what, placeIn(log.log, first.seq, first.bytes));
}

async function checkTile(
  source: FileSource,
  { log, folder }: ManifestLog,
  { tile, bytes }: { readonly tile: Tile; readonly bytes: Buffer },
  findings: Findings,
): Promise<void> {
  const path = `${folder}/${tilePath(tile)}`;
  const found = await source.read(path);
  if (found?.equals(bytes) === true) return;
  const what = found === undefined ? "is not there" : "does not hold the hashes of the tree over the entries";
  findings.add(3, "tampered", `${path} ${what}`, { log });
}
