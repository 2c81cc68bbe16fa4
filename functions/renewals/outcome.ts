import { endOfDayUtc, latestDayAt, startOfDayUtc, writeDate } from "../../domain/day.ts";
import { termOf, type Contract, type RenewalState, type Term } from "./contract.ts";

/** How a renewal ends, in the CRM's words for its state. */
export const outcomes = ["accepted", "auto-renewed", "notice-given", "lapsed", "recovered"] as const;
export type Outcome = (typeof outcomes)[number];

/** After these the contract goes on. */
const renewing = ["accepted", "auto-renewed", "recovered"] as const satisfies readonly Outcome[];
type Renewing = (typeof renewing)[number];

/** Whether a renewal has come to where the contract goes on: nothing is asked of it any more. */
export function isRenewed(state: RenewalState): state is Renewing {
  return renewing.some((one) => one === state);
}

/** In these a renewal may still be proposed, priced and offered. */
const open: readonly RenewalState[] = ["scheduled", "assessed", "proposed", "negotiating"];

export function isOpen(state: RenewalState): boolean {
  return open.includes(state);
}

/** What speaks for an outcome, as far as the record tells it. */
type Proof = { readonly text: string | null; readonly day: number | null };

/**
 * Null where the record holds nothing, undefined where a part cannot be read. What is dated before the term that runs is of
 * an earlier one, and nothing to this.
 */
function proofOf(text: string | null | undefined, day: number | null | undefined, { start_date: start }: Contract) {
  if (text === undefined || day === undefined || start === undefined) return undefined;
  const isNothing = (text === null && day === null) || (day !== null && day < start);
  return isNothing ? null : { text, day };
}

/** The customer's acceptance. */
export function acceptanceIn(contract: Contract): Proof | null | undefined {
  return proofOf(contract.acceptance_evidence, contract.accepted_on, contract);
}

/** The customer's notice. */
export function noticeIn(contract: Contract): Proof | null | undefined {
  return proofOf(contract.non_renewal_reason, contract.notice_received_on, contract);
}

/**
 * What the record says became of the contract: an acceptance, a notice, else what silence makes of it. Undefined where
 * that cannot be read, and where the record's state tells it already.
 */
export function outcomeIn(contract: Contract): Outcome | undefined {
  const { renewal_state: state, auto_renew: autoRenews } = contract;
  const [acceptance, notice] = [acceptanceIn(contract), noticeIn(contract)];
  if (state === undefined || autoRenews === undefined || acceptance === undefined || notice === undefined)
    return undefined;
  if (isRenewed(state)) return undefined;
  if (acceptance !== null)
    return state === "lapsed" || hadLapsed(acceptance, notice, contract) ? "recovered" : "accepted";
  if (state === "lapsed") return undefined;
  if (notice !== null) return state === "notice-given" ? "lapsed" : "notice-given";
  return autoRenews ? "auto-renewed" : "lapsed";
}

/** Whether the contract had ended when it was accepted: it renewed nothing by itself, or notice had been given. */
function hadLapsed({ day }: Proof, notice: Proof | null, { end_date: end, auto_renew: autoRenews }: Contract): boolean {
  return day !== null && end !== undefined && day > end && (!autoRenews || notice !== null);
}

/** Why it ended as it did, in the record's words where it has any. */
export function reasonOf(outcome: Outcome, contract: Contract, { end, decideBy }: Term): string {
  const said = noticeIn(contract)?.text;
  switch (outcome) {
    case "accepted":
      return "accepted by the customer";
    case "recovered":
      return "accepted by the customer after it had lapsed";
    case "auto-renewed":
      return `no notice until ${writeDate(decideBy)}`;
    case "notice-given":
      return said ?? "no reason given";
    case "lapsed":
      return said ?? `no acceptance until ${writeDate(end)}`;
  }
}

/**
 * The instant from which what the record says became of the contract may be recorded, ISO 8601: the start of the day of an
 * acceptance or a notice; of silence, and of what has no day, the end of the last day on which somebody could still speak.
 * Undefined where nothing is left to record, or it cannot be read.
 */
