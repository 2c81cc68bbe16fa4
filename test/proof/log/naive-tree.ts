import { createHash } from "node:crypto";
import type { HashReader, TreeNode } from "../../../proof/log/proof.ts";

const sha256 = (...parts: readonly Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();

/** Leaf hashes of the entries `entry 0`, `entry 1`, … */
export const leavesOf = (size: number): Buffer[] =>
  Array.from({ length: size }, (_, place) => sha256(Buffer.of(0), Buffer.from(`entry ${place}`)));

/** MTH of RFC 6962, 2.1, as it is written there. */
export function naiveRoot(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return first;
  const left = leftHalf(leaves.length);
  return sha256(Buffer.of(1), naiveRoot(leaves.slice(0, left)), naiveRoot(leaves.slice(left)));
}

/** The turns from the root to a leaf: `L` or `R`. They tell the leaf; other sizes may have the same. */
export function turnsTo(size: number, index: number): string {
  if (size <= 1) return "";
  const left = leftHalf(size);
  return index < left ? `L${turnsTo(left, index)}` : `R${turnsTo(size - left, index - left)}`;
}

/** Reads what `naiveRoot` makes of the leaves under a node, once per node. */
export function naiveReader(leaves: readonly Buffer[]): HashReader {
  const known = new Map<string, Buffer>();
  const read = ({ level, index }: TreeNode) => {
    const under = leaves.slice(index * 2 ** level, (index + 1) * 2 ** level);
    if (under.length !== 2 ** level) throw new RangeError(`no complete subtree ${index} at level ${level}`);
    const hash = known.get(`${level}/${index}`) ?? naiveRoot(under);
    known.set(`${level}/${index}`, hash);
    return hash;
  };
  return async (nodes) => nodes.map(read);
}

/** Hashes of a tree of any size whose leaves are all the same, so that one hash per level is all there is. */
export function uniformReader(): HashReader {
  const byLevel = leavesOf(1);
  for (let level = 1; level < 53; level += 1) {
    const below = byLevel.slice(-1);
    byLevel.push(naiveRoot([...below, ...below]));
  }
  return async (nodes) => nodes.map(({ level }) => byLevel[level]!);
}

function leftHalf(size: number): number {
  let left = 1;
  while (left * 2 < size) left *= 2;
  return left;
}
