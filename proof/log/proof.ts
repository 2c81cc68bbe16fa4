import { middleOf, siblingsOf, type LeafRange } from "../../audit/tree-proof.ts";
import { EMPTY_ROOT, foldRight, requireHash, requireSize } from "../../audit/tree.ts";

/** A complete subtree: its `2^level` leaves start at leaf `index * 2^level`. Level 0 is a leaf. */
export type TreeNode = { readonly level: number; readonly index: number };

/** Stored hashes of complete subtrees, in the order asked. A hash it does not have is a rejection. */
export type HashReader = (nodes: readonly TreeNode[]) => Promise<readonly Buffer[]>;

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
  return hashesOf(siblingsOf(index, size), read);
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
  const parts: LeafRange[] = [];
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

/** The root of each range, with one call of the reader for all of them. */
async function hashesOf(ranges: readonly LeafRange[], read: HashReader): Promise<Buffer[]> {
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
function completeSubtrees({ start, end }: LeafRange): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let at = start; at < end;) {
    let level = 0;
    while (2 ** (level + 1) <= end - at) level += 1;
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}
