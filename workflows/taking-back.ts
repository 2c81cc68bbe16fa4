import type { OutcomeKind, StepOutcome } from "../domain/outcome.ts";
import { stepRefOf, type Named, type Work } from "./case.ts";
import { now } from "./clock.ts";
import { guardedStep } from "./guarded-step.ts";
import { ledger } from "./proxies.ts";
import { endedStep, ownStep, tellOutcome, type OwnStep } from "./steps.ts";

/** A step by its name and action. */
export type StepOfAction = { readonly step: string; readonly action: string };

/** Ends by which what was done before for the record, if anything was, no longer holds. */
const denied: ReadonlySet<OutcomeKind> = new Set<OutcomeKind>(["blocked", "rejected", "expired"]);

/**
 * The function's own step and what the CRM is told of it, with what was done for the record before held against what it says
 * now. Where it asks for nothing, what was done may no longer be what it says: that is taken back, and the step is taken
 * anew. Where it is denied what it asks, nothing of before is left to stand. Ends the work on the event.
 */
export async function watchedStep(work: Work, named: Named, takeBack: StepOfAction | undefined): Promise<OwnStep> {
  let own = await ownStep(work, named, { last: true });
  if (takeBack === undefined) {
    await tellOutcome(work, own, { last: true });
    return own;
  }
  if (isNotAsked(own.outcome) && (await takenBack(work, takeBack))) own = await ownStep(work, named, { last: true });
  const mayLeave = denied.has(own.outcome.kind);
  await tellOutcome(work, own, { last: !mayLeave });
  if (mayLeave) {
    await takenBack(work, takeBack);
    await ledger().endCase(own.step, work.ended, now());
  }
  return own;
}

/** Whether something was taken back in the work on an event. */
export function hasTakenBack({ ended }: Work, takeBack: StepOfAction | undefined): boolean {
  return ended.some(({ step, kind }) => step === takeBack?.step && kind === "executed");
}

function isNotAsked(outcome: StepOutcome): boolean {
  return outcome.kind === "superseded" && outcome.reason === "not-asked";
}

/** Takes back what no longer stands; true where the record was set back and asks anew. */
async function takenBack(work: Work, { step: name, action }: StepOfAction): Promise<boolean> {
  const round = (work.rounds.get(name) ?? 0) + 1;
  work.rounds.set(name, round);
  const step = stepRefOf(work, { name, action }, round);
  const { outcome } = await guardedStep(step, () => ledger().decideTakeBack(step, now()), work.opened.desk);
  if (isNotAsked(outcome)) return false;
  work.ended.push(endedStep(name, step, outcome));
  work.ownSteps += 1;
  await tellOutcome(work, { step, ordinal: work.ownSteps, outcome }, { last: false });
  return outcome.kind === "executed" && outcome.tells !== false;
}
