import type { Logger } from "pino";
import type { Sql } from "../audit/records.ts";
import { startPump } from "./pump.ts";

/**
 * The one clock that a company decides by: facts, deadlines, verdicts, protections, windows and permits take their
 * instant from it, ISO 8601 in UTC. It is wall time plus the company's offset, a row that tests and demonstrations on
 * embedded engines may set and nothing else does. Leases, signatures and log times stay on wall time.
 */
export type CompanyClock = {
  readonly now: () => string;
  /** Takes up an offset that was set since. */
  read(): Promise<void>;
  stop(): Promise<void>;
};

type ClockOptions = {
  readonly sql: Sql;
  readonly company: string;
  readonly log: Logger;
  /** Whether the offset may be set while this runs: it is looked at every second then. */
  readonly movable: boolean;
};

/** Rejects when the offset cannot be read: a company whose time is not known decides nothing. */
export async function startCompanyClock({ sql, company, log, movable }: ClockOptions): Promise<CompanyClock> {
  let aheadMs = 0;
  const read = async () => {
    aheadMs = await offsetOf(sql, company);
  };
  await read();
  const pump = movable ? startPump(read, log) : undefined;
  return {
    now: () => new Date(Date.now() + aheadMs).toISOString(),
    read,
    stop: async () => pump?.stop(),
  };
}

/** Wall time, for what serves no company's decisions. */
export const wallTime = (): string => new Date().toISOString();

/** How far the company's clock is before wall time, in milliseconds. */
export async function offsetOf(sql: Sql, company: string): Promise<number> {
  const { rows } = await sql.query<{ ahead_ms: number }>({
    name: "company-clock",
    text: "select ahead_ms from company_clock where company = $1",
    values: [company],
  });
  return rows[0]?.ahead_ms ?? 0;
}

/**
 * Puts a company's clock `aheadMs` before wall time. `owner` is the login that owns the schema: companies' own may not.
 * A clock never goes back: what was decided stays decided.
 */
export async function setCompanyClock(owner: Sql, company: string, aheadMs: number): Promise<void> {
  const { rowCount } = await owner.query(
    `insert into company_clock (company, ahead_ms) values ($1, $2)
     on conflict (company) do update set ahead_ms = excluded.ahead_ms where company_clock.ahead_ms <= excluded.ahead_ms`,
    [company, aheadMs],
  );
  if (rowCount === 0) throw new RangeError(`the clock of \`${company}\` is further ahead than ${aheadMs} ms already`);
}
