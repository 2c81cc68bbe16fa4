/** The last time that JavaScript can write, in Unix seconds. */
const LAST_SECONDS = 8_640_000_000_000;

/** Unix seconds as ISO 8601; what a cosignature says of a time beyond all dates is the last one. */
export function isoTime(unixSeconds: number): string {
  return new Date(Math.min(unixSeconds, LAST_SECONDS) * 1_000).toISOString();
}
