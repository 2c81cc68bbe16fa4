import type { Sql } from "../../audit/vault.ts";
import { LogError } from "./log-error.ts";
import { HASH_BYTES } from "../../audit/tree.ts";

type Giving = {
  readonly company: string;
  readonly log: string;
  /** The first place to give: the log's size. */
  readonly from: number;
  readonly most: number;
};

/**
 * Gives the waiting records of a log the next places, in the order of `ordinal`, and answers their leaf hashes in that
 * order. Each hash is taken anew from the record's envelope. Throws `LogError` (`leaf-changed`, `size-changed`).
 *
 * Transactions commit in another order than they took their ordinals, so a low ordinal may appear after a higher one got
 * its place. A record still never comes before one that it rests on: its append saw the parent committed, so the parent's
 * ordinal was taken before, and whatever snapshot shows the child to this statement shows the parent too. The same holds
 * of the records of one case, whose appends wait for each other.
 */
export async function givePlaces(sql: Sql, { company, log, from, most }: Giving): Promise<Buffer[]> {
  const { rows } = await sql.query<{ hashes: Buffer | null; changed: string | null }>({
    name: "give-places",
    // By tuple id and by key, row by row: a plan that joins by estimates reads the whole log when they are off.
    text: `with waiting as materialized (
             select ctid as row, row_number() over (order by ordinal) - 1 as place from audit_place
             where company = $1 and log = $2 and seq is null order by ordinal limit $4),
           given as (
             update audit_place p set seq = $3::bigint + waiting.place from waiting where p.ctid = waiting.row
             returning p.seq, p.key, p.leaf_hash)
           select string_agg(given.leaf_hash, ''::bytea order by given.seq) as hashes,
                  min(given.key) filter (where given.leaf_hash is distinct from own.leaf) as changed
           from given left join lateral (
             select leaf_hash(r.envelope) as leaf from audit_record r where r.company = $1 and r.key = given.key limit 1) own on true`,
    values: [company, log, from, most],
  });
  const { hashes = null, changed = null } = rows[0] ?? {};
  if (changed !== null) {
    throw new LogError("leaf-changed", `the place of record \`${changed}\` holds another hash than the record has`);
  }
  return hashes === null ? [] : leavesIn(hashes);
}

function leavesIn(hashes: Buffer): Buffer[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, place) =>
    hashes.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES),
  );
}
