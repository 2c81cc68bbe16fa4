import type { ActionId } from "../functions/index.ts";
import type { EventRef } from "../domain/event.ts";
import type { EndKind } from "../domain/outcome.ts";
import type { Because, RefusalCode } from "../domain/refusal.ts";
import type { ReplyStanding } from "../domain/reply.ts";
import { DATED_CASE_AHEAD_MS } from "../temporal.config.ts";
import type { CasePlan, EndedStep } from "./activities.ts";

/** What a dated case does next. `wait`: for its next date, an event or an answer, whichever comes first. */
export type Next =
  | { readonly kind: "step"; readonly action: ActionId }
  | { readonly kind: "tell"; readonly template: string; readonly occasion: string }
  /** Begins to await an answer: the names are the plan's. `about` tells one thing that is awaited under it from the next. */
  | { readonly kind: "await"; readonly reply: string; readonly deadline: string; readonly about: string }
  | { readonly kind: "wait" }
  | { readonly kind: "end" };

/** What is next, or that the record tells no dates to go by and asks for nothing that people could be asked: that is told. */
export type NextOrUntold = Next | { readonly kind: "standstill"; readonly code: RefusalCode };

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
export type Course = {
  /** What was put to the rules since the last event, whatever came of it: the same is not put again. */
  readonly put: readonly string[];
  readonly awaited: { readonly [reply: string]: Awaited };
  /** The last moment by the last plan that could be read. */
  readonly endsBy?: string;
};

type Plan = Extract<CasePlan, { kind: "plan" }>;

/** Enough of a digest to tell two asks of one day apart. */
const DIGEST_LENGTH = 8;

/** The name under which a case's end tells of its dates. */
export const PLAN = "plan";

/** What a case does next. `nowMs` is its own time, in ms since 1970. */
export function nextOf(agenda: Agenda, plan: CasePlan, course: Course, nowMs: number): NextOrUntold {
  if (plan.kind === "unreadable" && plan.gone !== true && !course.put.includes(askName(plan.ask ?? PLAN, ""))) {
    return plan.ask === undefined ? { kind: "standstill", code: plan.code } : { kind: "step", action: plan.ask };
  }
  if (isOver(course, nowMs)) return { kind: "end" };
  return plan.kind === "plan" ? agenda(standingOf(plan, course, nowMs)) : { kind: "wait" };
}

function standingOf(plan: Plan, { put, awaited }: Course, nowMs: number): Standing {
  const dateOf = (anchor: string) => plan.anchors[anchor];
  return {
    dateOf,
    state: plan.state,
    isDue(anchor) {
      const date = dateOf(anchor);
      return date !== undefined && isPast(date, nowMs);
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

/** The event that is worked on, and the steps that were taken about it. */
type Worked = { readonly ended: readonly EndedStep[]; readonly event: Pick<EventRef, "gone"> };

/** How the work on the event ends now, beside the steps that it took; undefined while it goes on. */
export function endOf(
  { ended, event }: Worked,
  course: Course,
  plan: CasePlan,
  next: NextOrUntold,
  nowMs: number,
): readonly EndedStep[] | undefined {
  const because = (kind: EndKind, why: Because) => [{ step: PLAN, kind, because: why }];
  if (next.kind === "end") {
    if (ended.length > 0) return [];
    if (plan.kind === "unreadable" && course.endsBy === undefined) {
      const { code } = plan;
      return because(event.gone === true ? "superseded" : "refused", { code, stepKey: "", decisionId: "" });
    }
    return because("idle", { code: isOver(course, nowMs) ? "last-date-over" : "nothing-left" });
  }
  const isIdle = next.kind === "wait" && waitingFor(course).length === 0;
  if (!isIdle || plan.kind === "unreadable") return undefined;
  const [first] = Object.values(plan.anchors).toSorted();
  const isFar = first !== undefined && Date.parse(first) - nowMs > DATED_CASE_AHEAD_MS;
  return isFar ? because("idle", { code: "first-date", on: first }) : undefined;
}

/** No plan could be read yet, or its last day has passed. */
function isOver({ endsBy }: Course, nowMs: number): boolean {
  return endsBy === undefined || isPast(endsBy, nowMs);
}

/** What is awaited and neither answered nor over. */
export function waitingFor({ awaited }: Course) {
  return Object.values(awaited).flatMap(({ state }) => (state.kind === "waiting" ? [state] : []));
}

/** Dates are ISO 8601 in UTC, as the plan writes them: their order is that of their texts. */
export function isPast(date: string, nowMs: number): boolean {
  return Date.parse(date) <= nowMs;
}

/** One ask of an action, as `put` names it. */
export function askName(action: string, asked: string): string {
  return `${action}:${asked}`;
}

/** One text and its occasion, as `put` and the plan name it. */
export function textName(template: string, occasion: string): string {
  return `${template}/${occasion}`;
}
