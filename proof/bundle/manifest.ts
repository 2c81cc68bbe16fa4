import { z } from "zod";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { digestOf } from "../../audit/digest.ts";

export const BUNDLE_FORMAT = "mandate-audit-bundle/1";

/** What was asked for. A case's records alone are taken out of their logs; the others hold whole logs. */
export const Selection = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("case"), case: z.string().min(1) }),
  /** Whole logs; bodies, blobs and receipts of what is dated `since` or later. */
  z.strictObject({ kind: z.literal("since"), since: z.iso.datetime() }),
  z.strictObject({ kind: z.literal("company") }),
]);
export type Selection = z.infer<typeof Selection>;

const count = z.int().nonnegative();

export const ManifestLog = z.strictObject({
  log: z.string().min(1),
  origin: z.string().min(1),
  folder: z.string(),
  /** Leaves under the log's checkpoint. */
  size: count,
  /** Every entry and tile is here; otherwise `entries.jsonl` has some, each with its receipt. */
  complete: z.boolean(),
  /** Entries in the bundle. */
  entries: count,
  /** Records made that no checkpoint covers yet, so that they are not in the bundle; the keys of at most 100. */
  waiting: z.strictObject({ count, keys: z.array(z.string()).max(100) }),
});
export type ManifestLog = z.infer<typeof ManifestLog>;

/** A bundle's first page. No log proves it: what it says of logs is held against them, the rest is the exporter's word. */
export const Manifest = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  company: z.string().min(1),
  /** The company that the bundle was made for. */
  reader: z.string().min(1),
  selection: Selection,
  exportedAt: z.iso.datetime(),
  /** PostgreSQL's settings that decide whether an acknowledged record survives a crash. */
  durability: z.strictObject({ fsync: z.string(), fullPageWrites: z.string(), synchronousCommit: z.string() }),
  /** Who holds the keys that sign checkpoints: only a key that a company holds itself is non-repudiation. */
  attribution: z.strictObject({ signingKeys: z.literal("platform") }),
  logs: z.array(ManifestLog),
});
export type Manifest = z.infer<typeof Manifest>;

const Written = Manifest.extend({ digest: z.string() });

/** Canonical JSON with a digest of itself, so that a byte that went wrong is seen. */
export function writeManifest(manifest: Manifest): string {
  return `${canonicalJson({ ...manifest, digest: digestOf(manifest) })}\n`;
}

/** @throws SyntaxError saying what is wrong, for everything but what `writeManifest` writes. */
export function readManifest(text: string): Manifest {
  const read = Written.safeParse(JSON.parse(text));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new SyntaxError(`\`${issue?.path.join(".") ?? ""}\`: ${issue?.message ?? "is wrong"}`);
  }
  const { digest, ...manifest } = read.data;
  if (digest !== digestOf(manifest)) throw new SyntaxError("its digest is not that of its words");
  if (writeManifest(manifest) !== text) throw new SyntaxError("it is not canonical JSON");
  return manifest;
}
