import type { StoredDecision } from "../audit/ledgers/decisions.ts";
import { takeBackUntouched } from "../audit/ledgers/escalations.ts";
import {
  readServiceStep,
  recordServiceDecisions,
  type OpenServiceQuestion,
  type ServiceDraft,
} from "../audit/ledgers/service-decisions.ts";
import { inTransaction } from "../audit/ledgers/transaction.ts";
import type { Ledger, LedgerPool } from "../audit/records.ts";
import { decisionIdOf } from "../audit/record-keys.ts";
import { asksForOutage } from "../domain/outage.ts";
import type { Instead } from "../workflows/activities.ts";
import { createDecider, type Alarm } from "./decider.ts";
import { functionOfPolicy } from "./function-of-policy.ts";
import { LimitsUnread } from "./limits.ts";
import { NotTakenBack } from "./not-taken-back.ts";
import type { PolicySource } from "./policy-source.ts";
import { nextGateOf } from "./service.ts";

export type InsteadDeps = {
  readonly pool: LedgerPool;
  readonly company: string;
  readonly policies: PolicySource;
  readonly alarm: Alarm;
  /** The company's clock, ISO 8601. */
  readonly now: () => string;
};

/**
 * Decides a request to the decide service anew, on the facts it was asked with, in place of a question that only an outage asked, and
 * takes that back, in one transaction; or writes nothing. The question's lock holds it in order with what people and callers do.
 */
export async function decideServiceInstead(
  deps: InsteadDeps,
  { escalationId, decisionId }: Pick<OpenServiceQuestion, "escalationId" | "decisionId">,
): Promise<Instead> {
  const { pool, company } = deps;
  const at = deps.now();
  try {
    return await inTransaction(pool, async (ledger: Ledger) => {
      const step = await readServiceStep(ledger, company, { decisionId });
      const latest = step?.decisions.at(-1);
      if (step === undefined || latest?.decisionId !== decisionId) throw new NotTakenBack("stands");
      const instead = decisionIdOf(company, step.stepKey, latest.gate + 1);
      if (!(await takeBackUntouched(ledger, { company, escalationId, at }, instead))) throw new NotTakenBack("stands");
      const place = { kind: "transaction", ledger, accounts: "ask" } as const;
      const decide = createDecider({ ...deps, place, record: keepExecuted });
      await decide(nextGateOf(step, latest, null, at));
      return "decided" as const;
    });
  } catch (error) {
    if (error instanceof NotTakenBack) return error.why;
    if (error instanceof LimitsUnread) return "away";
    throw error;
  }
}

/** Keeps what executes; what would ask people again, be blocked or give no permit is not decided in their question's place. */
async function keepExecuted(sql: Ledger, decision: ServiceDraft["decision"]): Promise<StoredDecision> {
  if (decision.verdict !== "execute" || decision.withheld) {
    throw new NotTakenBack(asksForOutage(decision.rules) ? "away" : "stands");
  }
  const functionId = functionOfPolicy(decision.policy.id);
  const [record] = await recordServiceDecisions(sql, [{ decision, proposal: null, functionId }]);
  if (record?.kind === "failed") throw record.error;
  if (record?.kind !== "kept" || !record.fresh) throw new NotTakenBack("stands");
  return record.decision;
}
