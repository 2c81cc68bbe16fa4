import type { LedgerPool } from "../../../audit/records.ts";

/** A pool whose server process is killed just before it would run the statement of that name, or `commit`. */
export function dyingAt(statement: string, pool: LedgerPool, killer: LedgerPool): LedgerPool {
  const connect = async () => {
    const client = await pool.connect();
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    const query = client.query.bind(client) as (...args: readonly unknown[]) => Promise<unknown>;
    const dying = async (given: string | { readonly name?: string }, ...rest: readonly unknown[]) => {
      const name = typeof given === "string" ? given : given.name;
      if (name === statement) await killer.query("select pg_terminate_backend($1, 5000)", [rows[0]?.pid]);
      return query(given, ...rest);
    };
    return new Proxy(client, { get: (target, name) => (name === "query" ? dying : Reflect.get(target, name, target)) });
  };
  return new Proxy(pool, { get: (target, name) => (name === "connect" ? connect : Reflect.get(target, name, target)) });
}
