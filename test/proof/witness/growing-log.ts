import { createHash } from "node:crypto";
import { formatCheckpoint } from "../../../proof/log/checkpoint.ts";
import { createSigner, type Signer } from "../../../proof/log/note-keys.ts";
import { signNote } from "../../../proof/log/note.ts";

/** A log of its own making: RFC 6962 as the RFC writes it, recursive, with none of the code under test for trees. */
export type GrowingLog = {
  readonly origin: string;
  readonly vkey: string;
  leaf(index: number): Buffer;
  root(size: number): Buffer;
  /** A signed checkpoint of the first `size` entries. */
  checkpoint(size: number): string;
  consistency(oldSize: number, size: number): Buffer[];
  inclusion(index: number, size: number): Buffer[];
};

/** `forkedAt`: entries from there on are others than those of a log without a fork. */
export function growingLog(origin = "audit.example/log", forkedAt = Infinity, signer = signerOf(origin)): GrowingLog {
  const leaf = (index: number) => hash(0, Buffer.from(`${index >= forkedAt ? "forked" : "entry"} ${index}`));
  const leaves = (size: number) => Array.from({ length: size }, (_, index) => leaf(index));
  const root = (size: number) => rootOf(leaves(size));
  return {
    origin,
    vkey: signer.vkey,
    leaf,
    root,
    checkpoint: (size) => signNote(formatCheckpoint({ origin, size, rootHash: root(size) }), [signer]),
    consistency: (oldSize, size) => (oldSize === 0 || oldSize === size ? [] : subProof(oldSize, leaves(size), true)),
    inclusion: (index, size) => path(index, leaves(size)),
  };
}

export function signerOf(name: string): Signer {
  return createSigner(name, createHash("sha256").update(name).digest());
}

function hash(prefix: number, ...parts: readonly Buffer[]): Buffer {
  return createHash("sha256")
    .update(Buffer.concat([Buffer.of(prefix), ...parts]))
    .digest();
}

function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return createHash("sha256").digest();
  if (leaves.length === 1) return leaves[0]!;
  const k = splitOf(leaves.length);
  return hash(1, rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

function path(index: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length <= 1) return [];
  const k = splitOf(leaves.length);
  return index < k
    ? [...path(index, leaves.slice(0, k)), rootOf(leaves.slice(k))]
    : [...path(index - k, leaves.slice(k)), rootOf(leaves.slice(0, k))];
}

function subProof(m: number, leaves: readonly Buffer[], isWhole: boolean): Buffer[] {
  if (m === leaves.length) return isWhole ? [] : [rootOf(leaves)];
  const k = splitOf(leaves.length);
  return m <= k
    ? [...subProof(m, leaves.slice(0, k), isWhole), rootOf(leaves.slice(k))]
    : [...subProof(m - k, leaves.slice(k), false), rootOf(leaves.slice(0, k))];
}

function splitOf(length: number): number {
  let k = 1;
  while (k * 2 < length) k *= 2;
  return k;
}
