import type { Sql } from "../../audit/vault.ts";

/** `witness`: the name of its key. */
type Cosigned = { readonly company: string; readonly log: string; readonly witness: string };

/** Leaves of the largest checkpoint of a log that a witness is known to have cosigned; 0 before its first. */
export async function cosignedSize(sql: Sql, { company, log, witness }: Cosigned): Promise<number> {
  const { rows } = await sql.query<{ size: number }>({
    name: "cosigned-size",
    text: `select size from audit_cosignature where company = $1 and log = $2 and witness = $3
           order by size desc limit 1`,
    values: [company, log, witness],
  });
  return rows[0]?.size ?? 0;
}

/** `line`: the witness's signature line or lines, each with its newline; `signedAt`: ISO 8601, the witness's own word. */
type Cosignature = Cosigned & { readonly size: number; readonly line: string; readonly signedAt: string };

/** Keeps a witness's cosignature of a checkpoint; the first of each is kept. */
export async function keepCosignature(sql: Sql, cosignature: Cosignature): Promise<void> {
  const { company, log, size, witness, line, signedAt } = cosignature;
  await sql.query({
    name: "keep-cosignature",
    text: `insert into audit_cosignature (company, log, size, witness, line, signed_at) values ($1, $2, $3, $4, $5, $6)
           on conflict do nothing`,
    values: [company, log, size, witness, line, signedAt],
  });
}

/**
 * For how long a log has had a checkpoint that is larger than `size` leaves (milliseconds): what a place that holds no
 * more than that lags behind. 0 when it has none.
 */
export async function unpublishedMs(
  sql: Sql,
  { company, log, size }: { readonly company: string; readonly log: string; readonly size: number },
): Promise<number> {
  const { rows } = await sql.query<{ waited_ms: number }>({
    name: "unpublished-ms",
    text: `select greatest(0, extract(epoch from clock_timestamp() - signed_at) * 1000)::float8 as waited_ms
           from audit_checkpoint where company = $1 and log = $2 and size > $3 order by size limit 1`,
    values: [company, log, size],
  });
  return Math.round(rows[0]?.waited_ms ?? 0);
}

/** A witness's newest cosignature of a log. `signedAt`: ISO 8601. */
export type KeptCosignature = { readonly witness: string; readonly size: number; readonly signedAt: string };

/** The newest cosignature of each witness, by name. */
export async function cosignaturesOf(sql: Sql, company: string, log: string): Promise<readonly KeptCosignature[]> {
  const { rows } = await sql.query<KeptCosignature>({
    name: "newest-cosignatures",
    text: `select distinct on (witness) witness, size, signed_at as "signedAt" from audit_cosignature
           where company = $1 and log = $2 order by witness, size desc`,
    values: [company, log],
  });
  return rows;
}
