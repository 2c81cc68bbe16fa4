import { ApplicationFailure } from "@temporalio/activity";
import type { LedgerPool } from "../../audit/records.ts";
import * as ledger from "../../audit/ledgers/replies.ts";
import type { LedgerActivities } from "../../workflows/activities.ts";

type Reply = Pick<LedgerActivities, "expectReply" | "readReply" | "lapseReply" | "withdrawReply">;

/** Awaited replies as the workflow drives them; the ledger is the arbiter between answers, deadlines and newer events. */
export function createReply({ pool }: { readonly pool: LedgerPool }): Reply {
  return {
    expectReply: ({ company, caseId }, { correlation, deadline }, at) =>
      ledger.expectReply(pool, { company, caseId, correlation, deadline, at }).catch(endWhenTaken),
    readReply: (company, correlation) => ledger.readReply(pool, { company, correlation }),
    lapseReply: (company, correlation, at) => ledger.lapseReply(pool, { company, correlation }, at),
    withdrawReply: (company, correlation, at) => ledger.withdrawReply(pool, { company, correlation }, at),
  };
}

/** Asking again would change nothing: the case fails where somebody sees it. */
function endWhenTaken(error: unknown): never {
  if (!(error instanceof ledger.CorrelationTaken)) throw error;
  throw ApplicationFailure.nonRetryable(error.message, "CORRELATION_TAKEN");
}
