import { requireHeads, writeHeads, type KeptHead } from "./heads-file.ts";

/** What a step answers, and the head that it moves to, if any. */
export type Step<T> = { readonly answer: T; readonly head?: KeptHead };

/** The heads of one witness. One process at a time holds them (`openWitness`). */
export type HeadStore = {
  head(origin: string): KeptHead | undefined;
  /**
   * Looks at a log's head and moves it, with nothing in between: reading, deciding and making durable are one
   * synchronous step, so of two requests that start from one size the second sees what the first left. Returns when
   * the new head is on disk; a disk that fails throws, and the old head stands.
   */
  advance<T>(origin: string, step: (head: KeptHead | undefined) => Step<T>): T;
};

/** Reads what a witness remembers in its home. Throws `WitnessError` when that is missing or not what was written. */
export function openStore(home: string, witness: string): HeadStore {
  let heads = requireHeads(home, witness);
  return {
    head: (origin) => heads.get(origin),
    advance(origin, step) {
      const { answer, head } = step(heads.get(origin));
      if (head === undefined) return answer;
      const next = new Map(heads).set(origin, head);
      writeHeads(home, witness, next);
      heads = next;
      return answer;
    },
  };
}
