import { hash } from "node:crypto";

/** Bytes of a hash: SHA-256 throughout. */
export const HASH_BYTES = 32;

/** Root of the tree of no entries: SHA-256 of nothing (RFC 6962, 2.1). */
export const EMPTY_ROOT: Buffer = hash("sha256", "", "buffer");

/** Hash of an entry as a leaf: SHA-256(0x00 || entry) (RFC 6962, 2.1). */
export function leafHash(entry: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(1 + entry.length);
  bytes[0] = 0;
  bytes.set(entry, 1);
  return hash("sha256", bytes, "buffer");
}

/** Written anew for each node, so that a node costs no allocation but its hash. */
const nodeBytes = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

/** Hash of an inner node: SHA-256(0x01 || left || right) (RFC 6962, 2.1). Both are 32 bytes, else `RangeError`. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  requireHash(left, "left");
  requireHash(right, "right");
  nodeBytes.set(left, 1);
  nodeBytes.set(right, 1 + HASH_BYTES);
  return hash("sha256", nodeBytes, "buffer");
}

/** Root of neighbouring subtrees, left first, each larger than those on its right. None is `EMPTY_ROOT`. */
export function foldRight(hashes: readonly Uint8Array[]): Buffer {
  const whole = hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => nodeHash(left, right));
  return Buffer.from(whole);
}

/**
 * A growing tree that keeps its right edge alone: the roots of the complete subtrees its size is the sum of, largest
 * (left) first, one per binary 1 of the size. An append costs one node hash on average.
 */
export class Frontier {
  #size: number;
  readonly #edge: Buffer[];

  /** The empty tree, or one of `size` leaves with the `edge` stored of it; `RangeError` when they do not fit. */
  constructor(size = 0, edge: readonly Uint8Array[] = []) {
    requireSize(size, "size");
    if (edge.length !== edgeLength(size)) {
      throw new RangeError(`a tree of \`${size}\` leaves has ${edgeLength(size)} edge hashes, not \`${edge.length}\``);
    }
    edge.forEach((one, place) => requireHash(one, `edge[${place}]`));
    this.#size = size;
    this.#edge = edge.map((one) => Buffer.from(one));
  }

  get size(): number {
    return this.#size;
  }

  /** What to store beside the size, to go on from here. */
  get edge(): readonly Buffer[] {
    return [...this.#edge];
  }

  append(leaf: Buffer): void {
    requireHash(leaf, "leaf");
    const completed = this.#edge.splice(this.#edge.length - trailingOnes(this.#size));
    this.#edge.push(foldRight([...completed, leaf]));
    this.#size += 1;
  }

  root(): Buffer {
    return foldRight(this.#edge);
  }
}

/** Throws `RangeError` naming what is not a count of leaves: a safe integer from 0. */
export function requireSize(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${name} \`${value}\` is not a safe integer from 0`);
}

/** Throws `RangeError` naming what is not a hash: 32 bytes. */
export function requireHash(value: Uint8Array, name: string): void {
  if (value.length !== HASH_BYTES)
    throw new RangeError(`${name} has \`${value.length}\` bytes; a hash has ${HASH_BYTES}`);
}

function edgeLength(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}

/** How many subtrees of the right edge one more leaf completes: each is as large as what stands on its right by then. */
function trailingOnes(size: number): number {
  let ones = 0;
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) ones += 1;
  return ones;
}
