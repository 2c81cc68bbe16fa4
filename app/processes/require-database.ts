import { ConfigError, type Config } from "../config.ts";

/** The database's address. @throws ConfigError when the environment names none: only `mandate dev` starts one. */
export function requireDatabase({ databaseUrl }: Config): string {
  if (databaseUrl !== undefined) return databaseUrl;
  throw new ConfigError([
    "DATABASE_URL: not set; give postgres://user:password@host:5432/mandate, or run `mandate dev` for the embedded one",
  ]);
}
