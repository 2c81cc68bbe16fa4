import { continueAsNew, workflowInfo } from "@temporalio/workflow";
import type { ActionId } from "../functions/index.ts";
import type { EndKind } from "../domain/outcome.ts";
import type { Because, RefusalCode } from "../domain/refusal.ts";
import type { ReplyStanding } from "../domain/reply.ts";
import { DATED_CASE_AHEAD_MS, LONG_HISTORY } from "../temporal.config.ts";
import type { CasePlan, EndedStep } from "./activities.ts";
import { workRefOf, nextEvent, openCase, resumed, settled, until, workOn } from "./case.ts";
import type { CaseInput, Carried, Work } from "./case.ts";
import { now } from "./clock.ts";
import { ledger } from "./proxies.ts";
import { expect, look } from "./reply.ts";
import { ownStep, tell, tellOutcome, tellStandstill } from "./steps.ts";

/** What a dated case does next. `wait`: for its next date, an event or an answer, whichever comes first. */
export type Next =
  | { readonly kind: "step"; readonly action: ActionId }
  | { readonly kind: "tell"; readonly template: string; readonly occasion: string }
  /** Begins to await an answer: the names are the plan's. `about` tells one thing that is awaited under it from the next. */
  | { readonly kind: "await"; readonly reply: string; readonly deadline: string; readonly about: string }
  | { readonly kind: "wait" }
  | { readonly kind: "end" };

/** What is next, or that the record tells no dates to go by and asks for nothing that people could be asked: that is told. */
type NextOrUntold = Next | { readonly kind: "standstill"; readonly code: RefusalCode };

/** What a choreography decides by, all of it known to history. */
export type Standing = {
  /** ISO 8601, or undefined where the record dates no such thing. */
  readonly dateOf: (anchor: string) => string | undefined;
  readonly isDue: (anchor: string) => boolean;
  /** Where the record itself says that it stands, in the function's words. */
  readonly state: string;
  /** When what is begun now runs out. */
  readonly deadlineOf: (name: string) => string | undefined;
  /** The record asks for it, it is not done, and it was not put to the rules yet since the last event. */
  readonly asksFor: (action: ActionId) => boolean;
  /** What was done last, named by the day on which it was decided and what it was: `2026-07-04-1f0c2a9b`. */
  readonly done: (action: ActionId) => string | undefined;
  /** It was sent, or put to the rules since the last event. */
  readonly hasTold: (template: string, occasion: string) => boolean;
  /** Where the awaited answer stands; undefined when none is awaited about this. */
  readonly reply: (reply: string, about: string) => ReplyStanding["kind"] | undefined;
};

/** The order of things in a dated case: a pure function of where it stands. */
export type Agenda = (standing: Standing) => Next;

/** An answer that is awaited, under the plan's name for it. */
type Awaited = { readonly correlation: string; readonly about: string; readonly state: ReplyStanding };

/** What a dated case knows beside its work. */
type Course = {
  /** What was put to the rules since the last event, whatever came of it: the same is not put again. */
  readonly put: readonly string[];
  readonly awaited: { readonly [reply: string]: Awaited };
  /** The last moment by the last plan that could be read. */
  readonly endsBy?: string;
};

export type DatedCarried = Carried & { readonly course: Course };

type Plan = Extract<CasePlan, { kind: "plan" }>;

/** Enough of a digest to tell two asks of one day apart. */
const DIGEST_LENGTH = 8;

/** The name under which a case's end tells of its dates. */
const PLAN = "plan";

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
    const next = nextOf(agenda, plan, course);
    const end = endOf(work, course, plan, next);
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

function nextOf(agenda: Agenda, plan: CasePlan, course: Course): NextOrUntold {
  if (plan.kind === "unreadable" && plan.gone !== true && !course.put.includes(askName(plan.ask ?? PLAN, ""))) {
    return plan.ask === undefined ? { kind: "standstill", code: plan.code } : { kind: "step", action: plan.ask };
  }
  if (isOver(course)) return { kind: "end" };
  return plan.kind === "plan" ? agenda(standingOf(plan, course)) : { kind: "wait" };
}

function standingOf(plan: Plan, { put, awaited }: Course): Standing {
  const dateOf = (anchor: string) => plan.anchors[anchor];
  return {
    dateOf,
    state: plan.state,
    isDue(anchor) {
      const date = dateOf(anchor);
      return date !== undefined && isPast(date);
    },
    deadlineOf: (name) => plan.deadlines[name],
    asksFor(action) {
      const asked = plan.asks[action];
      return asked !== undefined && !put.includes(askName(action, asked));
    },
    done(action) {
      const last = plan.done[action];
      return last && `${last.on}-${last.digest.slice(0, DIGEST_LENGTH)}`;
    },
    hasTold(template, occasion) {
      const name = textName(template, occasion);
      return plan.told.includes(name) || put.includes(name);
    },
    reply(reply, about) {
      const known = awaited[reply];
      return known?.about === about ? known.state.kind : undefined;
    },
  };
}

/** How the work on the event ends now, beside the steps that it took; undefined while it goes on. */
function endOf(
  { ended, event }: Work,
  course: Course,
  plan: CasePlan,
  next: NextOrUntold,
): readonly EndedStep[] | undefined {
  const because = (kind: EndKind, why: Because) => [{ step: PLAN, kind, because: why }];
  if (next.kind === "end") {
    if (ended.length > 0) return [];
    if (plan.kind === "unreadable" && course.endsBy === undefined) {
      const { code } = plan;
      return because(event.gone === true ? "superseded" : "refused", { code, stepKey: "", decisionId: "" });
    }
    return because("idle", { code: isOver(course) ? "last-date-over" : "nothing-left" });
  }
  const isIdle = next.kind === "wait" && waitingFor(course).length === 0;
  if (!isIdle || plan.kind === "unreadable") return undefined;
  const [first] = Object.values(plan.anchors).toSorted();
  const isFar = first !== undefined && Date.parse(first) - Date.now() > DATED_CASE_AHEAD_MS;
  return isFar ? because("idle", { code: "first-date", on: first }) : undefined;
}

/** No plan could be read yet, or its last day has passed. */
function isOver({ endsBy }: Course): boolean {
  return endsBy === undefined || isPast(endsBy);
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
  const deadlines = waitingFor(course).map(({ state }) => state.deadline);
  const dates = [...(plan.kind === "plan" ? Object.values(plan.anchors) : []), ...deadlines];
  const [first] = dates.filter((date) => !isPast(date)).toSorted();
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

function waitingFor({ awaited }: Course) {
  return Object.values(awaited).flatMap(({ state }) => (state.kind === "waiting" ? [{ state }] : []));
}

function earliest(first: string | undefined, endsBy: string | undefined): string {
  return [first, endsBy].filter((date) => date !== undefined).toSorted()[0] ?? now();
}

/** Dates are ISO 8601 in UTC, as the plan writes them: their order is that of their texts. */
function isPast(date: string): boolean {
  return Date.parse(date) <= Date.now();
}

/** The step of an action bears the last part of its id. */
function stepNameOf(action: string): string {
  return action.slice(action.lastIndexOf(".") + 1);
}

function askName(action: string, asked: string): string {
  return `${action}:${asked}`;
}

function textName(template: string, occasion: string): string {
  return `${template}/${occasion}`;
}
