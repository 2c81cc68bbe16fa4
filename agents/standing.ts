import type { AgentFault } from "./fault.ts";
import { PROBE_EVERY_MS, TURN_PATIENCE_MS } from "./limits.ts";
import type { ChatModelPort } from "./models/port.ts";

/** Time as a worker keeps it. Agents read no clock of their own. */
export type Clock = {
  /** Milliseconds from any beginning; never backwards. */
  readonly now: () => number;
  /** Does it once after so many milliseconds; the answer takes that back. */
  readonly after: (ms: number, act: () => void) => () => void;
  /** Rejects with the signal's reason when that is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
};

/** How a model stands with a worker: what its latest call came to, over all turns. */
export type ModelStanding = { readonly model: string } & (
  | { readonly state: "answers" }
  /** `fault` is what the latest call came to; `forMs`: since the first one that failed with none between that was answered. */
  | { readonly state: "away"; readonly fault: AgentFault; readonly forMs: number }
);

/** What a turn is told instead of asking: why, and when asking is worth it; never within a turn where `waitMs` is Infinity. */
export type LeftAlone = { readonly fault: AgentFault; readonly waitMs: number };

/** What all turns of a worker know of one model together. */
export type Standing = {
  /** Undefined: the model may be asked. */
  leftAlone(): LeftAlone | undefined;
  answered(): void;
  /** `tookMs`: from the call's begin to its fault. */
  failed(fault: AgentFault, tookMs: number): void;
  /** It has answered nobody for as long as a turn would wait for it. */
  isLongAway(): boolean;
};

type Away = {
  readonly sinceMs: number;
  readonly lastMs: number;
  readonly fault: AgentFault;
  /** When the supplier lets itself be asked again. */
  readonly notBeforeMs: number;
};

/**
 * Keeps turns from asking a model that asked to be left alone, and from waiting one after the other for one that is away: then one
 * call every `PROBE_EVERY_MS` finds out whether it is back. `onChange` hears of each call that fails, and of the first that is
 * answered after one that failed.
 */
export function createStanding(
  { name }: Pick<ChatModelPort, "name">,
  { now }: Pick<Clock, "now">,
  onChange: (standing: ModelStanding) => void,
): Standing {
  let away: Away | undefined;
  let nextProbeMs = 0;

  const isLongAway = () =>
    away !== undefined && now() - away.sinceMs >= TURN_PATIENCE_MS && now() - away.lastMs < TURN_PATIENCE_MS;

  return {
    isLongAway,
    leftAlone() {
      if (away === undefined) return undefined;
      const { fault, notBeforeMs } = away;
      if (now() < notBeforeMs) return { fault, waitMs: notBeforeMs - now() };
      if (!isLongAway()) return undefined;
      if (now() < nextProbeMs) return { fault, waitMs: Infinity };
      nextProbeMs = now() + PROBE_EVERY_MS;
      return undefined;
    },
    answered() {
      if (away === undefined) return;
      away = undefined;
      onChange({ model: name, state: "answers" });
    },
    failed(fault, tookMs) {
      const lastMs = now();
      const begunMs = lastMs - tookMs;
      const sinceMs = away !== undefined && begunMs - away.lastMs < TURN_PATIENCE_MS ? away.sinceMs : begunMs;
      away = { sinceMs, lastMs, fault, notBeforeMs: lastMs + (fault.retryAfterMs ?? 0) };
      onChange({ model: name, state: "away", fault, forMs: lastMs - sinceMs });
    },
  };
}
