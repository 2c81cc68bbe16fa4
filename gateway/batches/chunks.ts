import { sha256Hex } from "../../audit/digest.ts";
import type { TakenRow } from "./intake.ts";
import { CHUNK_BYTES, CHUNK_ROWS } from "./limits.ts";

/** Rows that are written together. `rows` and `bad` are JSON: `[[line, row], …]` and `[{line, reason}, …]`. */
export type Chunk = {
  /** From 1. */
  readonly n: number;
  /** SHA-256 (hex) of what is kept of it. */
  readonly digest: string;
  readonly bytes: number;
  readonly rowCount: number;
  readonly badCount: number;
  readonly rows: string;
  readonly bad: string;
};

/** Puts rows into chunks: the same rows come into the same ones. */
export function createChunks(mostRows = CHUNK_ROWS, mostBytes = CHUNK_BYTES) {
  let n = 0;
  let rows: string[] = [];
  let bad: string[] = [];
  let bytes = 0;

  function close(): Chunk {
    n += 1;
    const texts = { rows: `[${rows.join(",")}]`, bad: `[${bad.join(",")}]` };
    const digest = sha256Hex(`${texts.rows}\n${texts.bad}`);
    const chunk = { n, digest, bytes, rowCount: rows.length, badCount: bad.length, ...texts };
    [rows, bad, bytes] = [[], [], 0];
    return chunk;
  }

  return {
    /** The chunk that this row fills, if so. */
    add({ line, bytes: more, row, bad: reason }: TakenRow): Chunk | undefined {
      if (row !== undefined) rows.push(`[${line},${JSON.stringify(row)}]`);
      if (reason !== undefined) bad.push(JSON.stringify({ line, reason }));
      bytes += more;
      return rows.length + bad.length >= mostRows || bytes >= mostBytes ? close() : undefined;
    },
    /** What is left; undefined when that is nothing. */
    rest: (): Chunk | undefined => (rows.length + bad.length > 0 ? close() : undefined),
  };
}
