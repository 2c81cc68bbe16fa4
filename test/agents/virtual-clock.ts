import type { Clock } from "../../agents/standing.ts";

/** A clock that stands still but for sleeping, and for `pass`, which lets what is due happen; `passToNext` goes to what is due next. */
export function virtualClock(): Clock & { pass(ms: number): void; passToNext(): void } {
  let nowMs = 1_000;
  const timers = new Map<symbol, { readonly atMs: number; readonly act: () => void }>();
  function pass(ms: number): void {
    const untilMs = nowMs + ms;
    for (;;) {
      const due = [...timers].filter(([, { atMs }]) => atMs <= untilMs).toSorted(([, a], [, b]) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      timers.delete(due[0]);
      nowMs = due[1].atMs;
      due[1].act();
    }
    nowMs = untilMs;
  }
  return {
    now: () => nowMs,
    after(ms, act) {
      const timer = Symbol("timer");
      timers.set(timer, { atMs: nowMs + ms, act });
      return () => void timers.delete(timer);
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      pass(ms);
      signal?.throwIfAborted();
    },
    pass,
    passToNext: () => pass(Math.min(...[...timers.values()].map(({ atMs }) => atMs)) - nowMs),
  };
}
