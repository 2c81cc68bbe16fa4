import { caseEndPart } from "../../audit/ledgers/case-end.ts";
import {
  readPermittedEffect,
  settlementPart,
  type Intent,
  type PermittedAction,
  type Settlement,
} from "../../audit/ledgers/effects.ts";
import { settleRow, writeStep, type StepWriting } from "../../audit/ledgers/step-writing.ts";
import { inTransaction } from "../../audit/ledgers/transaction.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { restsOnLedgers } from "../../deciding/evidence.ts";
import { endedInWords, withoutWords, type Ruled } from "../../deciding/refused.ts";
import { followUpWithin, type StepDeps } from "../../deciding/step.ts";
import type { Permit } from "../../domain/permit.ts";
import { actionOf } from "../../functions/governed-actions.ts";
import type { ToolErrorCode } from "../../tools/tool-error.ts";
import type { Afterwards, EffectOutcome } from "../../workflows/activities.ts";
import { attemptName, ownRunId } from "./own-run.ts";

const MOVED_ON: ToolErrorCode = "TARGET_MOVED_ON";

/** Why nothing was done about what a record asked when it was decided, and asks no more. */
export const NOT_ASKED = "no longer asked";

export type SettlingDeps = StepDeps;

/** An effect that ended: its permit, what was done, and what its receipt's transaction carries besides. */
type Ended = {
  readonly permit: Permit;
  readonly action: PermittedAction;
  readonly afterwards: Afterwards | null;
  /** The workflow's time, for what comes afterwards. */
  readonly at: string;
};

type FollowUpAfterwards = Extract<Afterwards, { kind: "follow-up" }>;
type EndAfterwards = Extract<Afterwards, { kind: "end" }>;

/** A follow-up's effect whose intent this very attempt made known, to be called once that is committed. */
export type Riding = {
  readonly permit: Permit;
  readonly intent: Intent;
  readonly functionId: string;
  /** What its receipt carries. */
  readonly end: EndAfterwards;
  readonly at: string;
};

type Followed = { readonly decided: Ruled; readonly riding?: Riding };
type Settled = { readonly outcome: EffectOutcome; readonly riding?: Riding | undefined };

type Writing = Required<Pick<StepWriting, "company" | "settled" | "records">>;

/** Makes the end of an effect durable, with what comes afterwards, and says what it means for the step. */
export function createSettling(deps: SettlingDeps) {
  const { pool, now } = deps;

  /**
   * The receipt and the next step's decision in one transaction. Its effect is settled before anything is read of it. Where the
   * follow-up is to be called along, its intent is read there as `act` reads it.
   */
  async function withFollowUp(
    { company, settled, records }: Writing,
    { followUp, ending: end }: FollowUpAfterwards,
    at: string,
  ): Promise<Followed | undefined> {
    const { step } = followUp;
    if (!restsOnLedgers(actionOf(step.functionId, step.action), step)) return undefined;
    const runId = end === undefined ? ownRunId() : attemptName();
    return inTransaction(pool, async (ledger) => {
      const place = { kind: "transaction", ledger, accounts: "ask" } as const;
      const [, decided] = await Promise.all([
        settleRow(ledger, company, settled),
        followUpWithin(deps, place, followUp, { at, runId, records }),
      ]);
      if (end === undefined || decided.kind !== "execute") return { decided };
      const effect = await readPermittedEffect(ledger, decided.permit, step.functionId);
      if (effect.state !== "intent" || effect.intent.runId !== runId) return { decided };
      const { permit } = decided;
      return { decided, riding: { permit, intent: effect.intent, functionId: step.functionId, end, at } };
    });
  }

  /** As above when it can be. No receipt fails for what comes afterwards: that is then decided by itself, and tells its fault. */
  async function settleDone(writing: Writing, afterwards: Afterwards | null, at: string): Promise<Settled> {
    if (afterwards?.kind === "follow-up") {
      const followed = await withFollowUp(writing, afterwards, at).catch(() => undefined);
      if (followed !== undefined) {
        const decided = await withoutWords(pool, afterwards.followUp.step, followed.decided, at);
        return { outcome: { kind: "done", decided }, riding: followed.riding };
      }
    }
    const end = afterwards?.kind === "end" ? { end: await endOf(pool, afterwards, at) } : {};
    await writeStep(pool, { ...writing, ...end });
    return { outcome: { kind: "done" } };
  }

  return {
    async settle({ permit, action, afterwards, at }: Ended, settlement: Settlement): Promise<Settled> {
      const { company } = permit;
      switch (settlement.state) {
        case "done": {
          const { answeredAt } = settlement.receipt;
          const writing = { company, ...settlementPart(permit, settlement, answeredAt, action) };
          return settleDone(writing, afterwards, at);
        }
        case "unknown":
        case "failed":
          await writeStep(pool, { company, ...settlementPart(permit, settlement, now(), action) });
          return { outcome: settlement.state === "failed" ? failedOutcome(settlement.detail) : { kind: "unknown" } };
      }
    },

    /** An effect that is done already: its case's end may stand too. What follows is decided, or found, by itself. */
    async afterDone(afterwards: Afterwards | null, at: string): Promise<EffectOutcome> {
      if (afterwards?.kind === "end") {
        await writeStep(pool, { company: afterwards.step.company, end: await endOf(pool, afterwards, at) });
      }
      return { kind: "done" };
    },
  };
}

async function endOf(pool: LedgerPool, { step, outcomes }: EndAfterwards, at: string) {
  const { company, caseId, eventId } = step;
  return caseEndPart({ company, caseId, eventId, outcomes: await endedInWords(pool, step, outcomes), at });
}

/**
 * A refusal; the word that the world moved on, by which the step is decided afresh; or that the record lets it be done no more: read
 * from the settled detail, so that a retry says the same. Its row has the words.
 */
export function failedOutcome(detail: string): EffectOutcome {
  if (detail === NOT_ASKED) return { kind: "moot" };
  return detail.startsWith(`${MOVED_ON}:`) ? { kind: "stale" } : { kind: "refused", code: "not-done" };
}
