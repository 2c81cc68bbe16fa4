import { condition, defineSignal, setHandler } from "@temporalio/workflow";
import type { Awaited, ReplyStanding } from "../domain/reply.ts";
import type { CaseRef } from "./activities.ts";
import { now } from "./clock.ts";
import { ledger } from "./proxies.ts";

/** Something came from the outside, and is durable in the ledger. It only wakes the case: what came is read from there. */
export type ReplyMessage = { readonly correlation: string };

export const replyArrived = defineSignal<[ReplyMessage]>("replyArrived");

/** What arrived for a case and was not looked at yet, and whether something newer made its waiting moot. */
export type ReplyDesk = {
  readonly arrived: Set<string>;
  /** Whether anything arrived: for the case's own `condition`. */
  readonly news: () => boolean;
  readonly interrupted: () => boolean;
};

/** How waiting ends. `lapsed`: nobody answered in time. `withdrawn`: something newer made it moot. */
export type ReplyOutcome = Exclude<ReplyStanding, { kind: "waiting" }>;

/** Registers the signal: before the case's first await, so that nothing that arrived is missed. */
export function openReplyDesk(interrupted: () => boolean): ReplyDesk {
  const arrived = new Set<string>();
  setHandler(replyArrived, ({ correlation }) => void arrived.add(correlation));
  return { arrived, news: () => arrived.size > 0, interrupted };
}

/** Begins to await a reply, or awaits it until another time. An answer that is there already is found. */
export function expect({ company, caseId }: CaseRef, awaited: Awaited): Promise<ReplyStanding> {
  return ledger().expectReply({ company, caseId }, awaited, now());
}

/**
 * Reads where a reply stands, and lapses it once its deadline has passed: for a case that waits for several things at once
 * and was woken by `news` or by a timer of its own. What arrived for it counts as looked at.
 */
export async function look(desk: ReplyDesk, { company }: CaseRef, correlation: string): Promise<ReplyStanding> {
  desk.arrived.delete(correlation);
  const state = await ledger().readReply(company, correlation);
  const isPast = state.kind === "waiting" && msUntil(state.deadline) <= 0;
  return isPast ? ledger().lapseReply(company, correlation, now()) : state;
}

/** Awaits one reply until its deadline. The ledger arbitrates between an answer, the deadline and a newer event. */
export async function reply(desk: ReplyDesk, ref: CaseRef, awaited: Awaited): Promise<ReplyOutcome> {
  const { correlation } = awaited;
  let state = await expect(ref, awaited);
  while (state.kind === "waiting") {
    await arrivalOf(desk, correlation, msUntil(state.deadline));
    const isMoot = desk.interrupted() && !desk.arrived.has(correlation);
    state = isMoot ? await ledger().withdrawReply(ref.company, correlation, now()) : await look(desk, ref, correlation);
  }
  return state;
}

async function arrivalOf(desk: ReplyDesk, correlation: string, ms: number): Promise<void> {
  if (ms > 0) await condition(() => desk.arrived.has(correlation) || desk.interrupted(), ms);
}

/** By the workflow's clock. */
function msUntil(deadline: string): number {
  return Date.parse(deadline) - Date.now();
}
