import type { BusinessCalendar } from "../../domain/calendar.ts";
import type { JsonObject } from "../../domain/json.ts";
import { policyCaseOf } from "../../domain/policy-release.ts";
import { digestOf } from "../digest.ts";
import { appendRecord, type LedgerPool, type Sql } from "../records.ts";
import { holdName, inTransaction } from "./transaction.ts";

/** A company's calendar as it was set. `n` counts from 1; `digest`: SHA-256 (hex) of its canonical JSON. */
export type SetCalendar = {
  readonly n: number;
  readonly calendar: BusinessCalendar;
  readonly digest: string;
  readonly setBy: string;
  readonly setAt: string;
};

type Setting = {
  readonly company: string;
  /** The admin who sets it, and when by the company's clock, ISO 8601. */
  readonly by: string;
  readonly at: string;
  readonly calendar: BusinessCalendar;
  readonly reason: string;
};

/** The calendar that counts, or undefined: none was set, and deadlines run day and night. */
export async function readCalendar(sql: Sql, company: string): Promise<SetCalendar | undefined> {
  const { rows } = await sql.query<SetCalendar>({
    name: "newest-calendar",
    text: `select n, document as calendar, digest, set_by as "setBy", set_at as "setAt" from company_calendar
           where company = $1 order by n desc limit 1`,
    values: [company],
  });
  return rows[0];
}

/**
 * Sets the calendar with its record: questions that open from then on go by it, open ones by the one they opened under.
 * Undefined where the same counts already, and nothing is changed.
 */
export async function setCalendar(
  pool: LedgerPool,
  { company, by, at, calendar, reason }: Setting,
): Promise<SetCalendar | undefined> {
  const document = calendar as unknown as JsonObject;
  const digest = digestOf(document);
  return inTransaction(pool, async (ledger) => {
    await holdName(ledger, company, "calendar", "company");
    const stands = await readCalendar(ledger, company);
    if (stands?.digest === digest) return undefined;
    const n = (stands?.n ?? 0) + 1;
    const caseId = policyCaseOf(company);
    const key = `${caseId}/calendar/${n}`;
    const body = { change: "calendar", n, calendar: digest, document, person: by, reason };
    const parents = stands === undefined ? [] : [`${caseId}/calendar/${stands.n}`];
    await appendRecord(ledger, { company, caseId, kind: "policy", key, at, body, parents, person: by });
    await ledger.query({
      name: "set-calendar",
      text: `insert into company_calendar (company, n, document, digest, set_by, set_at, record_key)
             values ($1, $2, $3, $4, $5, $6, $7)`,
      values: [company, n, JSON.stringify(document), digest, by, at, key],
    });
    return { n, calendar, digest, setBy: by, setAt: at };
  });
}
