/** What a case awaits of the outside, under a reference that the outside knows it by. Times are ISO 8601. */
export type Awaited = {
  /** An opaque reference, such as an offer's id: one per company and thing that is awaited, never used again. */
  readonly correlation: string;
  /** An answer given at this time is still in time. */
  readonly deadline: string;
};

/** The words that a case decides by; whatever else was answered is `other`, and reads what it was from the ledger. */
export const replyWords = ["accepted", "declined", "other"] as const;
export type ReplyWord = (typeof replyWords)[number];

/** Where an awaited reply stands, as a case is told. `late`: the answer that came too late, null where none did. */
export type ReplyStanding =
  | { readonly kind: "waiting"; readonly deadline: string }
  | { readonly kind: "answered"; readonly answer: ReplyWord }
  | { readonly kind: "lapsed"; readonly late: ReplyWord | null }
  | { readonly kind: "withdrawn" };

/**
 * Where an awaited reply stands in the ledger. `answer` and `late` are the answer's word, such as `accepted`; `late`: the
 * one that came too late, null where none did. `withdrawn`: the case awaits it no longer.
 */
export type ReplyState =
  | { readonly kind: "waiting"; readonly deadline: string }
  | { readonly kind: "answered"; readonly answer: string }
  | { readonly kind: "lapsed"; readonly late: string | null }
  | { readonly kind: "withdrawn" };
