import { Client } from "pg";

const CONNECT_TIMEOUT_MS = 5_000;

/** The server's errors outside of a statement: without a listener they would end the process. */
type ErrorSource = { on(event: "error", listener: () => void): unknown };

/**
 * A connection that is cut says so twice: to the statement that waits or comes next, which is where it is handled, and
 * as an event of its own, which is dropped here. Once per connection, for as long as it lives.
 */
export function toldByStatements(client: ErrorSource): void {
  client.on("error", () => undefined);
}

/**
 * One connection for `work`, shown in the server's list as `mandate <purpose>`, and closed when `work` has ended.
 * @throws the driver's error, with PostgreSQL's code, when the server is not reached or goes away.
 */
export async function withClient<T>(url: string, purpose: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: `mandate ${purpose}`,
  });
  toldByStatements(client);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
