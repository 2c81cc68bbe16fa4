/**
 * What companies agree to before one of them acts: one ok of each side over one digest. The executor, who acts, arbitrates;
 * the intent of its effect is the instant of truth. Every other side keeps a copy of where it stands there. Schema-free.
 */

export const agreementStates = [
  "asked",
  "ready",
  "intent",
  "unknown",
  "done",
  "failed",
  "withdrawn",
  "refused",
  "lapsed",
] as const;
export type AgreementState = (typeof agreementStates)[number];

/** What a side may say. `refuse`: it never will. `withdraw`: it takes back what it said or asked. */
export const agreementWords = ["ok", "refuse", "withdraw"] as const;
export type AgreementWord = (typeof agreementWords)[number];

export type Said = { readonly side: string; readonly word: AgreementWord };

/** An agreement as the executor holds it. Times are ISO 8601. */
export type Agreement = {
  /** SHA-256 (hex) over everything that is agreed to. */
  readonly digest: string;
  /** The companies whose ok it takes, the executor among them. */
  readonly sides: readonly string[];
  /** The last instant that is in time. */
  readonly expiresAt: string;
  readonly state: AgreementState;
  readonly said: readonly Said[];
};

/** What happens to an agreement. `at` is the executor's own clock: nobody is in time by their own account. */
export type AgreementEvent =
  | (Said & { readonly kind: "said"; readonly digest: string; readonly at: string })
  | { readonly kind: "lapse"; readonly at: string }
  | { readonly kind: "intend"; readonly digest: string; readonly at: string }
  | { readonly kind: "settle"; readonly as: "done" | "failed" | "unknown" };

/** Why something is not taken; nothing changes then. `too-late`: the executor acts already, or has acted. */
export type NotTaken = "no-side" | "other-digest" | "too-late" | "ended" | "past-deadline" | "not-due" | "not-ready";

/** `repeated`: it was taken before, and stays so whatever came since. */
export type Transition =
  | { readonly kind: "taken"; readonly agreement: Agreement }
  | { readonly kind: "repeated" }
  | { readonly kind: "not-taken"; readonly because: NotTaken };

/** Where each state leads to, at the executor. One that leads nowhere is final. */
const leadsTo: { readonly [S in AgreementState]: readonly AgreementState[] } = {
  asked: ["ready", "withdrawn", "refused", "lapsed"],
  ready: ["intent", "withdrawn", "refused", "lapsed"],
  intent: ["done", "failed", "unknown"],
  unknown: ["done", "failed"],
  done: [],
  failed: [],
  withdrawn: [],
  refused: [],
  lapsed: [],
};

/** Whether one state may come after another, at once or by way of others: what a side that was told late goes by. */
export function comesAfter(from: AgreementState, to: AgreementState): boolean {
  return leadsTo[from].some((next) => next === to || comesAfter(next, to));
}

/** What the executor makes of what happens. */
export function transition(agreement: Agreement, event: AgreementEvent): Transition {
  const { state, digest, expiresAt } = agreement;
  const to = (next: AgreementState): Transition => ({ kind: "taken", agreement: { ...agreement, state: next } });
  switch (event.kind) {
    case "said":
      return say(agreement, event);
    case "lapse":
      if (state === "lapsed") return { kind: "repeated" };
      if (!isOpen(state)) return notTaken(whyClosed(state));
      return isBefore(event.at, expiresAt) ? notTaken("not-due") : to("lapsed");
    case "intend":
      if (event.digest !== digest) return notTaken("other-digest");
      if (state === "intent") return { kind: "repeated" };
      if (state === "asked") return notTaken("not-ready");
      if (state !== "ready") return notTaken(whyClosed(state));
      return isBefore(expiresAt, event.at) ? notTaken("past-deadline") : to("intent");
    case "settle":
      if (state === event.as) return { kind: "repeated" };
      if (leadsTo[state].includes(event.as)) return to(event.as);
      return notTaken(isOpen(state) ? "not-ready" : whyClosed(state));
  }
}

function say(agreement: Agreement, event: Extract<AgreementEvent, { kind: "said" }>): Transition {
  const { side, word } = event;
  const { sides, digest, state, said, expiresAt } = agreement;
  if (!sides.includes(side)) return notTaken("no-side");
  if (event.digest !== digest) return notTaken("other-digest");
  if (hasSaid(said, side, word)) return { kind: "repeated" };
  if (!isOpen(state)) return notTaken(whyClosed(state));
  if (isBefore(expiresAt, event.at)) return notTaken("past-deadline");
  const heard = [...said, { side, word }];
  return { kind: "taken", agreement: { ...agreement, said: heard, state: stateAfter(word, sides, heard) } };
}

function stateAfter(word: AgreementWord, sides: readonly string[], said: readonly Said[]): AgreementState {
  switch (word) {
    case "ok":
      return haveAllSaidOk(sides, said) ? "ready" : "asked";
    case "refuse":
      return "refused";
    case "withdraw":
      return "withdrawn";
  }
}

export function haveAllSaidOk(sides: readonly string[], said: readonly Said[]): boolean {
  return sides.every((side) => hasSaid(said, side, "ok"));
}

export function hasSaid(said: readonly Said[], side: string, word: AgreementWord): boolean {
  return said.some((known) => known.side === side && known.word === word);
}

/** Words still count. */
export function isOpen(state: AgreementState): boolean {
  return state === "asked" || state === "ready";
}

/** Why words count no more: because of what is being done or was done, or because it came to nothing. */
export function whyClosed(state: AgreementState): "too-late" | "ended" {
  return state === "withdrawn" || state === "refused" || state === "lapsed" ? "ended" : "too-late";
}

function isBefore(at: string, than: string): boolean {
  return Date.parse(at) < Date.parse(than);
}

function notTaken(because: NotTaken): Transition {
  return { kind: "not-taken", because };
}
