/** Most bytes of a batch. */
export const MAX_BATCH_BYTES = 64 * 1024 * 1024;

/** Most bytes of a row, its line ending not counted. */
export const MAX_ROW_BYTES = 64 * 1024;

/** The whole time a batch may take to come in, in milliseconds. */
export const BATCH_TIMEOUT_MS = 120_000;

/** A chunk is full at either of these: rows, and bytes as they came. */
export const CHUNK_ROWS = 2_000;
export const CHUNK_BYTES = 256 * 1024;

/** Bad rows that are listed; all are counted. */
export const LISTED_BAD_ROWS = 1_000;

/** Batches that may wait for their objects to be told, and their bytes. */
export const MAX_WAITING_BATCHES = 8;
export const MAX_WAITING_BYTES = 4 * MAX_BATCH_BYTES;

/** Batches that one gateway takes in at a time. */
export const MAX_UPLOADS = 2;

/** Rows of a batch in the inbox that have not reached their cases: more wait outside it. */
export const MAX_UNTOLD = 200;

/** A batch of which nothing came for so long is given up, in milliseconds. */
export const ABANDONED_MS = 24 * 3_600_000;
