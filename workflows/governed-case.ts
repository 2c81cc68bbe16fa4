import { condition, defineSignal, allHandlersFinished, setHandler, workflowInfo } from "@temporalio/workflow";
import type { EventRef } from "../domain/event.ts";
import { stepKeyOf } from "../domain/ids.ts";
import type { OutcomeKind, StepOutcome } from "../domain/outcome.ts";
import { MAX_ROUNDS } from "../temporal.config.ts";
import type { Afterwards, EndedStep, FollowUp, StepRef } from "./activities.ts";
import { now } from "./clock.ts";
import { openDesk, type EscalationDesk } from "./escalation.ts";
import { guardedStep, type Stepped } from "./guarded-step.ts";
import { decideByAgents } from "./proposing.ts";
import { ledger } from "./proxies.ts";

/** One business object under one function; the workflow id names it. */
export type CaseInput = {
  readonly company: string;
  readonly functionId: string;
  readonly objectType: string;
  readonly objectId: string;
  /** The function's own step, and the governed action that it is about. */
  readonly step: string;
  readonly action: string;
};

/** The step that tells the CRM how the function's own one ended, and its action. */
const WRITE_BACK = "write-back";

export const eventArrived = defineSignal<[EventRef]>("eventArrived");

/**
 * The standard choreography: for the newest event of the object, the function's governed step, then the write-back of
 * its outcome and what its rules owe besides. Only the newest event counts, and one that is older than what came before
 * never moves the object backwards. An event that comes while people are asked makes the open question moot and starts
 * over on fresh facts.
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

/** The event at work, with what its steps share. */
type Work = { readonly input: CaseInput; readonly event: EventRef; readonly desk: EscalationDesk };

async function handleEvent(input: CaseInput, event: EventRef, desk: EscalationDesk): Promise<OutcomeKind> {
  const work = { input, event, desk };
  const { step, ...own } = await runFunctionStep(work);
  const ended = [endedStep(input.step, own.outcome)];
  const last = tellable.has(own.outcome.kind) ? await followUp(work, step, own, ended) : undefined;
  if (last?.after !== "ended") await ledger().endCase(step, ended, now());
  return own.outcome.kind;
}

/** Runs the function's step, afresh while the record changes under it. Too many rounds end it: nothing acts. */
async function runFunctionStep(work: Work): Promise<Stepped & { readonly step: StepRef }> {
  for (let round = 1; ; round += 1) {
    const step = stepRefOf(work, { name: work.input.step, action: work.input.action, reports: "" }, round);
    const telling = { kind: "follow-up", followUp: followUpOf(work, step, "executed", WRITE_BACK) } as const;
    const stepped = await guardedStep(step, () => decideByAgents(step), work.desk, telling);
    const { outcome } = stepped;
    if (outcome.kind !== "superseded" || outcome.reason !== "record-changed") return { step, ...stepped };
    if (round === MAX_ROUNDS) return { step, outcome: { kind: "superseded", reason: "too-many-rounds" } };
  }
}

/** Ends that the CRM is told of: what was decided and holds. What was only recorded has not happened there. */
const tellable: ReadonlySet<OutcomeKind> = new Set<OutcomeKind>(["executed", "blocked", "rejected", "expired"]);

/**
 * Tells the CRM how the function's step ended, and then whatever its deciding rules owe: each a governed step of its own,
 * whose decision rides with the receipt of the step before it. One that fails stops none of the others. Adds to `ended`.
 */
async function followUp(work: Work, reported: StepRef, own: Stepped, ended: EndedStep[]): Promise<Stepped> {
  const { outcome, after } = own;
  const names = [WRITE_BACK, ...(outcome.owes ?? [])];
  const steps = names.map((name) => followUpOf(work, reported, outcome.kind, name));
  let last: Stepped = after === undefined ? { outcome } : { outcome, after };
  for (const [index, follow] of steps.entries()) {
    const name = names[index] ?? "";
    const next = steps[index + 1];
    const asExecuted = [...ended, { step: name, kind: "executed" as const, reason: "" }];
    const afterwards: Afterwards =
      next === undefined
        ? { kind: "end", step: reported, outcomes: asExecuted }
        : { kind: "follow-up", followUp: next };
    const taken = last.after;
    const open = async () =>
      taken === undefined || taken === "ended" ? ledger().decideFollowUp(follow, now()) : taken;
    last = await guardedStep(follow.step, open, work.desk, afterwards);
    ended.push(endedStep(name, last.outcome));
  }
  return last;
}

function followUpOf(work: Work, reported: StepRef, outcome: OutcomeKind, name: string): FollowUp {
  return {
    step: stepRefOf(work, { name, action: name, reports: reported.stepKey }, 1),
    reports: reported.action,
    outcome,
  };
}

function endedStep(step: string, outcome: StepOutcome): EndedStep {
  return { step, kind: outcome.kind, reason: "reason" in outcome ? outcome.reason : "" };
}

type Named = { readonly name: string; readonly action: string; readonly reports: string };

function stepRefOf({ input, event }: Work, { name, action, reports }: Named, round: number): StepRef {
  const caseId = workflowInfo().workflowId;
  const { company, functionId, objectType, objectId } = input;
  const stepKey = stepKeyOf(caseId, event.eventId, name, round);
  const { eventId } = event;
  return { company, caseId, functionId, action, objectType, objectId, eventId, stepKey, reportsStep: reports };
}
