import { digestOf, sha256Hex } from "../audit/digest.ts";
import type { StoredDecision } from "../audit/ledgers/decisions.ts";
import { decisionIdOf } from "../audit/record-keys.ts";
import {
  askLimits,
  readLimits,
  type AccountReading,
  type AskedLimits,
  type LimitAsk,
} from "../audit/ledgers/reservations.ts";
import { inTransaction } from "../audit/ledgers/transaction.ts";
import type { Ledger, LedgerPool } from "../audit/records.ts";
import { sharedAccountText } from "../domain/account.ts";
import type { LimitReading } from "../domain/decision-details.ts";
import type { Decision } from "../domain/decision.ts";
import { readingOf, type Ask } from "../guardrails/limits.ts";
import { underLimits, type Ruling } from "./ruling.ts";

/** A decision as rules and compliance leave it, and what it asks of its policy's limits. */
export type Counting = Pick<Ruling, "cell" | "asked" | "decision" | "withheld"> & {
  readonly names: Pick<AskedLimits, "company" | "caseId" | "stepKey" | "gate" | "at">;
  /** People approved this very action. */
  readonly approved: boolean;
};

/**
 * Where a decision is read and kept: by the pool, which gives what must go together a transaction of its own, or within one
 * that is under way. `unread`: an earlier try of that transaction could not read the accounts.
 */
export type Place =
  | { readonly kind: "pool"; readonly ledger: LedgerPool }
  | { readonly kind: "transaction"; readonly ledger: Ledger; readonly accounts: "ask" | "unread" };

/** Records a decision with the readings of its limits, in the given transaction or in one of its own. */
type Keep = (sql: Ledger, decision: Decision, readings: readonly LimitReading[]) => Promise<StoredDecision>;

/** What stands for an account: nobody can read a person or a customer out of a ledger row. */
export function accountOf(company: string, policyId: string, ask: Pick<Ask, "limit" | "account" | "unit">): string {
  const { limit, account, unit } = ask;
  const { id, sum, window, shared } = limit;
  if (shared === undefined) return digestOf({ company, policy: policyId, limit: id, sum, window, account });
  return sha256Hex(sharedAccountText({ company, kind: kindOf(limit), id, window, unit, values: account }));
}

/** Where the cap of an account comes from: a policy, or deposits. */
function kindOf({ cap }: Ask["limit"]): "limit" | "fund" {
  return typeof cap === "object" && "deposited" in cap ? "fund" : "limit";
}

/** The accounts could not be read. Within a transaction it is the end of that: its work is done again without them. */
export class LimitsUnread extends Error {
  constructor(cause?: unknown) {
    super("what limits have counted could not be read", { cause });
    this.name = "LimitsUnread";
  }
}

function askedLimits({ names, cell, asked }: Counting): AskedLimits {
  const { company, stepKey, gate } = names;
  const asks = asked.asks.map((ask): LimitAsk => {
    const { limit, unit, window, asked: amount, cap } = ask;
    const name = `${limit.shared === undefined ? cell.id : "shared"}/${limit.id}`;
    return { account: accountOf(company, cell.id, ask), name, kind: kindOf(limit), ...unit, window, amount, cap };
  });
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
export async function keepCounted(place: Place, counting: Counting, keep: Keep): Promise<StoredDecision> {
  const { ledger } = place;
  const { asked, withheld, approved, decision } = counting;
  if (asked.asks.length === 0) return keep(ledger, underLimits(counting, []), []);
  const keepUnread = () => keep(ledger, underLimits(counting, "unread"), []);
  if (place.kind === "transaction" && place.accounts === "unread") {
    if (approved) throw new LimitsUnread();
    return keepUnread();
  }
  const limits = askedLimits(counting);
  const keepRead = async (sql: Ledger, read: typeof askLimits) => {
    const readings = await readingsOf(counting, limits, (all) => read(sql, all));
    return keep(sql, underLimits(counting, readings), readings);
  };
  try {
    if (decision.kind === "block" || withheld) return await keepRead(ledger, readLimits);
    if (place.kind === "transaction") return await keepRead(ledger, askLimits);
    return await inTransaction(place.ledger, (client) => keepRead(client, askLimits));
  } catch (error) {
    if (!(error instanceof LimitsUnread) || approved || place.kind === "transaction") throw error;
    return keepUnread();
  }
}
