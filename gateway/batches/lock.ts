import type { Pool } from "pg";

/**
 * Does `work` alone among all gateways of a company, for one name; undefined when another one is at it. The lock hangs on
 * a connection: a process that is killed holds nothing.
 */
export async function alone<T>(
  pool: Pool,
  company: string,
  name: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const client = await pool.connect();
  const names = [company, name];
  let broken: Error | undefined;
  try {
    const { rows } = await client.query<{ held: boolean }>({
      name: "lock-batch",
      text: "select pg_try_advisory_lock(hashtextextended(json_build_array('batch', $1::text, $2::text)::text, 0)) as held",
      values: names,
    });
    if (rows[0]?.held !== true) return undefined;
    try {
      return await work();
    } finally {
      await client
        .query(
          "select pg_advisory_unlock(hashtextextended(json_build_array('batch', $1::text, $2::text)::text, 0))",
          names,
        )
        .catch((error: Error) => (broken = error));
    }
  } finally {
    client.release(broken);
  }
}
