/** What stands in a function's place in the ids of cases and schedules behind which there is no function. Schema-free. */

/** In the case ids of what the decide service was asked. */
export const DECISIONS = "decisions";

/** In the case ids under which batches are recorded. */
export const BATCHES = "batches";

/** In the case ids under which events are recorded that could not be taken. */
export const QUARANTINE = "quarantine";

/** In the ids of schedules that look after the company's record. */
export const RECORD = "record";

/** No function has one of these ids. */
export const reservedNames: readonly string[] = [DECISIONS, BATCHES, QUARANTINE, RECORD];
