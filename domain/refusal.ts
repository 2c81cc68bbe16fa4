/**
 * Why a step is refused with nothing decided that holds, or nothing done: all that the durable engine is told of it. The words are
 * in the ledgers, under the step. Schema-free: workflows import this file.
 */
export const refusalCodes = [
  "no-record",
  "asks-nothing",
  "no-dates",
  "unknown-name",
  "other-action",
  "nothing-to-do",
  "not-agreed",
  "sides-refused",
  "sides-withdrawn",
  "sides-lapsed",
  "restless",
  /** The ledger's permit or intent is another one. */
  "no-permit",
  /** The target, a stop or a limit refused what was permitted: the effect's own row says which. */
  "not-done",
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** How an event's work ended otherwise, where that is worth a word. */
export const endCodes = [
  "newer-event",
  "record-changed",
  "not-asked",
  "overtaken",
  "last-date-over",
  "nothing-left",
] as const;
export type EndCode = (typeof endCodes)[number];

/** Why a step ended as it did, in codes, ids and days. */
export type Because =
  | { readonly code: EndCode }
  /** Done before, by the decision that is named. */
  | { readonly code: "as-before"; readonly decisionId: string }
  | { readonly code: "first-date"; readonly on: string }
  /** `stepKey` and `decisionId` name what says more in the ledgers; empty where nothing does. */
  | { readonly code: RefusalCode; readonly stepKey: string; readonly decisionId: string };
