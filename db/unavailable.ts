/**
 * SQLSTATEs of a server that is stopping, starting or full, and of a connection that broke.
 * Source: PostgreSQL 18, appendix A, classes 08, 53 and 57.
 */
const states: ReadonlySet<string> = new Set([
  "57P01",
  "57P02",
  "57P03",
  "53300",
  "08000",
  "08001",
  "08003",
  "08004",
  "08006",
]);

/** What the network and the driver say of a server that is not there. */
const faults: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
]);
/** Calls on connections: a file that is not there is no server that is away. */
const calls: ReadonlySet<unknown> = new Set(["connect", "read", "write", "getaddrinfo"]);
const words =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Whether a statement failed because the database is away for now: the same may succeed later. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as { readonly code?: unknown; readonly syscall?: unknown };
  if (typeof code === "string") return states.has(code) || (faults.has(code) && calls.has(syscall));
  return words.test(error.message) || isUnavailable(error.cause);
}
