import type { Cosigner } from "../log/cosignature.ts";
import { ensureFolder } from "../../engines/home-folder.ts";
import { acquireLock } from "../../engines/lock.ts";
import { readHeads, requireHeads, writeHeads } from "./heads-file.ts";
import { hasKey, makeKey, readCosigner } from "./key.ts";
import { openStore, type HeadStore } from "./store.ts";
import { WitnessError } from "./witness-error.ts";

/** A witness that this process holds: its key and its memory. `close` gives the home free for another process. */
export type Witness = { readonly cosigner: Cosigner; readonly store: HeadStore; close(): void };

/**
 * Opens a witness's home, a folder of its own: key and empty memory are made at the first use. `nowIso` is written into
 * the lock. Throws `WitnessError` (`WITNESS_HOME_BUSY`, `WITNESS_HEADS_UNREADABLE`, `WITNESS_HEADS_MISSING`), and
 * `NoteError` for a name that no key may have or a key file that holds none.
 */
export async function openWitness(home: string, name: string, nowIso: string): Promise<Witness> {
  ensureFolder(home, 0o700);
  const lock = await acquireLock(home, nowIso);
  if (lock.kind === "busy") {
    throw new WitnessError("WITNESS_HOME_BUSY", `process ${lock.pid} holds ${home}: stop it, or give another home`);
  }
  try {
    if (!hasKey(home)) {
      // The memory first: a key without one is then known to have lost it.
      if (readHeads(home, name) === undefined) writeHeads(home, name, new Map());
      makeKey(home, name);
    }
    return { cosigner: readCosigner(home, name), store: openStore(home, name), close: () => lock.release() };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** A witness's verifier key, also while another process holds the home; the key is made when there is none. */
export async function witnessVkey(home: string, name: string, nowIso: string): Promise<string> {
  if (hasKey(home)) {
    requireHeads(home, name);
    return readCosigner(home, name).vkey;
  }
  const witness = await openWitness(home, name, nowIso);
  witness.close();
  return witness.cosigner.vkey;
}
