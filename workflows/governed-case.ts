import { continueAsNew, sleep, workflowInfo } from "@temporalio/workflow";
import type { OutcomeKind } from "../domain/outcome.ts";
import { nextEvent, openCase, settled, workOn, workRefOf, type CaseInput, type Carried, type Work } from "./case.ts";
import { ASKED_FIRST_PAUSES_MS } from "../temporal.config.ts";
import { now } from "./clock.ts";
import { ledger } from "./proxies.ts";
import { tell } from "./steps.ts";
import { hasTakenBack, watchedStep, type StepOfAction } from "./taking-back.ts";

/** The function's own step with the governed action that it is about, and the step that takes back what it did. */
export type GovernedCaseInput = CaseInput &
  StepOfAction & {
    readonly takeBack?: StepOfAction;
    /** Others may wait for what it holds: they are told once that has ended, before it is asked for again. */
    readonly othersWait?: true;
  };

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
    await tellTexts(work);
    if (input.othersWait === true) await askOthersFirst(work);
    const own = await watchedStep(work, { name: input.step, action: input.action }, input.takeBack);
    if (input.othersWait === true && hasTakenBack(work, input.takeBack)) {
      await ledger().tellWaiting(workRefOf(work), now());
    }
    outcomes.push(own.outcome.kind);
    await settled();
    event = opened.take();
    // Texts that another event followed are sent first: the next run is handed one event.
    if (event !== undefined && !opened.hasTexts() && workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof governedCase>(input, opened.carried(workOn(opened, event)));
    }
  }
  return { outcomes };
}

/**
 * Has those told who wait for a protection that ended, and stands behind those who waited for what this record's partner held until each
 * of them was. After two minutes it goes on, and what is decided says who was not.
 */
async function askOthersFirst(work: Work): Promise<void> {
  for (const pauseMs of [...ASKED_FIRST_PAUSES_MS, 0]) {
    const unasked = (await ledger().tellWaiting(workRefOf(work), now())) ?? 0;
    if (unasked === 0 || pauseMs === 0) return;
    await sleep(pauseMs);
  }
}

/** Sends the texts that events had sent, each once, whatever came after it; the newest event's with the work on that. */
async function tellTexts(work: Work): Promise<void> {
  const { opened, event } = work;
  const texts = opened.takeTexts();
  const own = texts.some(({ eventId }) => eventId === event.eventId) ? [] : [event];
  for (const one of [...texts, ...own]) {
    if (one.tells === undefined) continue;
    const isOwn = one.eventId === event.eventId;
    const about = isOwn ? work : workOn(opened, one);
    await tell(about, one.tells);
    if (!isOwn) await ledger().endCase(workRefOf(about), about.ended, now());
  }
}
