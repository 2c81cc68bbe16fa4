import { middleOf, siblingsOf, verifyInclusion } from "../tree-proof.ts";
import { leafHash, nodeHash, EMPTY_ROOT } from "../tree.ts";
import { canonicalJson } from "../canonical-json.ts";
import { digestOf } from "../digest.ts";

/** A version of a list: what its names are and how they are spelled, and the names, each once. */
export type ListContent = {
  readonly list: string;
  readonly of: string;
  readonly normal: readonly string[];
  readonly names: readonly string[];
};

/** What a version is the digest of: how many names it holds and the root of the tree over them, and not the names. */
export type ListHead = Omit<ListContent, "names"> & { readonly size: number; readonly root: string };

/** One leaf of a list's tree: its place among all, its hash, and the hashes beside the way to the root, nearest first (hex). */
export type ProvedLeaf = { readonly index: number; readonly leaf: string; readonly path: readonly string[] };

/** That a name is on a list: its own leaf. That it is not: the two leaves next to each other that it would stand between. */
export type ListProof =
  | { readonly kind: "in"; readonly at: ProvedLeaf }
  | { readonly kind: "out"; readonly below: ProvedLeaf | null; readonly above: ProvedLeaf | null };

const leafOf = (name: string): string => leafHash(Buffer.from(name, "utf8")).toString("hex");

/** Names by their hashes: who is shown the neighbours of a name learns nothing of what they are called. */
type Leaves = readonly string[];

function leavesOf(names: readonly string[]): Leaves {
  return names.map(leafOf).toSorted();
}

/** Roots of the parts of a tree, each worked out once. */
type Roots = (start: number, end: number) => Buffer;

function rootsOver(leaves: Leaves): Roots {
  const kept = new Map<string, Buffer>();
  const of: Roots = (start, end) => {
    if (end - start === 1) return Buffer.from(leaves[start] ?? "", "hex");
    const key = `${start} ${end}`;
    const middle = middleOf(start, end);
    const root = kept.get(key) ?? nodeHash(of(start, middle), of(middle, end));
    kept.set(key, root);
    return root;
  };
  return (start, end) => (start === end ? EMPTY_ROOT : of(start, end));
}

const isHex = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** Whether a leaf stands at its place among those of a head. */
function isRooted({ index, leaf, path }: ProvedLeaf, { size, root }: Pick<ListHead, "size" | "root">): boolean {
  if (![leaf, root, ...path].every(isHex)) return false;
  const bytes = (hash: string) => Buffer.from(hash, "hex");
  return verifyInclusion({ index, size, leafHash: bytes(leaf), proof: path.map(bytes), root: bytes(root) });
}

/** A list's names as a tree: made once for a version, asked for each decision that reads it. */
export type ListTree = {
  readonly head: ListHead;
  readonly version: string;
  readonly names: readonly string[];
  prove(name: string): ListProof;
};

/** The version (SHA-256, hex) of a head. */
export function versionOf({ list, of, normal, size, root }: ListHead): string {
  return digestOf({ format: 1, list, of, normal: [...normal], size, root });
}

/** The tree over a list's names. */
export function treeOf({ names, ...about }: ListContent): ListTree {
  const leaves = leavesOf(names);
  const roots = rootsOver(leaves);
  const head = { ...about, size: leaves.length, root: roots(0, leaves.length).toString("hex") };
  const provedAt = (index: number): ProvedLeaf | null => {
    const leaf = leaves[index];
    if (leaf === undefined) return null;
    const path = siblingsOf(index, leaves.length).map(({ start, end }) => roots(start, end).toString("hex"));
    return { index, leaf, path };
  };
  return {
    head,
    version: versionOf(head),
    names,
    prove(name) {
      const leaf = leafOf(name);
      const place = leaves.findIndex((one) => one >= leaf);
      const index = place === -1 ? leaves.length : place;
      const at = provedAt(index);
      if (at?.leaf === leaf) return { kind: "in", at };
      return { kind: "out", below: provedAt(index - 1), above: at };
    },
  };
}

/** Whether a name is on the list of a head, by a proof of it; undefined where the proof proves nothing. */
export function isProved(head: Pick<ListHead, "size" | "root">, name: string, proof: ListProof): boolean | undefined {
  const { size, root } = head;
  const leaf = leafOf(name);
  if (proof.kind === "in") return proof.at.leaf === leaf && isRooted(proof.at, head) ? true : undefined;
  const { below, above } = proof;
  const isEnd = (below === null ? -1 : below.index) + 1 === (above === null ? size : above.index);
  const isBetween = (below === null || below.leaf < leaf) && (above === null || leaf < above.leaf);
  const areRooted = [below, above].every((one) => one === null || isRooted(one, head));
  const isEmpty = size > 0 || root === EMPTY_ROOT.toString("hex");
  return isEnd && isBetween && areRooted && isEmpty ? false : undefined;
}

/** A version as it is kept: canonical JSON, the names in order. */
export function listDocument({ list, of, normal, names }: ListContent): string {
  return canonicalJson({ format: 1, list, of, normal: [...normal], names: [...names].toSorted() });
}

/** A version back from what is kept. Throws where that is not what a version is written as. */
export function listFromDocument(document: string): ListContent {
  const read = JSON.parse(document) as { list: string; of: string; normal: string[]; names: string[] };
  const { list, of, normal, names } = read;
  const content = { list, of, normal, names };
  if (new Set(names).size !== names.length || listDocument(content) !== document) {
    throw new Error("it is not written as a list's version is");
  }
  return content;
}
