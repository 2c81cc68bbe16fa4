import { Context } from "@temporalio/activity";
import { SimplePlugin } from "@temporalio/plugin";
import { createModelTurn, type ModelTurn, type ModelTurnAnswer, type ModelTurnDeps } from "../agents/model-turn.ts";
import { digestOf } from "../audit/digest.ts";
import { asFailure } from "./activities/agent-turn.ts";
import { withHeartbeat } from "./activities/heartbeat.ts";

export type { ModelLedger } from "../agents/middleware/model-ledger.ts";
export type { ModelTurn, ModelTurnAnswer } from "../agents/model-turn.ts";
export { chooseModel, type ModelChoice } from "../agents/models/choose.ts";
export type { ChatModelPort } from "../agents/models/port.ts";

/** What a workflow calls: `proxyActivities<ModelTurnActivities>({ startToCloseTimeout, heartbeatTimeout })`. */
export type ModelTurnActivities = {
  /** `caseId` and `turnKey` are the workflow's id and the activity's when absent: an attempt that is made again asks nothing again. */
  modelTurn(turn: AskedTurn): Promise<ModelTurnAnswer>;
};

export type AskedTurn = Omit<ModelTurn, "caseId" | "turnKey"> & Partial<Pick<ModelTurn, "caseId" | "turnKey">>;

/**
 * Durable, ledgered model turns for any Temporal worker: one activity that asks a LangChain chat model once per question in its life,
 * heartbeats, ends with its cancellation, and fails with types that say whether another attempt is worth it, after the supplier's own
 * delay. Tools are bound schema-only; what an answer calls is for the workflow to decide.
 */
export function modelTurns({ model, ledger, namesOf }: Omit<ModelTurnDeps, "digest">): SimplePlugin {
  const ask = createModelTurn({ model, ledger, namesOf, digest: digestOf });
  const activities: ModelTurnActivities = {
    async modelTurn(turn) {
      const context = Context.current();
      const { workflowExecution, activityId } = context.info;
      const caseId = workflowExecution?.workflowId ?? activityId;
      const names = { caseId, turnKey: `${caseId}/${activityId}` };
      const watch = { signal: context.cancellationSignal, onPiece: () => context.heartbeat() };
      return withHeartbeat(() => ask({ ...names, ...turn }, watch)).catch(async (error: unknown) => {
        if (context.cancellationSignal.aborted) await context.cancelled;
        throw asFailure(error, ({ retryAfterMs }) => retryAfterMs);
      });
    },
  };
  return new SimplePlugin({ name: "mandate.model-turns", activities });
}
