import type { ProposalDraft } from "../audit/ledgers/turns.ts";
import type { JsonObject } from "../domain/json.ts";
import type { FunctionAction } from "../functions/definition.ts";
import { functionOf } from "../functions/index.ts";
import { owedActionOf } from "../functions/owed-actions.ts";
import { message, messageArgs } from "../functions/shared/message.ts";
import { reportedAction, writeBack, writeBackValue } from "../functions/shared/write-back.ts";
import type { FollowUp, Message, ToldMeanwhile } from "../workflows/activities.ts";
import type { FrozenEvidence } from "./evidence.ts";

/** What is done and why. */
type Doing = { readonly tool: string; readonly args: JsonObject; readonly reasoning: string };

/** What a follow-up does, or why there is nothing to do. */
type Proposed = Doing | string;

/**
 * What code proposes because another step ended: to tell the CRM how, or what a rule owes, which bears the name of its
 * action. Decided like anything else. A text is the reason why there is nothing to propose.
 */
export function followUpProposal(followUp: FollowUp, evidence: FrozenEvidence, at: string): ProposalDraft | string {
  const { action } = followUp.step;
  const proposed = action === writeBack.id ? telling(followUp) : owed(followUp, evidence);
  return typeof proposed === "string" ? proposed : draftOf(action, proposed, at);
}

/** A text of the function's, filled by code from what was read. */
export function messageProposal(
  { step, template, occasion }: Message,
  evidence: FrozenEvidence,
  at: string,
): ProposalDraft | string {
  const args = messageArgs(functionOf(step.functionId), template, evidence, occasion);
  if (typeof args === "string") return args;
  const reasoning = `The case sends the text ${template}, filled from what was read.`;
  return draftOf(step.action, { tool: message.tool, args, reasoning }, at);
}

/** What code proposes because a record no longer stands by what was done; undefined where it does. */
export function takeBackProposal(
  action: FunctionAction,
  record: JsonObject,
  evidence: FrozenEvidence,
  at: string,
): ProposalDraft | undefined {
  const asked = action.requested(record, evidence);
  if (asked === undefined) return undefined;
  return draftOf(action.id, { ...asked, reasoning: "The record no longer says what was done for it." }, at);
}

function draftOf(actionId: string, { tool, args, reasoning }: Doing, at: string): ProposalDraft {
  const chain = { findings: [], sources: [], reasoning, turns: [], origin: "follow-up" as const };
  return { actionId, action: { tool, args }, recordVersion: "", chain, at };
}

/** The CRM's property takes the value that says how the step ended. The ledgers decide whether that is true. */
function telling({ step, reports, outcome }: FollowUp): Proposed {
  const { objectType, objectId, reportsStep } = step;
  const property = reportedAction(reports)?.writeBack?.property;
  const value = isMeanwhile(outcome) ? undefined : writeBackValue(reports, outcome);
  if (property === undefined || value === undefined) return `\`${outcome}\` is not told to the CRM`;
  const args = { action: reports, objectType, objectId, property, value, reportsStep };
  return {
    tool: writeBack.tool,
    args,
    reasoning: `The step ended as ${outcome}; the CRM's ${property} becomes ${value}.`,
  };
}

function isMeanwhile(outcome: FollowUp["outcome"]): outcome is ToldMeanwhile {
  return outcome === "asked-back" || outcome === "put-to-people";
}

function owed({ step, outcome }: FollowUp, evidence: FrozenEvidence): Proposed {
  const { action, args: argsFrom, reasoning, nothing } = owedActionOf(step.action);
  const reported = { reportsStep: step.reportsStep, meanwhile: isMeanwhile(outcome) ? outcome : null };
  const args = argsFrom(step, reported, evidence);
  return args === undefined ? nothing : { tool: action.tool, args, reasoning };
}
