import { ApplicationFailure } from "@temporalio/activity";
import type { LedgerPool } from "../../audit/records.ts";
import { beginEffect, settleEffect, type PermittedAction, type Settlement } from "../../audit/ledgers/effects.ts";
import type { Permit } from "../../domain/permit.ts";
import { assertKnown } from "../../domain/registry.ts";
import type { EffectTool } from "../../tools/effect-tool.ts";
import { ToolError, toolErrorCodes, type ToolErrorCode } from "../../tools/tool-error.ts";
import type { ActActivities, EffectOutcome } from "../../workflows/activities.ts";
import { actionDigestOf } from "../../deciding/question.ts";

export type EffectTools = { readonly [name: string]: EffectTool };

const MOVED_ON: ToolErrorCode = "TARGET_MOVED_ON";

type Deps = { readonly pool: LedgerPool; readonly effectTools: EffectTools; readonly now: () => string };

/**
 * Spends a permit: makes the intent durable and reads the action behind the permit from the ledger, compares its digest,
 * calls out once under the effect key, records the receipt. An intent found from an earlier attempt is looked up at the target
 * first; an answer that is lost and cannot be looked up is `unknown` and is never sent again.
 */
export function createAct({ pool, effectTools, now }: Deps): ActActivities {
  async function call(permit: Permit, action: PermittedAction, fresh: boolean): Promise<EffectOutcome> {
    const { tool: name, args, recordVersion, policyVersion } = action;
    const end = (settlement: Settlement) => settle(pool, permit, settlement, { now, action });
    const digest = actionDigestOf({ company: permit.company, tool: name, args, recordVersion, policyVersion });
    if (digest !== permit.actionDigest) {
      return end({ state: "failed", detail: "the action is not the one that was permitted" });
    }
    const tool = assertKnown(effectTools, name, "tool");
    const earlier = fresh ? undefined : await retryable(() => tool.lookUp(permit.company, permit.effectKey));
    if (earlier !== undefined) return end({ state: "done", receipt: earlier });
    try {
      return await end({ state: "done", receipt: await tool.execute(permit, args) });
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      switch (toolErrorCodes[error.code]) {
        case "retry":
          throw retryLater(error);
        case "stale":
        case "terminal":
          return end({ state: "failed", detail: `${error.code}: ${error.message}` });
        case "unknown":
          return end(await lost(permit, tool, error));
      }
    }
  }

  return {
    async act(permit, functionId, at) {
      const effect = await beginEffect(pool, permit, { functionId, at });
      switch (effect.state) {
        case "no-permit":
          return { kind: "refused", reason: "the permit is not the ledger's" };
        case "stopped":
          return { kind: "refused", reason: "the function is stopped, by the kill switch or by its mode" };
        case "done":
          return { kind: "done", externalRef: effect.externalRef };
        case "unknown":
          return { kind: "unknown" };
        case "failed":
          return failed(effect.detail);
        case "intent":
          return call(permit, effect, effect.fresh);
      }
    },
  };
}

/** An answer that was lost: what the target knows under the effect key, or that nobody can tell. */
async function lost(permit: Permit, tool: EffectTool, error: ToolError): Promise<Settlement> {
  const found = await tool.lookUp(permit.company, permit.effectKey).catch(() => undefined);
  if (found !== undefined) return { state: "done", receipt: found };
  return { state: "unknown", detail: `${error.code}: ${error.message}` };
}

type Settling = { readonly now: () => string; readonly action: PermittedAction };

/** Makes the end of an effect durable and says what it means for the step. */
async function settle(
  pool: LedgerPool,
  permit: Permit,
  settlement: Settlement,
  { now, action }: Settling,
): Promise<EffectOutcome> {
  const at = settlement.state === "done" ? settlement.receipt.answeredAt : now();
  await settleEffect(pool, permit, settlement, at, action);
  switch (settlement.state) {
    case "done":
      return { kind: "done", externalRef: settlement.receipt.externalRef };
    case "unknown":
      return { kind: "unknown" };
    case "failed":
      return failed(settlement.detail);
  }
}

/** A refusal, or the word that the world moved on: read from the settled detail, so that a retry says the same. */
function failed(detail: string): EffectOutcome {
  return detail.startsWith(`${MOVED_ON}:`) ? { kind: "stale" } : { kind: "refused", reason: detail };
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
