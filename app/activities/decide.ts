import { refused, withoutWords, type Ruled } from "../../deciding/refused.ts";
import {
  decideFollowUp,
  decideGate,
  decideInstead,
  decideMessage,
  decideTakeBack,
  type StepDeps,
} from "../../deciding/step.ts";
import type { DecisionRef, Instead, LedgerActivities, StepRef } from "../../workflows/activities.ts";
import { ownRunId } from "./own-run.ts";
import { endedByUnknownName, type UnknownNameAlarm } from "./unknown-name.ts";

type Deps = StepDeps & { readonly unknownName: UnknownNameAlarm };

/** Decides, and answers only after the decision is durable. A retry reads the first answer. */
export function createDecide(
  deps: Deps,
): Pick<LedgerActivities, "decide" | "decideFollowUp" | "decideInstead" | "decideMessage" | "decideTakeBack"> {
  const { pool, unknownName } = deps;

  /** Whatever comes of it, the engine is told of it without words. */
  async function told(step: StepRef, at: string, work: () => Promise<Ruled>): Promise<DecisionRef> {
    const unknown = (reason: string) => refused("unknown-name", reason);
    return withoutWords(pool, step, await endedByUnknownName<Ruled>(step, unknownName, work, unknown), at);
  }

  return {
    decide: (step, gate, approvalId, at) =>
      told(step, at, () => decideGate(deps, { step, gate, approvalId, at, runId: ownRunId() })),
    decideFollowUp: (followUp, at) =>
      told(followUp.step, at, () => decideFollowUp(deps, followUp, { at, runId: ownRunId() })),
    decideInstead: (step, escalationId, at) =>
      endedByUnknownName<Instead>(
        step,
        unknownName,
        () => decideInstead(deps, { step, gate: 1, approvalId: null, at, runId: ownRunId() }, escalationId),
        () => "stands",
      ),
    decideTakeBack: (step, at) => told(step, at, () => decideTakeBack(deps, step, { at, runId: ownRunId() })),
    decideMessage: (message, at) =>
      told(message.step, at, () => decideMessage(deps, message, { at, runId: ownRunId() })),
  };
}
