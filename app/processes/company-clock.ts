import type { Logger } from "pino";
import type { Sql } from "../../audit/records.ts";
import { startCompanyClock, type CompanyClock } from "../../db/company-clock.ts";
import type { Config } from "../config.ts";

/** The clock of the company that a process serves. In production it is wall time: nobody sets it. */
export function companyClock({ company, mode }: Config, sql: Sql, log: Logger): Promise<CompanyClock> {
  return startCompanyClock({ sql, company, log, movable: mode === "development" });
}
