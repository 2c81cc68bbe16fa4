import { ApplicationFailure } from "@temporalio/activity";
import type { LedgerPool } from "../../audit/records.ts";
import * as ledger from "../../audit/ledgers/replies.ts";
import { replyWords, type ReplyStanding, type ReplyState, type ReplyWord } from "../../domain/reply.ts";
import type { LedgerActivities } from "../../workflows/activities.ts";

type Reply = Pick<LedgerActivities, "expectReply" | "readReply" | "lapseReply" | "withdrawReply">;

/** Awaited replies as the workflow drives them; the ledger is the arbiter between answers, deadlines and newer events. */
export function createReply({ pool }: { readonly pool: LedgerPool }): Reply {
  const told = async (state: Promise<ReplyState>) => standingOf(await state);
  return {
    expectReply: ({ company, caseId }, { correlation, deadline }, at) =>
      told(ledger.expectReply(pool, { company, caseId, correlation, deadline, at }).catch(endWhenTaken)),
    readReply: (company, correlation) => told(ledger.readReply(pool, { company, correlation })),
    lapseReply: (company, correlation, at) => told(ledger.lapseReply(pool, { company, correlation }, at)),
    withdrawReply: (company, correlation, at) => told(ledger.withdrawReply(pool, { company, correlation }, at)),
  };
}

/** The outside chooses its word: the durable engine is told one of a closed list. */
function standingOf(state: ReplyState): ReplyStanding {
  switch (state.kind) {
    case "answered":
      return { kind: "answered", answer: wordOf(state.answer) };
    case "lapsed":
      return { kind: "lapsed", late: state.late === null ? null : wordOf(state.late) };
    default:
      return state;
  }
}

function wordOf(said: string): ReplyWord {
  return replyWords.find((word) => word === said) ?? "other";
}

/** Asking again would change nothing: the case fails where somebody sees it. */
function endWhenTaken(error: unknown): never {
  if (!(error instanceof ledger.CorrelationTaken)) throw error;
  throw ApplicationFailure.nonRetryable(error.message, "CORRELATION_TAKEN");
}
