import type { ActionId } from "../functions/index.ts";
import type { Next, Standing } from "./agenda.ts";
import type { CaseInput } from "./case.ts";
import { datedCase, type DatedCarried } from "./dated-case.ts";

/** The days before the day to decide on which those who look after a contract hear what is still to be done, latest first. */
const REMINDERS = ["step30", "step60"] as const;

/** The record's words for a contract that goes on. */
const renewed: ReadonlySet<string> = new Set(["accepted", "auto-renewed", "recovered"]);

/**
 * A renewal: proposed 120 days before the day to decide, priced from 90 days before as soon as a price is asked, offered,
 * reminded of, answered; recorded when it has come to something, by an answer, the record or silence. A lapsed contract may be
 * won back until its recovery ends.
 */
export function renewalCase(input: CaseInput, carried?: DatedCarried): Promise<void> {
  return datedCase(input, renewalAgenda, carried);
}

export function renewalAgenda(standing: Standing): Next {
  const { isDue, asksFor, done, reply } = standing;
  const offer = done("renewals.price");
  const isAnswered = offer !== undefined && reply("offer", offer) === "answered";
  if ((isAnswered || isDue("outcome")) && asksFor("renewals.record")) return step("renewals.record");
  if (renewed.has(standing.state)) return textOnce(standing, "renewed", "") ?? { kind: "end" };
  if (standing.state === "lapsed") return isDue("recoveryEnds") ? { kind: "end" } : { kind: "wait" };
  if (asksFor("renewals.assign-partner")) return step("renewals.assign-partner");
  if (isDue("step120") && asksFor("renewals.propose")) return step("renewals.propose");
  if (isDue("step90") && asksFor("renewals.price")) return step("renewals.price");
  if (isDue("decideBy")) return noticeAhead(standing) ?? { kind: "wait" };
  return offering(standing, offer) ?? reminding(standing, isAnswered) ?? noticeAhead(standing) ?? { kind: "wait" };
}

/** The offer goes out once for each price, and its answer is awaited. */
function offering(standing: Standing, offer: string | undefined): Next | undefined {
  if (offer === undefined) return undefined;
  const text = textOnce(standing, "offer", offer);
  if (text !== undefined) return text;
  const deadline = standing.deadlineOf("offer");
  if (standing.reply("offer", offer) !== undefined || deadline === undefined) return undefined;
  return { kind: "await", reply: "offer", deadline, about: offer };
}

/** Only the latest of the days that are due: a case that opens late does not say the same twice. */
function reminding(standing: Standing, isAnswered: boolean): Next | undefined {
  const due = REMINDERS.find((day) => standing.isDue(day));
  return due === undefined || isAnswered ? undefined : textOnce(standing, "reminder", due);
}

/** A contract that renews itself: the customer hears of it in the last days in which it can still say no. */
function noticeAhead(standing: Standing): Next | undefined {
  const { isDue, dateOf } = standing;
  const day = dateOf("decideBy")?.slice(0, "2026-12-31".length);
  if (day === undefined || !isDue("noticeAhead") || isDue("renews")) return undefined;
  return textOnce(standing, "notice-ahead", day);
}

function textOnce({ hasTold }: Standing, template: string, occasion: string): Next | undefined {
  return hasTold(template, occasion) ? undefined : { kind: "tell", template, occasion };
}

function step(action: ActionId): Next {
  return { kind: "step", action };
}
