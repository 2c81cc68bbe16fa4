/**
 * A question to people: where it stands, and what moves it. The ledger is the arbiter between an answer, a passing time and a
 * newer event; its trigger holds the same moves. Source: docs/decisions/0021. Schema-free.
 */

/**
 * `info-requested`: its clock stands still until somebody answers what was asked back. `committing`: approved, and may be undone
 * until it counts. `approved`: it counts, and what comes of it is still to come. `superseded`: nobody needs the answer any more.
 * `withdrawn`: who asked it took it back.
 */
export const escalationStates = [
  "open",
  "info-requested",
  "committing",
  "approved",
  "executed",
  "execution-failed",
  "rejected",
  "expired",
  "superseded",
  "withdrawn",
] as const;
export type EscalationStanding = (typeof escalationStates)[number];

/** Where each state leads to. One that leads nowhere is final. */
const leadsTo: { readonly [S in EscalationStanding]: readonly EscalationStanding[] } = {
  open: ["open", "info-requested", "committing", "approved", "rejected", "expired", "superseded", "withdrawn"],
  "info-requested": ["open", "info-requested", "committing", "approved", "rejected", "superseded", "withdrawn"],
  committing: ["open", "approved", "superseded", "withdrawn"],
  approved: ["executed", "execution-failed", "superseded"],
  executed: [],
  "execution-failed": [],
  rejected: [],
  expired: [],
  superseded: [],
  withdrawn: [],
};

/** Whether one move leads from a state to another. One leads to itself where it is raised, taken, handed on or put off. */
export function movesTo(from: EscalationStanding, to: EscalationStanding): boolean {
  return leadsTo[from].includes(to);
}

/** States in which somebody's move is awaited, or may still be taken back: what is closed in none of them. */
export const standingStates = ["open", "info-requested", "committing"] as const satisfies readonly EscalationStanding[];

export function isStanding(state: EscalationStanding): state is (typeof standingStates)[number] {
  return standingStates.some((one) => one === state);
}

/** People approved it, whatever came of it. */
export const approvedStates = [
  "approved",
  "executed",
  "execution-failed",
] as const satisfies readonly EscalationStanding[];

export function isApproved(state: EscalationStanding): state is (typeof approvedStates)[number] {
  return approvedStates.some((one) => one === state);
}

/** What people do to a question. What they say by it stands in its record. */
export const escalationMoves = [
  "approve",
  "edit",
  "reject",
  "ask",
  "answer",
  "take",
  "delegate",
  "hold",
  "undo",
  "withdraw",
] as const;
export type EscalationMove = (typeof escalationMoves)[number];

/** From which states each move may be made. */
const madeFrom: { readonly [M in EscalationMove]: readonly EscalationStanding[] } = {
  approve: ["open", "info-requested"],
  edit: ["open", "info-requested"],
  reject: ["open", "info-requested"],
  ask: ["open"],
  answer: ["info-requested"],
  take: ["open", "info-requested"],
  delegate: ["open", "info-requested"],
  hold: ["open"],
  undo: ["committing"],
  withdraw: ["open", "info-requested", "committing"],
};

/** Whether a move may be made where a question stands. */
export function mayMove(state: EscalationStanding, move: EscalationMove): boolean {
  return madeFrom[move].includes(state);
}

/**
 * Whom a question reaches of those who are known, can log in and did not ask it: `now`, somebody at the level that is asked;
 * `later`, nobody there and somebody further up; `too-few`, fewer in all than must approve; `nobody`.
 */
export const reaches = ["now", "later", "too-few", "nobody"] as const;
export type Reach = (typeof reaches)[number];

/** `firstLevel`: the first level, from the one asked up, that somebody may answer at. `people`: how many may from there up. */
export type Reached = { readonly firstLevel: number | null; readonly people: number };

export function reachFrom(
  { firstLevel, people }: Reached,
  { level, quorum }: { readonly level: number; readonly quorum: number },
): Reach {
  if (firstLevel === null) return "nobody";
  if (people < quorum) return "too-few";
  return firstLevel > level ? "later" : "now";
}

/** As it stands nobody can let it pass: not enough people are known for that. */
export function isOutOfReach(reach: Reach): boolean {
  return reach === "nobody" || reach === "too-few";
}

/** How long a question's clock may stand still for an answer, unless whoever asks back says less: three days. */
export const INFO_WAIT_MS = 3 * 86_400_000;
/** The longest that it may: a fortnight. */
export const MOST_INFO_WAIT_MS = 14 * 86_400_000;

/**
 * Where a question stands for the case that waits for it. `level` counts from the route's first rung; `slaMs` is how long silence
 * is waited for there, `dueAt` until when. `paused`, `committing`: until then, unless somebody moves it before. ISO 8601.
 */
export type EscalationState =
  | { readonly kind: "waiting"; readonly level: number; readonly slaMs: number; readonly dueAt?: string }
  | { readonly kind: "paused" | "committing"; readonly level: number; readonly until: string }
  | { readonly kind: "approved"; readonly approvalId: string }
  | { readonly kind: "rejected"; readonly approvalId: string }
  /** Other arguments were put in place of what was asked: they are decided next. */
  | { readonly kind: "edited" }
  | { readonly kind: "expired" | "superseded" | "withdrawn" };
