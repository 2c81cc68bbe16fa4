import type { Ledger, LedgerPool, Sql } from "../../audit/vault.ts";

/** One view of the database, held until it is closed: whatever is written meanwhile, all that is read fits together. */
export type Snapshot = { readonly ledger: Ledger; readonly close: () => Promise<void> };

/** A view that nobody reads from for so long is given up: it keeps the database from tidying up. */
const IDLE_MS = 60_000;

/** Read only and REPEATABLE READ. The vault knows only keys that stand in this view. */
export async function openSnapshot(pool: LedgerPool): Promise<Snapshot> {
  const client = await pool.connect();
  const query: Sql["query"] = client.query.bind(client);
  const close = async () => {
    const broken = await client.query("rollback").then(
      () => undefined,
      (error: Error) => error,
    );
    client.release(broken);
  };
  try {
    await client.query("begin isolation level repeatable read read only");
    await client.query(`set local idle_in_transaction_session_timeout = ${IDLE_MS}`);
  } catch (error) {
    await close();
    throw error;
  }
  return { ledger: { query, vault: pool.vault.forTransaction() }, close };
}
