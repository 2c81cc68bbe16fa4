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
 * order. What one append wrote is never parted: more than `most` are given only where one append has more. `more`: others
 * may wait. Each hash is taken anew from the record's envelope. Throws `LogError` (`leaf-changed`, `size-changed`).
 *
 * Transactions commit in another order than they took their ordinals, so a low ordinal may appear after a higher one got
 * its place. A record still never comes before one that it rests on: its append saw the parent committed, so the parent's
 * ordinal was taken before, and whatever snapshot shows the child to this statement shows the parent too. The same holds
 * of the records of one case, whose appends wait for each other.
 */
export async function givePlaces(
  sql: Sql,
  { company, log, from, most }: Giving,
): Promise<{ readonly leaves: Buffer[]; readonly more: boolean }> {
  const { rows } = await sql.query<{ hashes: Buffer | null; changed: string | null; more: boolean }>({
    name: "give-places",
    // By tuple id and by key, row by row: a plan that joins by estimates reads the whole log when they are off.
    text: `with waiting as materialized (
             select ctid as row, ordinal, cardinality(keys) as size, sum(cardinality(keys)) over (order by ordinal) as upto
             from audit_place where company = $1 and log = $2 and seq is null order by ordinal limit $4),
           given as (
             update audit_place p set seq = $3::bigint + waiting.upto - waiting.size from waiting
             where p.ctid = waiting.row and (waiting.upto <= $4 or waiting.upto = waiting.size)
             returning p.seq, p.keys, p.hashes)
           select string_agg(given.hashes, ''::bytea order by given.seq) as hashes, min(own.changed) as changed,
                  coalesce((select max(upto) from waiting) >= $4, false) as more
           from given cross join lateral (
             select min(k.key) filter (where substr(given.hashes, 32 * k.nth::int - 31, 32) is distinct from (
                      select leaf_hash(r.envelope) from audit_record r where r.company = $1 and r.key = k.key limit 1)) as changed
             from unnest(given.keys) with ordinality as k (key, nth)) own`,
    values: [company, log, from, most],
  });
  const { hashes = null, changed = null, more = false } = rows[0] ?? {};
  if (changed !== null) {
    throw new LogError("leaf-changed", `the place of record \`${changed}\` holds another hash than the record has`);
  }
  return { leaves: hashes === null ? [] : leavesIn(hashes), more };
}

function leavesIn(hashes: Buffer): Buffer[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, place) =>
    hashes.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES),
  );
}
