import { Pool, types, type ClientBase } from "pg";
import { createVault, type LedgerPool, type OnForeignKey } from "../audit/vault.ts";
import { toldByStatements } from "../engines/postgres-connection.ts";

/** PostgreSQL `timestamptz` (OID 1184) is read as an ISO 8601 string in UTC: no Date crosses a boundary here. */
const TIMESTAMPTZ = 1184;
/** `bigint` (OID 20) is read as a number: our counters and minor units stay within safe integers. */
const BIGINT = 20;

function readBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint \`${text}\` is not a safe integer`);
  return value;
}

const parsers = {
  getTypeParser(oid: number, format?: "text" | "binary"): unknown {
    if (oid === TIMESTAMPTZ) return (text: string) => new Date(text).toISOString();
    if (oid === BIGINT) return readBigint;
    return types.getTypeParser(oid, format === "binary" ? "text" : format);
  },
};

type PoolOptions = { readonly max?: number; readonly onError?: (error: Error) => void };

/** A pool that records: `secret` opens and seals the bodies of what is recorded. */
export function createLedgerPool(
  url: string,
  secret: Uint8Array,
  { onForeignKey, ...options }: PoolOptions & { readonly onForeignKey?: OnForeignKey } = {},
): LedgerPool {
  return Object.assign(createPool(url, options), { vault: createVault(secret, onForeignKey) });
}

/** Rows are found by key, whatever a plan was made on: on a table of one page PostgreSQL would rather read all of it. */
export async function askByKey(client: ClientBase): Promise<void> {
  await client.query("set enable_seqscan = off");
}

/**
 * One pool per process, of `max` connections. A lost server is told by each statement that needs it, inside a
 * transaction too; the pool survives it. `onError` hears of connections that were lost while nobody used them.
 */
export function createPool(url: string, { max = 16, onError }: PoolOptions = {}): Pool {
  const pool = new Pool({
    connectionString: url,
    max,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
    application_name: "mandate",
    // Statements of a transaction that do not wait for each other's answers travel together.
    pipeline: true,
    // oxlint-disable-next-line typescript/no-misused-promises -- the driver waits for it, which its types leave out
    onConnect: askByKey,
    types: parsers as never,
  });
  pool.on("connect", toldByStatements);
  pool.on("error", (error) => onError?.(error));
  return pool;
}
