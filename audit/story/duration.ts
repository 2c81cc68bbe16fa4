const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A duration in its two largest units, rounded down: `420 ms`, `12.3 s`, `3 h 12 min`, `2 d 4 h`. A day is 24 hours. */
export function formatDuration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.max(0, Math.floor(ms))} ms`;
  if (ms < MINUTE_MS) return `${Math.floor(ms / 100) / 10} s`;
  if (ms < HOUR_MS) return pair(ms, MINUTE_MS, "min", SECOND_MS, "s");
  if (ms < DAY_MS) return pair(ms, HOUR_MS, "h", MINUTE_MS, "min");
  return pair(ms, DAY_MS, "d", HOUR_MS, "h");
}

function pair(ms: number, unitMs: number, unit: string, restMs: number, restUnit: string): string {
  const rest = Math.floor((ms % unitMs) / restMs);
  return `${Math.floor(ms / unitMs)} ${unit}${rest === 0 ? "" : ` ${rest} ${restUnit}`}`;
}

/** From one ISO 8601 time to another in milliseconds; undefined when either is not a time. */
export function elapsedMs(from: string, to: string): number | undefined {
  const ms = Date.parse(to) - Date.parse(from);
  return Number.isFinite(ms) ? ms : undefined;
}

/** `2026-03-02T09:00:00.000Z` as `2026-03-02 09:00 UTC`; anything else as it stands. */
export function formatMinute(iso: string): string {
  const time = Date.parse(iso);
  return Number.isFinite(time) ? `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC` : iso;
}
