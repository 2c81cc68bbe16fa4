import { destination, pino, type Logger } from "pino";

/**
 * Diagnostics on stdout, a line of JSON each: object first, constant message, ids as bindings, no bodies. Lines may be
 * lost in a crash; what must not be lost is in the ledgers.
 */
export function createLogger(level: string): Logger {
  const redact = { paths: ["token", "authorization", "apiKey", "secret", "connectionString"], censor: "(redacted)" };
  return pino({ level, base: null, redact }, destination({ dest: 1, sync: false }));
}
