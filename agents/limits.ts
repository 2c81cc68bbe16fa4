/** Bounds of one turn. They cap cost and loops; no limit of a policy lives here. */

/** Calls that a model may make to reading tools in one turn, refused ones included. */
export const MAX_TOOL_CALLS = 8;

/** Model calls in one turn, repairs included. */
export const MAX_MODEL_CALLS = 12;

/** Times a model may correct an answer that does not fit its schema. */
export const MAX_REPAIRS = 2;

/** Tokens a model may write per call. */
export const MAX_OUTPUT_TOKENS = 2_048;

/**
 * One model call, connection included. Shorter than an attempt of the turn's activity, so that an answer is kept before
 * the attempt ends; the ledger's lease must be longer than the call.
 */
export const MODEL_CALL_TIMEOUT_MS = 45_000;

/** Characters of one text field that a model sees; the rest is cut, and said to be. */
export const MAX_FIELD_CHARS = 4_000;

/** Characters of one data block. A record beyond it goes to people unread. */
export const MAX_DATA_CHARS = 60_000;
