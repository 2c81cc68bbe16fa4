import { digestOf } from "../audit/digest.ts";
import type { StoredDecision } from "../audit/ledgers/decisions.ts";
import { decisionIdOf } from "../audit/record-keys.ts";
import { askLimits, readLimits, type AccountReading, type AskedLimits } from "../audit/ledgers/reservations.ts";
import { inTransaction } from "../audit/ledgers/transaction.ts";
import type { Ledger, LedgerPool } from "../audit/records.ts";
import type { LimitReading } from "../domain/decision-details.ts";
import type { Decision } from "../domain/decision.ts";
import { readingOf, type Ask } from "../guardrails/limits.ts";
import { underLimits, type Ruling } from "./ruling.ts";

/** A decision as rules and compliance leave it, and what it asks of its policy's limits. */
export type Counting = Pick<Ruling, "cell" | "asked" | "decision" | "withheld"> & {
  readonly names: Pick<AskedLimits, "company" | "caseId" | "stepKey" | "gate">;
  /** People approved this very action. */
  readonly approved: boolean;
};

/** Records a decision with the readings of its limits, in the given transaction or in one of its own. */
type Keep = (sql: Ledger, decision: Decision, readings: readonly LimitReading[]) => Promise<StoredDecision>;

/** What stands for an account: nobody can read a person or a customer out of a ledger row. */
export function accountOf(
  company: string,
  policyId: string,
  { limit, account }: Pick<Ask, "limit" | "account">,
): string {
  const { id, sum, window } = limit;
  return digestOf({ company, policy: policyId, limit: id, sum, window, account });
}

/** The accounts could not be read. */
class LimitsUnread extends Error {
  constructor(cause: unknown) {
    super("what limits have counted could not be read", { cause });
    this.name = "LimitsUnread";
  }
}

function askedLimits({ names, cell, asked }: Counting): AskedLimits {
  const { company, stepKey, gate } = names;
  const asks = asked.asks.map((ask) => ({
    limitId: ask.limit.id,
    account: accountOf(company, cell.id, ask),
    window: ask.window,
    amount: ask.asked,
    cap: ask.cap,
    replaces: ask.limit.sum !== null,
  }));
  return { ...names, policyId: cell.id, decisionId: decisionIdOf(company, stepKey, gate), asks };
}

async function readingsOf(
  { asked }: Counting,
  limits: AskedLimits,
  read: (limits: AskedLimits) => Promise<readonly AccountReading[]>,
): Promise<readonly LimitReading[]> {
  try {
    const states = await read(limits);
    return asked.asks.map((ask, index) => {
      const [state, account] = [states[index], limits.asks[index]?.account];
      if (state === undefined || account === undefined) throw new Error(`no account of limit \`${ask.limit.id}\``);
      return readingOf(ask, account, state);
    });
  } catch (error) {
    throw new LimitsUnread(error);
  }
}

/**
 * Counts a decision's limits and keeps it: what may act holds what it asks in the transaction that records it, so that
 * no other decision is admitted into the same room. What is blocked or withheld only reads. Accounts that cannot be read
 * let nothing execute; an approved decision is then not kept at all, since it would act uncounted. A decision that asks
 * nothing is kept as ever.
 */
export async function keepCounted(pool: LedgerPool, counting: Counting, keep: Keep): Promise<StoredDecision> {
  const { asked, withheld, approved, decision } = counting;
  if (asked.asks.length === 0) return keep(pool, underLimits(counting, []), []);
  const limits = askedLimits(counting);
  const keepRead = (sql: Ledger, readings: readonly LimitReading[]) =>
    keep(sql, underLimits(counting, readings), readings);
  try {
    if (decision.kind === "block" || withheld) {
      return await keepRead(pool, await readingsOf(counting, limits, (all) => readLimits(pool, all)));
    }
    return await inTransaction(pool, async (client) =>
      keepRead(client, await readingsOf(counting, limits, (all) => askLimits(client, all))),
    );
  } catch (error) {
    if (!(error instanceof LimitsUnread) || approved) throw error;
    return keep(pool, underLimits(counting, "unread"), []);
  }
}
