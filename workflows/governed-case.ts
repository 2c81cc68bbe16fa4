import { continueAsNew, workflowInfo } from "@temporalio/workflow";
import type { OutcomeKind } from "../domain/outcome.ts";
import { nextEvent, openCase, settled, workOn, type CaseInput, type Carried } from "./case.ts";
import { watchedStep, type StepOfAction } from "./taking-back.ts";

/** The function's own step with the governed action that it is about, and the step that takes back what it did. */
export type GovernedCaseInput = CaseInput & StepOfAction & { readonly takeBack?: StepOfAction };

/**
 * The standard choreography: for the newest event of the object, the function's governed step, then the write-back of
 * its outcome and what its rules owe besides; what was done before is held against what the record says now. Only the newest event counts, and one that is older than what came before
 * never moves the object backwards. An event that comes while people are asked makes the open question moot and starts
 * over on fresh facts.
 */
export async function governedCase(input: GovernedCaseInput, carried?: Carried): Promise<{ outcomes: OutcomeKind[] }> {
  const opened = openCase(input, carried);
  const outcomes: OutcomeKind[] = [];
  let event: Carried["event"] | undefined = carried?.event ?? (await nextEvent(opened));
  while (event !== undefined) {
    const work = workOn(opened, event);
    const own = await watchedStep(work, { name: input.step, action: input.action }, input.takeBack);
    outcomes.push(own.outcome.kind);
    await settled();
    event = opened.take();
    if (event !== undefined && workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof governedCase>(input, opened.carried(workOn(opened, event)));
    }
  }
  return { outcomes };
}
