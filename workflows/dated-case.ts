import { continueAsNew, workflowInfo } from "@temporalio/workflow";
import type { ReplyStanding } from "../domain/reply.ts";
import { LONG_HISTORY } from "../temporal.config.ts";
import type { CasePlan, EndedStep } from "./activities.ts";
import { askName, endOf, isPast, nextOf, PLAN, textName, waitingFor } from "./agenda.ts";
import type { Agenda, Course, Next, NextOrUntold } from "./agenda.ts";
import { workRefOf, nextEvent, openCase, resumed, settled, until, workOn } from "./case.ts";
import type { CaseInput, Carried, Work } from "./case.ts";
import { now } from "./clock.ts";
import { ledger } from "./proxies.ts";
import { expect, look } from "./reply.ts";
import { ownStep, tell, tellOutcome, tellStandstill } from "./steps.ts";

export type DatedCarried = Carried & { readonly course: Course };

/**
 * A case that goes by dates: reads its record, does what its agenda says is next, and sleeps until the next date, an event
 * or an answer. Dates move with the record. What is not due within days is left to the daily sweep; nothing waits longer than
 * the plan's last day.
 */
export async function datedCase(input: CaseInput, agenda: Agenda, carried?: DatedCarried): Promise<void> {
  const opened = openCase(input, carried);
  let work = carried === undefined ? workOn(opened, await nextEvent(opened)) : resumed(opened, carried);
  // What arrived between two runs is found in the ledger.
  let course: Course = carried === undefined ? { put: [], awaited: {} } : await lookedAt(work, carried.course);
  for (;;) {
    const plan = await ledger().planCase(workRefOf(work), now());
    if (plan.kind === "plan") course = { ...course, endsBy: plan.endsBy };
    const next = nextOf(agenda, plan, course, Date.now());
    const end = endOf(work, course, plan, next, Date.now());
    if (end === undefined) {
      course = await doNext(work, course, plan, next);
      if (!opened.hasNews()) continue;
    }
    await endWork(work, end === undefined ? overtaken(work) : [...work.ended, ...end]);
    const event = opened.take();
    if (event === undefined) return;
    work = workOn(opened, event);
    course = { ...course, put: [] };
  }
}

/** Records how the work on the event ended. What comes meanwhile is worked on next. */
async function endWork(work: Work, ended: readonly EndedStep[]): Promise<void> {
  await ledger().endCase(workRefOf(work), ended, now());
  await settled();
}

/** A newer event has come: what was done about this one is over. */
function overtaken({ ended }: Work): readonly EndedStep[] {
  return ended.length > 0 ? ended : [{ step: PLAN, kind: "superseded", because: { code: "overtaken" } }];
}

async function doNext(work: Work, course: Course, plan: CasePlan, next: NextOrUntold): Promise<Course> {
  switch (next.kind) {
    case "step": {
      const asked = plan.kind === "plan" ? (plan.asks[next.action] ?? "") : "";
      await tellOutcome(work, await ownStep(work, { name: stepNameOf(next.action), action: next.action }), {
        last: false,
      });
      return { ...course, put: [...course.put, askName(next.action, asked)] };
    }
    case "standstill":
      await tellStandstill(work, PLAN, next.code);
      return { ...course, put: [...course.put, askName(PLAN, "")] };
    case "tell":
      await tell(work, next);
      return { ...course, put: [...course.put, textName(next.template, next.occasion)] };
    case "await":
      return awaiting(work, course, plan, next);
    case "wait":
      return waited(work, course, plan);
    case "end":
      return course;
  }
}

type Awaiting = Extract<Next, { kind: "await" }>;

/** Begins to await an answer. One for which the record gives no name to answer to is withdrawn at once. */
async function awaiting(
  work: Work,
  course: Course,
  plan: CasePlan,
  { reply, deadline, about }: Awaiting,
): Promise<Course> {
  const correlation = plan.kind === "plan" ? (plan.correlations[reply] ?? "") : "";
  const state: ReplyStanding =
    correlation === "" ? { kind: "withdrawn" } : await expect(workRefOf(work), { correlation, deadline });
  return { ...course, awaited: { ...course.awaited, [reply]: { correlation, about, state } } };
}

/** Sleeps until the next date, and looks at every answer that is awaited. A history that grew long is begun anew before. */
async function waited(work: Work, course: Course, plan: CasePlan): Promise<Course> {
  const { opened } = work;
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  if (!opened.hasNews() && (continueAsNewSuggested || historyLength > LONG_HISTORY)) {
    await settled();
    await continueAsNew<(input: CaseInput, carried: DatedCarried) => Promise<void>>(opened.input, {
      ...opened.carried(work),
      course,
    });
  }
  const deadlines = waitingFor(course).map(({ deadline }) => deadline);
  const dates = [...(plan.kind === "plan" ? Object.values(plan.anchors) : []), ...deadlines];
  const [first] = dates.filter((date) => !isPast(date, Date.now())).toSorted();
  await until(opened, earliest(first, course.endsBy));
  return lookedAt(work, course);
}

async function lookedAt(work: Work, course: Course): Promise<Course> {
  const { replies } = work.opened;
  const arrived = new Set(replies.arrived);
  // What arrives from here on wakes the case again.
  replies.arrived.clear();
  const awaited = { ...course.awaited };
  for (const [reply, known] of Object.entries(course.awaited)) {
    const { correlation, state } = known;
    if (state.kind !== "waiting" && !arrived.has(correlation)) continue;
    awaited[reply] = { ...known, state: await look(replies, workRefOf(work), correlation) };
  }
  return { ...course, awaited };
}

function earliest(first: string | undefined, endsBy: string | undefined): string {
  return [first, endsBy].filter((date) => date !== undefined).toSorted()[0] ?? now();
}

/** The step of an action bears the last part of its id. */
function stepNameOf(action: string): string {
  return action.slice(action.lastIndexOf(".") + 1);
}
