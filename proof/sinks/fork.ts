import { verifyConsistency } from "../../audit/tree-proof.ts";
import type { HeldHead, Outgoing } from "./sink.ts";

/** Whether a checkpoint's tree begins with one that was signed before, which is not larger. */
export async function extendsHead(newer: Outgoing, old: HeldHead): Promise<boolean> {
  const { size, root } = newer;
  const proof = await newer.proofFrom(old.size);
  return verifyConsistency({ oldSize: old.size, oldRoot: old.rootHash, size, root, proof });
}

/**
 * Why the database's log cannot be the one that a held head was signed of; undefined when it can. `newest` must be read
 * after the held head: what is signed meanwhile is then in the database at least.
 */
export async function forkOf(held: HeldHead, newest: Outgoing | undefined): Promise<string | undefined> {
  const size = newest?.size ?? 0;
  if (held.size > size) return `${held.size} leaves were signed, and the database has ${size}`;
  if (newest === undefined || (await extendsHead(newest, held))) return undefined;
  return `the ${held.size} leaves that were signed are not the database's first`;
}
