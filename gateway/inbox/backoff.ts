const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** After this many failures a row is reported as an error. It is still tried, slowly, and never dropped. */
export const LOUD_AFTER = 5;

/** Milliseconds to wait after the given number of failed attempts: 1 s, 2 s, 4 s, ... and 30 s at most. */
export function backoffMs(attempts: number): number {
  return Math.min(FIRST_MS * 2 ** Math.max(attempts - 1, 0), LONGEST_MS);
}
