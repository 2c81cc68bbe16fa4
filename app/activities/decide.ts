import { decideFollowUp, decideGate, decideMessage, decideTakeBack, type StepDeps } from "../../deciding/step.ts";
import type { DecisionRef, LedgerActivities } from "../../workflows/activities.ts";
import { ownRunId } from "./own-run.ts";
import { endedByUnknownName, type UnknownNameAlarm } from "./unknown-name.ts";

type Deps = StepDeps & { readonly unknownName: UnknownNameAlarm };

const refused = (reason: string): DecisionRef => ({ kind: "refused", reason });

/** Decides, and answers only after the decision is durable. A retry reads the first answer. */
export function createDecide(
  deps: Deps,
): Pick<LedgerActivities, "decide" | "decideFollowUp" | "decideMessage" | "decideTakeBack"> {
  const { unknownName } = deps;
  return {
    decide: (step, gate, approvalId, at) =>
      endedByUnknownName(
        step,
        unknownName,
        () => decideGate(deps, { step, gate, approvalId, at, runId: ownRunId() }),
        refused,
      ),
    decideFollowUp: (followUp, at) =>
      endedByUnknownName(
        followUp.step,
        unknownName,
        () => decideFollowUp(deps, followUp, { at, runId: ownRunId() }),
        refused,
      ),
    decideTakeBack: (step, at) =>
      endedByUnknownName(step, unknownName, () => decideTakeBack(deps, step, { at, runId: ownRunId() }), refused),
    decideMessage: (message, at) =>
      endedByUnknownName(
        message.step,
        unknownName,
        () => decideMessage(deps, message, { at, runId: ownRunId() }),
        refused,
      ),
  };
}
