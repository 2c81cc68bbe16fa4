import type { Sql } from "../../audit/vault.ts";

/** `sink`: the name of the place that knows a log further, or otherwise, than the database. `foundAt`: ISO 8601. */
export type KeptFork = {
  readonly log: string;
  readonly sink: string;
  readonly detail: string;
  readonly foundAt: string;
};

/** Keeps that a log has forked, for every process that would sign it on; the first word of each place is kept. */
export async function keepFork(sql: Sql, company: string, fork: Omit<KeptFork, "foundAt">): Promise<void> {
  const { log, sink, detail } = fork;
  await sql.query({
    name: "keep-fork",
    text: "insert into audit_fork (company, log, sink, detail) values ($1, $2, $3, $4) on conflict do nothing",
    values: [company, log, sink, detail],
  });
}

/** The forks of a log that these places know of. */
export async function forksOf(
  sql: Sql,
  company: string,
  log: string,
  sinks: readonly string[],
): Promise<readonly KeptFork[]> {
  if (sinks.length === 0) return [];
  const { rows } = await sql.query<KeptFork>({
    name: "forks-of",
    text: `select log, sink, detail, found_at as "foundAt" from audit_fork
           where company = $1 and log = $2 and sink = any ($3) order by found_at, sink`,
    values: [company, log, sinks],
  });
  return rows;
}
