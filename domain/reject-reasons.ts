/**
 * Why people reject, from a short list: what partner and agents are told first, before what was written beside it. Schema-free.
 * Source: our own list.
 */
export const rejectReasons = {
  price: "the price is not justified",
  evidence: "evidence is missing",
  conflict: "another partner or our own team holds it",
  timing: "not now; ask again later",
  terms: "the terms cannot be given",
  other: "another reason",
} as const;
export type RejectCode = keyof typeof rejectReasons;
export const rejectCodes = Object.keys(rejectReasons) as [RejectCode, ...RejectCode[]];

/** The reason as it is recorded and told: the code's words before the person's own. */
export function rejectText(code: RejectCode | undefined, words: string): string {
  return code === undefined || code === "other" ? words : `${rejectReasons[code]}: ${words}`;
}
