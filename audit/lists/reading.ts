import { isProved, versionOf, type ListHead, type ListProof, type ListTree } from "./content.ts";

/**
 * What one decision found in a list, as it is recorded: the version by its digest, what that is the digest of, and the proof
 * that the name is on it or is not. It shows no other name. Whoever has the decision's facts can find the same.
 */
export type ListReading = ListHead & {
  /** The fact that says what was found: `partner in strategic-partners`. */
  readonly fact: string;
  readonly version: string;
  readonly proof: ListProof;
};

/** Looks a name up. The answer is what the proof proves, not what the list was asked for. */
export function readList(tree: ListTree, fact: string, name: string): ListReading {
  return { ...tree.head, fact, version: tree.version, proof: tree.prove(name) };
}

/** Whether the name was on the version that the reading names; undefined where the reading proves nothing. */
export function foundIn({ fact: _fact, version, proof, ...head }: ListReading, name: string): boolean | undefined {
  return versionOf(head) === version ? isProved(head, name, proof) : undefined;
}
