import { z } from "zod";
import type { Evidence, Finding } from "../domain/evidence.ts";
import type { TurnWork } from "../domain/model-call.ts";
import type { SetAside } from "../domain/noticed.ts";
import type { Action, Review, TurnCitation } from "../domain/proposal.ts";

/** Names the governed step that a turn works for. `stepKey` is its idempotency key; no part of it reaches a model. */
export const TurnInput = z
  .object({
    company: z.string(),
    caseId: z.string(),
    stepKey: z.string(),
    functionId: z.string(),
    /** The governed action that the step is about. */
    action: z.string(),
    objectType: z.string(),
    objectId: z.string(),
    /** The object is gone, as its source says. */
    gone: z.literal(true).exactOptional(),
    /** The instant that the step is proposed at, ISO 8601. */
    at: z.string(),
  })
  .readonly();
export type TurnInput = z.infer<typeof TurnInput>;

/** What Intelligence leaves: its findings, and the readings they rest on, exactly as the sources gave them. */
export type FindingsTurn = {
  readonly findings: readonly Finding[];
  /** `crm.record` first, then the other readings that were taken. */
  readonly evidence: readonly Evidence[];
} & DoneTurn;

/** What every turn leaves besides: who did it, and how it came about. */
export type DoneTurn = { readonly citation: TurnCitation; readonly work: TurnWork };

/**
 * What Orchestration leaves: the action that is asked, as data, and why. What a model proposed otherwise is set aside: nobody is
 * asked, or refused, for what the requester did not ask.
 */
export type ProposalTurn = {
  readonly action: Action;
  readonly setAside: readonly SetAside[];
  readonly reasoning: string;
} & DoneTurn;

/** What Compliance leaves. There is no verdict in it that could loosen a decision. */
export type ReviewTurn = { readonly review: Review } & DoneTurn;

/** What a step is waited for with. Times are milliseconds of the patience's clock. */
export type StepWatch = {
  /** Aborted when nobody waits for the step any more: calls under way end. */
  readonly signal?: AbortSignal;
  /** Called when a piece of a model's answer came. */
  readonly onPiece?: () => void;
  /** When no model is waited for or listened to any more. Absent: `STEP_PATIENCE_MS` from the turn's begin. */
  readonly untilMs?: number;
  /** No worker took the step up before that: its models were not asked, whatever they would have done. */
  readonly cameLate?: boolean;
};
