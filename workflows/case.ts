import { allHandlersFinished, condition, defineSignal, setHandler, workflowInfo } from "@temporalio/workflow";
import type { EventRef } from "../domain/event.ts";
import { stepKeyOf } from "../domain/ids.ts";
import type { WorkRef, EndedStep, StepRef } from "./activities.ts";
import { openAgreementDesk, type AgreementDesk } from "./agree.ts";
import { now } from "./clock.ts";
import { openReplyDesk, type ReplyDesk } from "./reply.ts";
import { openDesk, type EscalationDesk } from "./escalation.ts";

/** One business object under one function; the workflow id names it. */
export type CaseInput = {
  readonly company: string;
  readonly functionId: string;
  readonly objectType: string;
  readonly objectId: string;
};

export const eventArrived = defineSignal<[EventRef]>("eventArrived");

/** What a case hands to its next run, so that no history grows without end. */
export type Carried = {
  readonly event: EventRef;
  readonly newestAt: string;
  /** Events of the newest instant: an older one is dropped by its time. */
  readonly seen: readonly string[];
  readonly ended: readonly EndedStep[];
  readonly rounds: { readonly [step: string]: number };
  readonly ownSteps: number;
};

/** A running case: what came and was not taken up yet, and the desk at which it asks people. */
export type Case = {
  readonly input: CaseInput;
  readonly desk: EscalationDesk;
  readonly replies: ReplyDesk;
  readonly agreements: AgreementDesk;
  /** Whether something newer came than what is worked on. */
  readonly hasNews: () => boolean;
  /** Takes up the newest event. Only that one counts, and none that is older than what came before. */
  readonly take: () => EventRef | undefined;
  /** Takes up the events that have texts sent: each counts, whatever came after it. */
  readonly takeTexts: () => readonly EventRef[];
  readonly hasTexts: () => boolean;
  readonly carried: (work: Work) => Carried;
};

/** Opens a case before its first await: no signal and no verdict is missed. */
export function openCase(input: CaseInput, carried?: Carried): Case {
  let seen = new Set(carried?.seen);
  let newestAt = carried?.newestAt ?? "";
  let next: EventRef | undefined;
  let texts: readonly EventRef[] = [];
  setHandler(eventArrived, (event) => {
    if (seen.has(event.eventId) || event.occurredAt < newestAt) return;
    if (event.occurredAt > newestAt) seen = new Set();
    seen.add(event.eventId);
    newestAt = event.occurredAt;
    next = event;
    if (event.tells !== undefined) texts = [...texts, event];
  });
  const hasNews = () => next !== undefined;
  return {
    input,
    desk: openDesk({ isThere: hasNews, newest: () => texts[0] ?? next, drop: () => (next = undefined) }),
    replies: openReplyDesk(hasNews),
    agreements: openAgreementDesk(hasNews),
    hasNews,
    take() {
      const event = next;
      next = undefined;
      return event;
    },
    hasTexts: () => texts.length > 0,
    takeTexts() {
      const taken = texts;
      texts = [];
      return taken;
    },
    carried: ({ event, ended, rounds, ownSteps }) => ({
      event,
      newestAt,
      seen: [...seen],
      ended,
      rounds: Object.fromEntries(rounds),
      ownSteps,
    }),
  };
}

/** The newest event, once there is one. */
export async function nextEvent(opened: Case): Promise<EventRef> {
  for (;;) {
    await condition(opened.hasNews);
    const event = opened.take();
    if (event !== undefined) return event;
  }
}

/** What a case does about one event: what its steps share, and how those that are over ended. */
export type Work = {
  readonly opened: Case;
  readonly event: EventRef;
  readonly ended: EndedStep[];
  /** How often each of the function's steps was proposed, and how many were taken. */
  readonly rounds: Map<string, number>;
  ownSteps: number;
};

export function workOn(opened: Case, event: EventRef): Work {
  return { opened, event, ended: [], rounds: new Map(), ownSteps: 0 };
}

/** The work that an earlier run of the case was at. */
export function resumed(opened: Case, { event, ended, rounds, ownSteps }: Carried): Work {
  return { opened, event, ended: [...ended], rounds: new Map(Object.entries(rounds)), ownSteps };
}

export function workRefOf({ opened, event }: Work): WorkRef {
  const { company, functionId, objectType, objectId } = opened.input;
  const { eventId, gone } = event;
  const ref = { company, caseId: workflowInfo().workflowId, functionId, objectType, objectId, eventId };
  return gone === true ? { ...ref, gone } : ref;
}

/** A step's name within the case, the governed action that it is about, and the step that it tells of. */
export type Named = { readonly name: string; readonly action: string; readonly reports?: string };

export function stepRefOf(work: Work, { name, action, reports = "" }: Named, round: number): StepRef {
  const ref = workRefOf(work);
  return { ...ref, action, stepKey: stepKeyOf(ref.caseId, ref.eventId, name, round), reportsStep: reports };
}

/**
 * Sleeps until an instant, or until an event or an answer comes; false when something came first. The timer is the engine's: it
 * outlives workers, and months.
 */
export async function until(opened: Case, at: string): Promise<boolean> {
  const leftMs = Date.parse(at) - Date.parse(now());
  if (leftMs <= 0) return true;
  return !(await condition(() => opened.hasNews() || opened.replies.news(), leftMs));
}

/** Every message that came is answered: a run may end. */
export async function settled(): Promise<void> {
  await condition(allHandlersFinished);
}
