import { continueAsNew, sleep, workflowInfo } from "@temporalio/workflow";
import { LONG_HISTORY, SWEEP_PAUSE } from "../temporal.config.ts";
import type { Counts, ScheduledPlace, ScheduledRef } from "./activities.ts";
import { scheduled } from "./proxies.ts";

/** `at`: the moment that fell due, ISO 8601, where the run is fired for it by hand; else the company's clock tells it. */
export type ScheduledInput = ScheduledRef & { readonly at?: string };

/** What a run did, and the instant it went by. */
export type ScheduledEnd = { readonly at: string; readonly counts: Counts };

type Carried = ScheduledPlace & { readonly counts: Counts };

/** One run of a company's schedule, a page at a time: what was done stays done, whatever ends the worker. */
export async function scheduledRun(
  { at = "", ...ref }: ScheduledInput,
  carried: Carried = { at, after: "", counts: {} },
): Promise<ScheduledEnd> {
  let stand = carried;
  for (;;) {
    const page = await scheduled().runPage(ref, { at: stand.at, after: stand.after });
    const counts = added(stand.counts, page.counts);
    if (page.next === null) return { at: page.at, counts };
    stand = { at: page.at, after: page.next, counts };
    if (page.isFull) await sleep(SWEEP_PAUSE);
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    if (continueAsNewSuggested || historyLength > LONG_HISTORY) await continueAsNew<typeof scheduledRun>(ref, stand);
  }
}

function added(counts: Counts, more: Counts): Counts {
  const sums = Object.entries(more).map(([what, count]) => [what, (counts[what] ?? 0) + count] as const);
  return { ...counts, ...Object.fromEntries(sums) };
}
