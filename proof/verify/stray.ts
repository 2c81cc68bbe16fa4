import { bundleFileOf, type LogFile } from "../bundle/layout.ts";
import type { Manifest, ManifestLog } from "../bundle/manifest.ts";
import { TILE_WIDTH, type Tile } from "../log/tile-path.ts";
import type { Findings } from "./finding.ts";
import type { HashSet } from "./hash-set.ts";
import type { FileSource } from "./source.ts";

/** What the other checks read: digests of values, and of the keys whose receipts were checked. */
export type Read = { readonly values: ReadonlySet<string>; readonly receipts: HashSet };

/** Check 0, at the end: every file is one that the other checks read. What nothing reads could say anything. */
export async function checkStray(
  source: FileSource,
  manifest: Manifest,
  read: Read,
  findings: Findings,
): Promise<void> {
  const logs = new Map(manifest.logs.map((log) => [log.folder, log]));
  for await (const path of source.paths()) {
    findings.checked(0);
    if (!isRead(path, logs, read)) findings.add(0, "tampered", `${path} is no part of this bundle`);
  }
}

function isRead(path: string, logs: ReadonlyMap<string, ManifestLog>, read: Read): boolean {
  const file = bundleFileOf(path);
  if (file === undefined) return false;
  if (file.kind === "blob") return read.values.has(file.digest);
  if (file.kind !== "log") return true;
  const log = logs.get(file.folder);
  return log !== undefined && belongs(file.file, log, read);
}

function belongs(file: LogFile, log: ManifestLog, { receipts }: Read): boolean {
  switch (file.kind) {
    case "entries.jsonl":
    case "case-head":
      return !log.complete;
    case "receipt":
      return receipts.has(Buffer.from(file.keyDigest, "hex"));
    case "tile":
    case "entries":
      return log.complete && isOf(file.tile, log.size);
    default:
      return true;
  }
}

/** Whether a log of this size has a tile, as wide as this. */
function isOf({ level, index, width }: Tile, size: number): boolean {
  const hashes = Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH;
  return Math.min(TILE_WIDTH, hashes) === width;
}