export function outcomeFrom(contract: Contract): string | undefined {
  const [term, outcome] = [termOf(contract), outcomeIn(contract)];
  if (term === undefined || outcome === undefined) return undefined;
  const day = isSilence(outcome) ? null : dayOf(outcome, contract, term);
  const lastDay = outcome === "lapsed" || outcome === "recovered" ? term.end : term.decideBy;
  return day === null ? endOfDayUtc(lastDay) : startOfDayUtc(day);
}

/** The day on which an outcome came about; null where the record does not tell it. */
export function dayOf(outcome: Outcome, contract: Contract, { end, decideBy }: Term): number | null {
  switch (outcome) {
    case "accepted":
    case "recovered":
      return contract.accepted_on ?? null;
    case "notice-given":
      return contract.notice_received_on ?? null;
    case "auto-renewed":
      return decideBy;
    case "lapsed":
      return end;
  }
}

function isSilence(outcome: Outcome): boolean {
  return outcome === "auto-renewed" || outcome === "lapsed";
}

/** Whether an outcome has come about: silence is one only when its day is over, a date may be anybody's calendar's. */
export function hasCome(outcome: Outcome, day: number | null, at: string): boolean {
  if (day === null) return false;
  return isSilence(outcome) ? Date.parse(at) >= Date.parse(endOfDayUtc(day)) : day <= latestDayAt(at);
}

/** Whether a proof has both its parts. */
export function isWhole(proof: Proof | null | undefined): boolean {
  return proof !== null && proof !== undefined && proof.text !== null && proof.day !== null;
}

/** Whether the customer spoke the first time before the second, and so changed its mind. */
function isBefore(first: Proof | null, second: Proof | null): boolean {
  const [one, other] = [first?.day ?? null, second?.day ?? null];
  return one !== null && other !== null && one < other;
}

/**
 * Whether the record proves an outcome. `contradictory`: it proves another as well, or the contract's own clause does.
 * Undefined where a part of it cannot be read.
 */
export function evidenceFor(outcome: Outcome, contract: Contract): "given" | "missing" | "contradictory" | undefined {
  const [acceptance, notice, autoRenews] = [acceptanceIn(contract), noticeIn(contract), contract.auto_renew];
  if (acceptance === undefined || notice === undefined || autoRenews === undefined) return undefined;
  const proved = (proof: Proof | null, other: Proof | null) => {
    if (other !== null) return "contradictory";
    return isWhole(proof) ? "given" : "missing";
  };
  switch (outcome) {
    case "accepted":
      return proved(acceptance, notice);
    case "recovered":
      return proved(acceptance, isBefore(notice, acceptance) ? null : notice);
    case "notice-given":
      return proved(notice, acceptance);
    case "auto-renewed":
      return autoRenews && acceptance === null && notice === null ? "given" : "contradictory";
    case "lapsed":
      if (acceptance !== null) return "contradictory";
      return autoRenews ? proved(notice, null) : "given";
  }
}

/** Days by which a notice came after the last day for one; 0 in time, without one, and where none is needed. */
export function noticeLateDays({ notice_received_on: received }: Contract, { autoRenews, decideBy }: Term): number {
  if (!autoRenews || received === undefined || received === null) return 0;
  return Math.max(0, received - decideBy);
}

/** Days by which an acceptance came after the contract had renewed itself; 0 in time, without one, and where it had not. */
export function acceptanceLateDays(contract: Contract, { autoRenews, decideBy }: Term): number {
  const { accepted_on: accepted, renewal_state: state } = contract;
  const isEnding = state === "notice-given" || state === "lapsed" || noticeIn(contract) !== null;
  if (!autoRenews || isEnding || accepted === undefined || accepted === null) return 0;
  return Math.max(0, accepted - decideBy);
}

/** Days from the end of the term to the acceptance; 0 before it, and without one. */
export function recoveryDays({ accepted_on: accepted }: Contract, { end }: Term): number {
  return accepted === undefined || accepted === null ? 0 : Math.max(0, accepted - end);
}
