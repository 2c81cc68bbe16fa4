import { leafOf, placeInTree } from "../../audit/places.ts";
import type { Sql } from "../../audit/vault.ts";
import type { HashReader } from "./proof.ts";
import { tileSourceOf } from "./tile-store.ts";
import { tileReader } from "./tiles.ts";

/** A log as the database keeps it. `origin` names it in checkpoints; `size` counts the leaves that have a place. */
export type KeptLog = { readonly log: string; readonly origin: string; readonly size: number };

/** A signed head. `note`: the checkpoint with the log's signature and the cosignatures known; `signedAt`: ISO 8601. */
export type KeptCheckpoint = {
  readonly size: number;
  readonly root: Buffer;
  readonly note: string;
  readonly signedAt: string;
};

/** A record's place. `seq` counts from 0 and is null until the log's tree has the leaf. */
export type Place = { readonly log: string; readonly seq: number | null; readonly leafHash: Buffer };

/** A company's logs that have been integrated at least once, by name. */
export async function logsOf(sql: Sql, company: string): Promise<readonly KeptLog[]> {
  const { rows } = await sql.query<KeptLog>({
    name: "read-logs",
    text: "select log, origin, size from audit_log where company = $1 order by log",
    values: [company],
  });
  return rows;
}

/** One of them, or undefined before its first integration. */
export async function logNamed(sql: Sql, company: string, log: string): Promise<KeptLog | undefined> {
  const { rows } = await sql.query<KeptLog>({
    name: "read-log",
    text: "select log, origin, size from audit_log where company = $1 and log = $2",
    values: [company, log],
  });
  return rows[0];
}

/**
 * Hashes of a log's subtrees from its tiles, for the proofs of `proof.ts`. A subtree that the log does not have yet is a
 * `RangeError`.
 */
export function hashReaderOf(sql: Sql, company: string, log: string): HashReader {
  return async (nodes) => {
    const kept = await logNamed(sql, company, log);
    return tileReader(kept?.size ?? 0, tileSourceOf(sql, company, log))(nodes);
  };
}

/** The newest checkpoint of a log, or undefined before its first. */
export async function newestCheckpoint(sql: Sql, company: string, log: string): Promise<KeptCheckpoint | undefined> {
  const { rows } = await sql.query<KeptCheckpoint>({
    name: "newest-checkpoint",
    text: `select c.size, c.root, c.note || coalesce(w.lines, '') as note, c.signed_at as "signedAt"
           from audit_checkpoint c
           left join lateral (
             select string_agg(line, '' order by witness) as lines from audit_cosignature w
             where w.company = c.company and w.log = c.log and w.size = c.size) w on true
           where c.company = $1 and c.log = $2 order by c.size desc limit 1`,
    values: [company, log],
  });
  return rows[0];
}

/** The place of the record with this key, or undefined when there is no such record. */
export async function placeOf(sql: Sql, company: string, key: string): Promise<Place | undefined> {
  const { rows } = await sql.query<Place>({
    name: "place-of",
    text: `select x.log, ${placeInTree("x", "$2")} as seq, ${leafOf("x", "$2")} as "leafHash"
           from (select place from audit_record r where r.company = $1 and r.key = $2 limit 1) own
           cross join lateral (select * from audit_place p where p.company = $1 and p.ordinal = own.place limit 1) x`,
    values: [company, key],
  });
  return rows[0];
}

/** A log with records that have no place yet. `urgent`: one of them asks for a checkpoint at once. */
export type WaitingLog = { readonly log: string; readonly urgent: boolean };

/** The logs with records that wait for a place: a look-up or two for each of them, however many its records are. */
export async function waitingLogs(sql: Sql, company: string): Promise<readonly WaitingLog[]> {
  const { rows } = await sql.query<WaitingLog>({
    name: "waiting-logs",
    text: `with recursive waiting as (
             (select log from audit_place where company = $1 and seq is null order by log limit 1)
             union all
             select next.log from waiting
             cross join lateral (select p.log from audit_place p
                                 where p.company = $1 and p.seq is null and p.log > waiting.log order by p.log limit 1) next)
           select log, exists (select from audit_place u where u.company = $1 and u.log = waiting.log
                               and u.urgent and coalesce(u.seq, -1) = -1) as urgent
           from waiting order by log`,
    values: [company],
  });
  return rows;
}

/** Those of them of which a record asks for a checkpoint at once: mostly none, and nothing else is gone over. */
export async function urgentLogs(sql: Sql, company: string): Promise<readonly WaitingLog[]> {
  const { rows } = await sql.query<WaitingLog>({
    name: "urgent-logs",
    text: `select distinct log, urgent from audit_place
           where company = $1 and urgent and coalesce(seq, -1) = -1 order by log`,
    values: [company],
  });
  return rows;
}
