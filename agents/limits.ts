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
 * How long a turn waits for a model that does not answer: failed calls, the waits between them, and silence. After it the
 * deterministic reasoner does the turn. A model that has answered nobody for as long is not waited for anew by each turn.
 */
export const TURN_PATIENCE_MS = 10_000;

/**
 * How long after it was asked for a step may still wait for a model, or listen to one. What is left of it then takes milliseconds: no
 * request that rules execute waits longer than 30 s for a model.
 */
export const STEP_PATIENCE_MS = 27_000;

/**
 * Before a failed call is made again for the same turn: the first wait, each one twice the last, and the longest. `lastCall`: what is
 * left for the last one to be answered in.
 */
export const RETRY_WAIT_MS = { first: 500, most: 4_000, lastCall: 1_000 } as const;

/** How often a model that has been away for longer than a turn waits is asked whether it is back. */
export const PROBE_EVERY_MS = 2_000;

/**
 * One model call, connection included. Shorter than an attempt of the turn's activity, so that an answer is kept before
 * the attempt ends; the ledger's lease must be longer than the call.
 */
export const MODEL_CALL_TIMEOUT_MS = 45_000;

/** Characters of one text field that a model sees; the rest is cut, and said to be. */
export const MAX_FIELD_CHARS = 4_000;

/** Characters of one data block. A record beyond it goes to people unread. */
export const MAX_DATA_CHARS = 60_000;
