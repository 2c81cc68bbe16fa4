import { signal } from "@preact/signals";

/** The wall clock, told anew each second while something counts down, and else each half minute. */
export const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 1_000);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `3 h 12 min`: the two largest units, rounded down. */
export function span(ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / MINUTE);
  const hours = Math.floor(minutes / 60);
  if (Math.abs(ms) >= DAY) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.floor(Math.abs(ms) / 1_000)} s`;
}

/** `in 3 h 12 min`, or `overdue by 2 min`. */
export function dueText(dueAt: string, at: number): string {
  const left = Date.parse(dueAt) - at;
  return left >= 0 ? `in ${span(left)}` : `overdue by ${span(left)}`;
}

/** How much of its time is gone, in per cent, 0 to 100: it colours a row at 50 and 80. */
export function gone(openedAt: string, dueAt: string, at: number): number {
  const [from, to] = [Date.parse(openedAt), Date.parse(dueAt)];
  if (to <= from) return 100;
  return Math.max(0, Math.min(100, Math.round(((at - from) * 100) / (to - from))));
}

/** `2026-03-02 09:00 UTC`. */
export function minute(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}

/** Seconds that somebody's answers took here, the middle one of at least two; half a minute until then. */
export function paceSeconds(answeredAt: readonly number[]): number {
  const gaps = answeredAt.slice(1).map((at, nth) => (at - (answeredAt[nth] ?? at)) / 1_000);
  const sorted = gaps.toSorted((one, other) => one - other);
  return Math.max(1, Math.round(sorted[Math.floor(sorted.length / 2)] ?? 30));
}

/** `12 left, about 6 minutes`. */
export function leftText(count: number, answered: readonly number[]): string {
  if (count === 0) return "Nothing waits for you.";
  const minutes = Math.ceil((count * paceSeconds(answered)) / 60);
  return `${count} left, about ${minutes} minute${minutes === 1 ? "" : "s"}`;
}
