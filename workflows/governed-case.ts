import { condition, defineSignal, allHandlersFinished, setHandler, workflowInfo } from "@temporalio/workflow";
import type { EventRef } from "../domain/event.ts";
import { stepKeyOf } from "../domain/ids.ts";
import type { OutcomeKind, StepOutcome } from "../domain/outcome.ts";
import { MAX_ROUNDS } from "../temporal.config.ts";
import type { EndedStep, StepRef } from "./activities.ts";
import { now } from "./clock.ts";
import { openDesk, type EscalationDesk } from "./escalation.ts";
import { guardedStep } from "./guarded-step.ts";
import { proposeByAgents, proposeOwed, proposeWriteBack } from "./proposing.ts";
import { ledger } from "./proxies.ts";

/** One business object under one function; the workflow id names it. `step` is the function's own step. */
export type CaseInput = {
  readonly company: string;
  readonly functionId: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly step: string;
};

export const eventArrived = defineSignal<[EventRef]>("eventArrived");

/**
 * The standard choreography: for the newest event of the object, the function's governed step, then the write-back of
 * its outcome and what its rules owe besides. Only the newest event counts, and one that is older than what came before never moves the object
 * backwards. An event that comes while people are asked makes the open question moot and starts over on fresh facts.
 */
export async function governedCase(input: CaseInput): Promise<{ outcomes: OutcomeKind[] }> {
  const seen = new Set<string>();
  let next: EventRef | undefined;
  let newestAt = "";
  setHandler(eventArrived, (event) => {
    if (seen.has(event.eventId) || event.occurredAt < newestAt) return;
    seen.add(event.eventId);
    newestAt = event.occurredAt;
    next = event;
  });
  const desk = openDesk(() => next !== undefined);
  await condition(() => next !== undefined);
  const outcomes: OutcomeKind[] = [];
  for (let event = next; event !== undefined; event = next) {
    next = undefined;
    outcomes.push(await handleEvent(input, event, desk));
    await condition(allHandlersFinished);
  }
  return { outcomes };
}

async function handleEvent(input: CaseInput, event: EventRef, desk: EscalationDesk): Promise<OutcomeKind> {
  const { step, outcome } = await runFunctionStep(input, event, desk);
  const told = await tellCrm(input, event, step, outcome, desk);
  const owed = told === undefined ? [] : await settleOwed(input, event, step, outcome, desk);
  const outcomes = [endedStep(input.step, outcome), ...(told === undefined ? [] : [told]), ...owed];
  await ledger().endCase(step, outcomes, now());
  return outcome.kind;
}

/** Runs the function's step, afresh while the record changes under it. Too many rounds end it: nothing acts. */
async function runFunctionStep(
  input: CaseInput,
  event: EventRef,
  desk: EscalationDesk,
): Promise<{ step: StepRef; outcome: StepOutcome }> {
  for (let round = 1; ; round += 1) {
    const step = stepRefOf(input, event, input.step, round);
    const outcome = await guardedStep(step, proposeByAgents, desk);
    if (outcome.kind !== "superseded" || outcome.reason !== "record-changed") return { step, outcome };
    if (round === MAX_ROUNDS) return { step, outcome: { kind: "superseded", reason: "too-many-rounds" } };
  }
}

/** Ends that the CRM is told of: what was decided and holds. What was only recorded has not happened there. */
const tellable: ReadonlySet<OutcomeKind> = new Set<OutcomeKind>(["executed", "blocked", "rejected", "expired"]);

async function tellCrm(
  input: CaseInput,
  event: EventRef,
  reported: StepRef,
  { kind }: StepOutcome,
  desk: EscalationDesk,
): Promise<EndedStep | undefined> {
  if (!tellable.has(kind)) return undefined;
  const step = stepRefOf(input, event, "write-back", 1);
  const outcome = await guardedStep(step, () => proposeWriteBack(step, reported.stepKey, kind), desk);
  return endedStep("write-back", outcome);
}

/** Each thing that the deciding rules owe, as a governed step of its own. One that fails stops none of the others. */
async function settleOwed(
  input: CaseInput,
  event: EventRef,
  reported: StepRef,
  { owes = [] }: StepOutcome,
  desk: EscalationDesk,
): Promise<readonly EndedStep[]> {
  const ended: EndedStep[] = [];
  for (const obligation of owes) {
    const step = stepRefOf(input, event, obligation, 1);
    const outcome = await guardedStep(step, () => proposeOwed(step, reported.stepKey, obligation), desk);
    ended.push(endedStep(obligation, outcome));
  }
  return ended;
}

function endedStep(step: string, outcome: StepOutcome): EndedStep {
  return { step, kind: outcome.kind, reason: "reason" in outcome ? outcome.reason : "" };
}

function stepRefOf(input: CaseInput, event: EventRef, name: string, round: number): StepRef {
  const caseId = workflowInfo().workflowId;
  const { company, functionId, objectType, objectId } = input;
  const stepKey = stepKeyOf(caseId, event.eventId, name, round);
  return { company, caseId, functionId, objectType, objectId, eventId: event.eventId, stepKey };
}
