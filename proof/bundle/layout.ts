import { sha256Hex } from "../../audit/digest.ts";
import { parseEntriesPath, parseTilePath, type Tile } from "../log/tile-path.ts";

/** Where the parts of a bundle stand in its folder. Everything of a log is under `logs/<log>`, as c2sp.org/tlog-tiles has it. */
export const bundlePaths = {
  manifest: "manifest.json",
  disclosures: "disclosures.jsonl",
  erased: "erased.jsonl",
} as const;

/** What a file in a log's folder is. */
export type LogFile =
  | { readonly kind: (typeof plainFiles)[number] }
  | { readonly kind: "receipt"; readonly keyDigest: string }
  | { readonly kind: "tile" | "entries"; readonly tile: Tile };

/** What a file in a bundle is, by its path alone. */
export type BundleFile =
  | { readonly kind: "manifest" | "disclosures" | "erased" }
  | { readonly kind: "blob"; readonly digest: string }
  | { readonly kind: "log"; readonly folder: string; readonly file: LogFile };

/** `logs/<log>`; characters that a file's name may not have are percent-encoded. */
export function logFolder(log: string): string {
  return `logs/${encodeURIComponent(log).replace(/^\.+/, (dots) => "%2E".repeat(dots.length))}`;
}

/** Where a value of this SHA-256 (hex) stands: a large value of a body, or a policy's document. */
export function blobPath(digest: string): string {
  return `blobs/sha256/${digest}`;
}

/** Where the receipt of the record with this key stands in its log's folder. */
export function receiptPath(folder: string, key: string): string {
  return `${folder}/receipts/${sha256Hex(key)}.tlog-proof`;
}

/** What a path of a bundle names, or undefined: then it is no part of a bundle, and nothing may be written there. */
export function bundleFileOf(path: string): BundleFile | undefined {
  if (path === bundlePaths.manifest) return { kind: "manifest" };
  if (path === bundlePaths.disclosures) return { kind: "disclosures" };
  if (path === bundlePaths.erased) return { kind: "erased" };
  const digest = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1];
  if (digest !== undefined) return { kind: "blob", digest };
  const [, folder, rest] = /^(logs\/(?!\.)[A-Za-z0-9_.!~*'()%-]+)\/(.+)$/.exec(path) ?? [];
  const file = rest === undefined ? undefined : logFileOf(rest);
  return folder === undefined || file === undefined ? undefined : { kind: "log", folder, file };
}

const plainFiles = ["checkpoint", "vkeys", "witness-vkeys", "entries.jsonl", "case-head"] as const;

function logFileOf(path: string): LogFile | undefined {
  const plain = plainFiles.find((name) => name === path);
  if (plain !== undefined) return { kind: plain };
  const keyDigest = /^receipts\/([0-9a-f]{64})\.tlog-proof$/.exec(path)?.[1];
  if (keyDigest !== undefined) return { kind: "receipt", keyDigest };
  const bundle = parseEntriesPath(path);
  if (bundle !== undefined) return { kind: "entries", tile: bundle };
  const tile = parseTilePath(path);
  return tile && { kind: "tile", tile };
}
