import { inTransaction } from "../../audit/ledgers/transaction.ts";
import { verifyConsistency } from "../../audit/tree-proof.ts";
import type { LedgerPool, Sql } from "../../audit/vault.ts";
import { formatCheckpoint } from "./checkpoint.ts";
import { LogError } from "./log-error.ts";
import type { Signer } from "./note-keys.ts";
import { signNote } from "./note.ts";
import { givePlaces } from "./places.ts";
import { consistencyProof, rootOf, type HashReader } from "./proof.ts";
import { lastHead, type Head } from "./signed-head.ts";
import { tilePath } from "./tile-path.ts";
import { keepTiles, tileSourceOf } from "./tile-store.ts";
import { growTiles, tileReader, type TileBytes } from "./tiles.ts";

/** `at`: ISO 8601. `most`: leaves per call, default 20,000, or one append's; the rest waits for the next call. */
export type Integration = {
  readonly company: string;
  readonly log: string;
  readonly origin: string;
  readonly signer: Signer;
  readonly at: string;
  readonly most?: number;
};

/** The new head. `more`: others may wait. */
export type Integrated = {
  readonly size: number;
  readonly root: Buffer;
  readonly note: string;
  readonly more: boolean;
};

/** Bounds the memory of one call to a few megabytes, and its transaction to about a second. */
const MOST_LEAVES = 20_000;

/**
 * Gives the log's waiting records their places, extends its tiles and signs its new head, in one transaction. Undefined
 * when nothing waits, or when another one is at it. Throws `LogError`, signing nothing, when what the database holds is
 * not what was signed last.
 */
export async function integrateLog(pool: LedgerPool, integration: Integration): Promise<Integrated | undefined> {
  const { company, log, origin, signer, at, most = MOST_LEAVES } = integration;
  return inTransaction(pool, async (sql) => {
    if (!(await isAlone(sql, company, log))) return undefined;
    const before = await lastHead(sql, integration);
    const { leaves: added, more } = await givePlaces(sql, { company, log, from: before.size, most });
    if (added.length === 0) return undefined;
    const size = before.size + added.length;
    await keepSize(sql, integration, size);
    const kept = tileSourceOf(sql, company, log);
    const tiles = await growTiles(before.size, added, kept);
    const root = await provenRoot(before, size, readerOf(size, tiles, kept), log);
    await keepTiles(sql, company, log, tiles);
    const note = signNote(formatCheckpoint({ origin, size, rootHash: root }), [signer]);
    await sql.query({
      name: "keep-checkpoint",
      text: "insert into audit_checkpoint (company, log, size, root, note, signed_at) values ($1, $2, $3, $4, $5, $6)",
      values: [company, log, size, root, note, at],
    });
    return { size, root, note, more };
  });
}

/** Until this transaction ends, nobody else extends the log. */
async function isAlone(sql: Sql, company: string, log: string): Promise<boolean> {
  const { rows } = await sql.query<{ held: boolean }>({
    name: "lock-log",
    text: "select pg_try_advisory_xact_lock(hashtextextended(json_build_array('log', $1::text, $2::text)::text, 0)) as held",
    values: [company, log],
  });
  return rows[0]?.held === true;
}

async function keepSize(sql: Sql, { company, log, origin }: Integration, size: number): Promise<void> {
  await sql.query({
    name: "keep-log-size",
    text: `insert into audit_log (company, log, origin, size) values ($1, $2, $3, $4)
           on conflict (company, log) do update set size = excluded.size`,
    values: [company, log, origin, size],
  });
}

/** Hashes of the tree as it will be: from the tiles that are about to be kept, and from those that stay as they are. */
function readerOf(size: number, tiles: readonly TileBytes[], kept: ReturnType<typeof tileSourceOf>): HashReader {
  const grown = new Map(tiles.map(({ tile, bytes }) => [tilePath(tile), bytes]));
  return tileReader(size, async (tile) => grown.get(tilePath(tile)) ?? kept(tile));
}

/** The root of `size` leaves, once its tree is proved to begin with the tree that was signed last. */
async function provenRoot(before: Head, size: number, read: HashReader, log: string): Promise<Buffer> {
  const root = await rootOf(size, read);
  const proof = await consistencyProof(before.size, size, read);
  if (verifyConsistency({ oldSize: before.size, oldRoot: before.root, size, root, proof })) return root;
  throw new LogError(
    "inconsistent",
    `the tiles of log \`${log}\` are not those of its checkpoint of ${before.size} leaves; nothing is signed`,
  );
}
