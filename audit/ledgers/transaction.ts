import type { Ledger, LedgerPool, Sql } from "../vault.ts";

/** Whoever holds a name of a kind in a company is alone with it until the transaction ends. */
export async function holdName(ledger: Ledger, company: string, kind: string, name: string): Promise<void> {
  await ledger.query({
    name: "hold-name",
    text: "select pg_advisory_xact_lock(hashtext($1 || '/' || $2), hashtext($3))",
    values: [company, kind, name],
  });
}

/**
 * Runs `work` in one transaction: commits when it answers, rolls back when it throws. No network call belongs inside. The
 * transaction begins with its first statement, in one way to the server.
 */
export async function inTransaction<T>(pool: LedgerPool, work: (ledger: Ledger) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const query: Sql["query"] = client.query.bind(client);
  const vault = pool.vault.forTransaction();
  let broken: Error | undefined;
  try {
    const begun = client.query("begin");
    // A connection that is lost is told by the statements too.
    begun.catch(() => undefined);
    const answer = await work({ query, vault });
    await begun;
    await client.query("commit");
    vault.committed();
    return answer;
  } catch (error) {
    await client.query("rollback").catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
