import { EMPTY_ROOT, HASH_BYTES, nodeHash } from "./tree.ts";

/** What proofs of a tree are made of and how they are checked (RFC 6962, RFC 9162): one for the logs and for the lists. Pure. */

/** Leaves from `start` up to but without `end`. */
export type LeafRange = { readonly start: number; readonly end: number };

/** Where a tree over a range of two leaves or more parts: its left half is the largest power of two below its length. */
export function middleOf(start: number, end: number): number {
  let left = 1;
  while (left * 2 < end - start) left *= 2;
  return start + left;
}

/** The parts of the tree beside the way from leaf `index` to the root, nearest first: their roots are its audit path (RFC 6962, 2.1.1). */
export function siblingsOf(index: number, size: number): LeafRange[] {
  const siblings: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = middleOf(start, end);
    if (index < middle) {
      siblings.unshift({ start: middle, end });
      end = middle;
    } else {
      siblings.unshift({ start, end: middle });
      start = middle;
    }
  }
  return siblings;
}

/** Whether `proof` shows that the tree of `size` leaves with `root` has `leafHash` at `index`. Bad input is `false`. */
export function verifyInclusion(claim: {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}): boolean {
  const { index, size, leafHash, proof, root } = claim;
  if (!isSize(index) || !isSize(size) || index >= size || ![leafHash, root, ...proof].every(isHash)) return false;
  // RFC 9162, 2.1.3.2: the places of the subtree reached and of the last one, counted at its height.
  let [place, last] = [index, size - 1];
  let reached = leafHash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      reached = nodeHash(sibling, reached);
      [place, last] = climbWhileEven(place, last);
    } else {
      reached = nodeHash(reached, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && same(reached, root);
}

/**
 * Whether `proof` shows that the tree of `size` leaves with `root` begins with the tree of `oldSize` with `oldRoot`.
 * The empty tree begins every tree, with an empty proof. Bad input is `false`.
 */
export function verifyConsistency(claim: {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): boolean {
  const { oldSize, oldRoot, size, root, proof } = claim;
  if (!isSize(oldSize) || !isSize(size) || oldSize > size || ![oldRoot, root, ...proof].every(isHash)) return false;
  if (oldSize === 0 && !same(oldRoot, EMPTY_ROOT)) return false;
  if (oldSize === size) return proof.length === 0 && same(oldRoot, root);
  if (oldSize === 0) return proof.length === 0;
  // RFC 9162, 2.1.4.2. An old size that is a power of two is one subtree, which the proof leaves out.
  let [place, last] = climbWhileOdd(oldSize - 1, size - 1);
  const [first, ...rest] = place === 0 ? [oldRoot, ...proof] : proof;
  if (first === undefined || proof.length === 0) return false;
  let [oldReached, reached] = [first, first];
  for (const part of rest) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      oldReached = nodeHash(part, oldReached);
      reached = nodeHash(part, reached);
      [place, last] = climbWhileEven(place, last);
    } else {
      reached = nodeHash(reached, part);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && same(oldReached, oldRoot) && same(reached, root);
}

function climbWhileEven(place: number, last: number): [number, number] {
  return place === 0 || isOdd(place) ? [place, last] : climbWhileEven(half(place), half(last));
}

function climbWhileOdd(place: number, last: number): [number, number] {
  return isOdd(place) ? climbWhileOdd(half(place), half(last)) : [place, last];
}

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const isHash = (value: Uint8Array): boolean => value.length === HASH_BYTES;
const isOdd = (value: number): boolean => value % 2 === 1;
/** Without `>>`, which cuts to 32 bits. */
const half = (value: number): number => Math.floor(value / 2);
const same = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;
