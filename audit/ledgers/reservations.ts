import type { LimitReading } from "../../domain/decision-details.ts";
import type { Sql } from "../records.ts";

/** What a decision asks of one limit. `account` is SHA-256 (hex); amounts are in the unit of the limit's fact. */
export type LimitAsk = Pick<LimitReading, "account" | "window" | "cap"> & {
  readonly limitId: string;
  readonly amount: number;
  /** It takes the place of what the same case committed before for the account; a count of requests never does. */
  readonly replaces: boolean;
};

/** All that one decision asks, under the policy that it is taken by. */
export type AskedLimits = {
  readonly company: string;
  readonly policyId: string;
  readonly caseId: string;
  readonly stepKey: string;
  readonly gate: number;
  readonly decisionId: string;
  readonly asks: readonly LimitAsk[];
};

/** What the account of a limit holds without this decision, and the window that it is counted in. */
export type AccountReading = Pick<LimitReading, "window" | "used" | "reserved"> & { readonly limitId: string };

type AccountRow = {
  limit_id: string;
  window_from: string | null;
  window_until: string | null;
  used: number;
  reserved: number;
};

function argument({ asks, ...names }: AskedLimits): string {
  const rows = asks.map(({ window, ...ask }) => ({
    ...ask,
    windowFrom: window?.from ?? null,
    windowUntil: window?.until ?? null,
  }));
  return JSON.stringify({ ...names, asks: rows });
}

function readingOf({ limit_id: limitId, window_from: from, window_until: until, used, reserved }: AccountRow) {
  return { limitId, window: from === null || until === null ? null : { from, until }, used, reserved };
}

async function accounts(sql: Sql, name: string, text: string, asked: AskedLimits): Promise<readonly AccountReading[]> {
  const { rows } = await sql.query<AccountRow>({ name, text, values: [argument(asked)] });
  return rows.map(readingOf);
}

/**
 * Locks the accounts and answers what they hold, in the order asked. Must share its transaction with the decision: when
 * that is recorded as one that may act, within every cap or approved beyond them, all of what is asked is held, and
 * otherwise none. A decision that was recorded before holds nothing more.
 */
export function askLimits(sql: Sql, asked: AskedLimits): Promise<readonly AccountReading[]> {
  return accounts(sql, "ask-limits", "select * from ask_limits($1)", asked);
}

/** As `askLimits`, for a decision that nothing comes of: locks and holds nothing. */
export function readLimits(sql: Sql, asked: AskedLimits): Promise<readonly AccountReading[]> {
  return accounts(sql, "read-limits", "select * from read_limits($1)", asked);
}
