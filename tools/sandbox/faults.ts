import type { ToolErrorCode } from "../tool-error.ts";

/** What an operation's next call may meet, and the fault its caller sees; null where the call is answered all the same. */
export const faultKinds = {
  /** Nothing happens: the system says no. */
  refuse: "TARGET_REFUSED",
  /** Nothing happens: the system cannot be reached. */
  unavailable: "TARGET_UNAVAILABLE",
  /** Nothing happens: the system has been asked too often. */
  "rate-limit": "TARGET_RATE_LIMITED",
  /** Nothing happens: what was to be changed is no longer what was decided on. */
  "move-on": "TARGET_MOVED_ON",
  /** It happens, and the answer is lost on its way; the system can be asked what it knows. */
  "lose-answer": "TARGET_ANSWER_LOST",
  /** The same, and the system cannot be asked. */
  "lose-trace": "TARGET_ANSWER_LOST",
  /** It happens, and the answer comes late. */
  delay: null,
  /** The request arrives twice, and what the system tells of it is told twice. */
  "answer-twice": null,
  /** The first thing that the system tells of it waits until something later was told. */
  "out-of-order": null,
} as const satisfies { readonly [kind: string]: ToolErrorCode | null };
export type FaultKind = keyof typeof faultKinds;

/** A fault as it is scripted: the operation's next `times` calls meet it, after those that were scripted before. */
export type Fault = {
  readonly kind: FaultKind;
  readonly times: number;
  /** What the system says, where it says anything. */
  readonly text?: string | undefined;
  /** For `delay`: how late the answer comes. */
  readonly delayMs?: number | undefined;
};

/** Longer than any activity of ours waits. */
export const MAX_DELAY_MS = 600_000;
/** How late an answer comes when nobody says. */
export const DEFAULT_DELAY_MS = 1_000;
