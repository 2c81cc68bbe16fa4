import { ApplicationFailure } from "@temporalio/activity";
import { readPermittedEffect, type Intent, type Settlement } from "../../audit/ledgers/effects.ts";
import type { ReadTools } from "../../deciding/evidence.ts";
import { actionDigestOf } from "../../deciding/question.ts";
import { whyNotDone } from "../../deciding/still-asked.ts";
import type { JsonObject } from "../../domain/json.ts";
import { stoppedText } from "../../domain/control.ts";
import { UnknownName } from "../../domain/registry.ts";
import type { Permit } from "../../domain/permit.ts";
import type { EffectTool } from "../../tools/effect-tool.ts";
import { argsForTarget, type ObjectNames } from "../../tools/own-ids.ts";
import { ToolError, toolErrorCodes } from "../../tools/tool-error.ts";
import type { ActActivities, Afterwards, EffectOutcome } from "../../workflows/activities.ts";
import { withHeartbeat } from "./heartbeat.ts";
import { isFirstRun, ownRunId } from "./own-run.ts";
import { createSettling, failedOutcome, NOT_ASKED, type Riding, type SettlingDeps } from "./settle.ts";
import type { UnknownNameAlarm } from "./unknown-name.ts";

export type EffectTools = { readonly [name: string]: EffectTool };

type Deps = SettlingDeps & {
  readonly effectTools: EffectTools;
  readonly objectNames: Pick<ObjectNames, "idOf">;
  readonly unknownName: UnknownNameAlarm;
};

type Calling = {
  readonly functionId: string;
  readonly afterwards: Afterwards | null;
  readonly at: string;
  /** Nobody can have called before. */
  readonly isFirst: boolean;
};

/**
 * Spends a permit: reads the intent and the action behind the permit from the ledger, compares its digest, sees that nothing
 * holds it back by now and that the record lets it be done still, calls out once under the effect key, and records the receipt with whatever comes afterwards. Only
 * the first attempt within the run that made the intent known calls at once: nobody else can have called. Every other one
 * looks the key up at the target first; an answer that is lost and cannot be looked up is `unknown` and never sent again.
 * A follow-up that is to be called along bears the name of the attempt that decided it: that one alone calls at once.
 */
export function createAct(deps: Deps): ActActivities {
  const { pool } = deps;
  const settling = createSettling(deps);
  const call = createCall(deps);

  async function spend(
    permit: Permit,
    functionId: string,
    afterwards: Afterwards | null,
    at: string,
  ): Promise<EffectOutcome> {
    const effect = await readPermittedEffect(pool, permit, functionId);
    switch (effect.state) {
      case "no-permit":
        return { kind: "refused", code: "no-permit" };
      case "done":
        return settling.afterDone(afterwards, at);
      case "unknown":
        return { kind: "unknown" };
      case "failed":
        return failedOutcome(effect.detail);
      case "intent": {
        const isFirst = effect.intent.runId === ownRunId() && isFirstRun();
        return called(permit, effect.intent, { functionId, afterwards, at, isFirst });
      }
    }
  }

  async function called(permit: Permit, intent: Intent, { functionId, isFirst, ...after }: Calling) {
    const settlement = await call(permit, intent, functionId, isFirst);
    const { outcome, riding } = await settling.settle({ permit, action: intent, ...after }, settlement);
    if (riding === undefined || outcome.kind !== "done") return outcome;
    // What fails here is told by the step itself, which then asks the target first.
    const followed = await ride(riding).catch(() => undefined);
    return followed === undefined ? outcome : { ...outcome, followed };
  }

  /** The follow-up's effect, right after the commit that made its intent known. */
  async function ride({ permit, intent, functionId, end, at }: Riding): Promise<EffectOutcome> {
    return called(permit, intent, { functionId, afterwards: end, at, isFirst: true });
  }

  return {
    act: (permit, functionId, afterwards, at) => withHeartbeat(() => spend(permit, functionId, afterwards, at)),
  };
}

/** How an effect ends, by the target's word or ours. Faults that pass are thrown: the engine tries again. */
function createCall({ effectTools, objectNames, readTools, unknownName }: Deps) {
  return async (permit: Permit, intent: Intent, functionId: string, isFirst: boolean): Promise<Settlement> => {
    const { tool: name, args, recordVersion, policyVersion, hold } = intent;
    const digest = actionDigestOf({ company: permit.company, tool: name, args, recordVersion, policyVersion });
    if (digest !== permit.actionDigest) return failed("the action is not the one that was permitted");
    const tool = Object.hasOwn(effectTools, name) ? effectTools[name] : undefined;
    if (tool === undefined) {
      const { message } = new UnknownName("tool", name, Object.keys(effectTools));
      unknownName({ caseId: permit.caseId, stepKey: permit.effectKey, name: message });
      return failed(message);
    }
    const earlier = isFirst ? undefined : await retryable(() => tool.lookUp(permit.company, permit.effectKey));
    if (earlier !== undefined) return { state: "done", receipt: earlier };
    const held = hold === null ? await heldByRecord(readTools, permit, intent, functionId) : holdText(hold);
    if (held !== undefined) return failed(held);
    return callOut(permit, tool, () => argsForTarget(objectNames, permit.company, args));
  };
}

/** Why an intent that stands is not called, in words for the record and the case. */
function holdText(hold: NonNullable<Intent["hold"]>): string {
  return hold.kind === "stopped" ? stoppedText(hold.by) : "what the decision held of a limit was given back";
}

async function callOut(permit: Permit, tool: EffectTool, args: () => Promise<JsonObject>): Promise<Settlement> {
  try {
    return { state: "done", receipt: await tool.execute(permit, await args()) };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    switch (toolErrorCodes[error.code]) {
      case "retry":
        throw retryLater(error);
      case "stale":
      case "terminal":
        return failed(`${error.code}: ${error.message}`);
      case "unknown":
        return lost(permit, tool, error);
    }
  }
}

/** Why the record as it is now does not let it be done. */
async function heldByRecord(
  readTools: ReadTools,
  { company, caseId }: Permit,
  { actionId: action, args }: Intent,
  functionId: string,
): Promise<string | undefined> {
  const held = await retryable(() => whyNotDone(readTools, { company, caseId, functionId, action, args }));
  return held?.kind === "untold" ? held.why : held && NOT_ASKED;
}

function failed(detail: string): Settlement {
  return { state: "failed", detail };
}

/** An answer that was lost: what the target knows under the effect key, or that nobody can tell. */
async function lost(permit: Permit, tool: EffectTool, error: ToolError): Promise<Settlement> {
  const found = await tool.lookUp(permit.company, permit.effectKey).catch(() => undefined);
  if (found !== undefined) return { state: "done", receipt: found };
  return { state: "unknown", detail: `${error.code}: ${error.message}` };
}

function retryLater(error: ToolError): ApplicationFailure {
  return ApplicationFailure.retryable(error.message, error.code);
}

async function retryable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ToolError ? retryLater(error) : error;
  }
}
