import { EMPTY_ROOT, foldRight, HASH_BYTES, nodeHash, requireHash, requireSize } from "../../audit/tree.ts";

/** A complete subtree: its `2^level` leaves start at leaf `index * 2^level`. Level 0 is a leaf. */
export type TreeNode = { readonly level: number; readonly index: number };

/** Stored hashes of complete subtrees, in the order asked. A hash it does not have is a rejection. */
export type HashReader = (nodes: readonly TreeNode[]) => Promise<readonly Buffer[]>;

/** Leaves from `start` up to but without `end`. */
type Range = { readonly start: number; readonly end: number };

/** Root of the first `size` leaves (RFC 6962, 2.1). */
export async function rootOf(size: number, read: HashReader): Promise<Buffer> {
  requireSize(size, "size");
  const [root] = await hashesOf([{ start: 0, end: size }], read);
  return root ?? EMPTY_ROOT;
}

/**
 * Audit path of leaf `index` in the tree of the first `size` leaves, nearest sibling first (RFC 6962, 2.1.1).
 * `RangeError` unless `index < size`.
 */
export async function inclusionProof(size: number, index: number, read: HashReader): Promise<Buffer[]> {
  requireSize(size, "size");
  requireSize(index, "index");
  if (index >= size) throw new RangeError(`index \`${index}\` is not below the size \`${size}\``);
  const siblings: Range[] = [];
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
  return hashesOf(siblings, read);
}

/**
 * Proof that the first `oldSize` leaves of the tree of `size` are unchanged, in the order of RFC 6962, 2.1.2. Empty
 * when the sizes are equal or the old tree is. `RangeError` unless `oldSize <= size`.
 */
export async function consistencyProof(oldSize: number, size: number, read: HashReader): Promise<Buffer[]> {
  requireSize(oldSize, "oldSize");
  requireSize(size, "size");
  if (oldSize > size) throw new RangeError(`oldSize \`${oldSize}\` is over the size \`${size}\``);
  if (oldSize === 0) return [];
  const parts: Range[] = [];
  let [start, end] = [0, size];
  while (end !== oldSize) {
    const middle = middleOf(start, end);
    if (oldSize <= middle) {
      parts.unshift({ start: middle, end });
      end = middle;
    } else {
      parts.unshift({ start, end: middle });
      start = middle;
    }
  }
  // A last part that starts at leaf 0 is the old tree itself, whose root the checker has.
  if (start > 0) parts.unshift({ start, end });
  return hashesOf(parts, read);
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

/** The root of each range, with one call of the reader for all of them. */
async function hashesOf(ranges: readonly Range[], read: HashReader): Promise<Buffer[]> {
  const parts = ranges.map(completeSubtrees);
  const nodes = parts.flat();
  const hashes = nodes.length === 0 ? [] : await read(nodes);
  if (hashes.length !== nodes.length) {
    throw new RangeError(`the reader answered \`${hashes.length}\` hashes for ${nodes.length} nodes`);
  }
  hashes.forEach((hash, place) => requireHash(hash, `answer ${place} of the reader`));
  let from = 0;
  return parts.map(({ length }) => foldRight(hashes.slice(from, (from += length))));
}

/** The complete subtrees a range is the sum of, largest (left) first. Its start is a multiple of the largest one. */
function completeSubtrees({ start, end }: Range): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let at = start; at < end;) {
    let level = 0;
    while (2 ** (level + 1) <= end - at) level += 1;
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

/** Where a tree over a range of two leaves or more parts: its left half is the largest power of two below its length. */
function middleOf(start: number, end: number): number {
  let left = 1;
  while (left * 2 < end - start) left *= 2;
  return start + left;
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
