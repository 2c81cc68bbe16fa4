import type { LedgerPool } from "../audit/records.ts";
import { CliFailure, failure } from "./failure.ts";
import type { Settings } from "./settings.ts";

type Place = Pick<Settings, "databaseUrl" | "home" | "company">;

/**
 * The company's login at DATABASE_URL, else at the embedded database while it runs. With the owner's address the login is
 * looked up, or made. Throws `CliFailure` when there is no database or it does not answer.
 */
export async function databaseOf({ databaseUrl, home, company }: Place): Promise<string> {
  const { readRuntime } = await import("../engines/runtime-file.ts");
  const state = readRuntime(home);
  const url = databaseUrl ?? (state.kind === "running" ? state.runtime.databaseUrl : undefined);
  if (url === undefined) {
    const fix = "start the embedded one with `npm start`, or set DATABASE_URL";
    throw failure("unreachable", "no-database", "no database is known here", fix);
  }
  const { ensureCompanyLogin } = await import("../db/company-login.ts");
  const login = await ensureCompanyLogin({ url, company, home }).catch(unreachable);
  return login.url;
}

/** @throws CliFailure always: the database failed. */
export function unreachable(error: unknown): never {
  const { message, code } = error as NodeJS.ErrnoException;
  throw failure("unreachable", "database", `the database: ${message || code}`, "see `mandate doctor`");
}

/** Runs `work` on the ledgers, which `secret` opens. A database that fails is a `CliFailure`. */
export async function withLedgers<T>(
  config: Place,
  secret: Uint8Array,
  work: (pool: LedgerPool) => Promise<T>,
): Promise<T> {
  const [url, { createLedgerPool }] = await Promise.all([databaseOf(config), import("../db/pool.ts")]);
  const pool = createLedgerPool(url, secret, { max: 2 });
  try {
    return await work(pool);
  } catch (error) {
    if (error instanceof CliFailure || !isOfDatabase(error)) throw error;
    return unreachable(error);
  } finally {
    await pool.end();
  }
}

/** Faults of the server have an SQLSTATE, those of the connection a system's code. */
function isOfDatabase(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^([0-9A-Z]{5}|E[A-Z]+)$/.test(String(error.code));
}
