import type { AccountUnit } from "../../domain/account.ts";
import type { LimitReading } from "../../domain/decision-details.ts";
import type { Sql } from "../records.ts";

/** What a decision asks of one account, which is SHA-256 (hex). Amounts are in the account's unit. */
export type LimitAsk = AccountUnit &
  Pick<LimitReading, "account" | "window"> & {
    /** What the account is called, and where its cap comes from: kept with it when it is opened. */
    readonly name: string;
    readonly kind: "limit" | "fund";
    readonly amount: number;
    /** Null for a fund: what was deposited. */
    readonly cap: number | null;
  };

/** All that one decision asks, under the policy that it is taken by. */
export type AskedLimits = {
  readonly company: string;
  readonly policyId: string;
  readonly caseId: string;
  readonly stepKey: string;
  readonly gate: number;
  readonly decisionId: string;
  /** The decision's instant, ISO 8601: rolling windows end at it. */
  readonly at: string;
  readonly asks: readonly LimitAsk[];
};

/**
 * What an account holds without this decision, and the window that it is counted in: an amount under a limit takes the
 * place of what the same policy posted before in the case, in that one's window.
 */
export type AccountReading = Pick<LimitReading, "window" | "used" | "reserved"> & { readonly deposited: number };

type AccountRow = {
  window_from: string | null;
  window_until: string | null;
  deposited: number;
  used: number;
  reserved: number;
};

function argument({ asks, ...names }: AskedLimits): string {
  const rows = asks.map(({ window, ...ask }) =>
    window?.days === undefined
      ? { ...ask, windowFrom: window?.from ?? null, windowUntil: window?.until ?? null }
      : { ...ask, days: window.days },
  );
  return JSON.stringify({ ...names, asks: rows });
}

/** A rolling window is the one that is asked: nothing stands in another. */
function readingsOf({ asks }: AskedLimits, rows: readonly AccountRow[]): readonly AccountReading[] {
  return rows.map(({ window_from: from, window_until: until, ...totals }, at) => {
    const asked = asks[at]?.window;
    const window = from === null || until === null ? null : { from, until };
    return { window: asked?.days === undefined ? window : asked, ...totals };
  });
}

/**
 * Locks the accounts and answers what they hold, in the order asked. Must share its transaction with the decision: when
 * that is recorded as one that may act, within every cap or approved beyond them, all of what its details say is asked is
 * held, and otherwise none. A decision that was recorded before holds nothing more. Throws for an account that is kept in
 * another unit, and for one that stays locked.
 */
export async function askLimits(sql: Sql, asked: AskedLimits): Promise<readonly AccountReading[]> {
  const { rows } = await sql.query<AccountRow>({
    name: "ask-accounts",
    text: "select * from ask_accounts($1)",
    values: [argument(asked)],
  });
  return readingsOf(asked, rows);
}

/** As `askLimits`, for a decision that nothing comes of: locks and holds nothing. */
export async function readLimits(sql: Sql, asked: AskedLimits): Promise<readonly AccountReading[]> {
  const { rows } = await sql.query<AccountRow>({
    name: "read-accounts",
    text: "select * from read_accounts($1)",
    values: [argument(asked)],
  });
  return readingsOf(asked, rows);
}
