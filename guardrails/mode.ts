import { modes } from "../domain/decision-details.ts";
import type { Mode } from "../domain/decision-details.ts";
import type { Decision } from "../domain/decision.ts";
import { WHOLE_PPM, formatPpm } from "../domain/ppm.ts";
import type { Demotion, Policy } from "./policy.ts";

/** The lower of two modes: the one that lets agents do less. */
export function lowerMode(a: Mode, b: Mode): Mode {
  return modes.indexOf(a) <= modes.indexOf(b) ? a : b;
}

/** Whether a decision under this mode may have any effect. Under the others it is only recorded. */
export function mayAct(mode: Mode): boolean {
  return mode === "assisted" || mode === "led";
}

/** Under `assisted` people decide what would have executed; a block stays a block. Other modes change no verdict. */
export function restrain(decision: Decision, mode: Mode, policy: Policy): Decision {
  if (mode !== "assisted" || decision.kind !== "execute") return decision;
  const reason = `people decide while \`${policy.id}\` is assisted; the rules alone would execute`;
  return { kind: "escalate", rules: decision.rules, missing: [], route: policy.defaultRoute, reason };
}

/** One step down: led to assisted to shadow. Null where agents do nothing already. */
export function oneLower(mode: Mode): Mode | null {
  return mayAct(mode) ? (modes[modes.indexOf(mode) - 1] ?? null) : null;
}

/** The latest `minimum` decisions, and the latest `minimum` escalations that people answered; fewer if there are fewer. */
export type Tally = {
  readonly decisions: number;
  readonly blocked: number;
  readonly answered: number;
  readonly rejected: number;
};

/**
 * Why these decisions say that agents do too much, or null: `12 of 50 decisions blocked is over 20 %`. A share counts
 * from `minimum` on, and only when it is over its bound; exactly at the bound is within it. Cross-multiplied, so exact.
 */
export function lapseOf({ blockedPpm, rejectedPpm, minimum }: Demotion, tally: Tally): string | null {
  const shares = [
    { part: tally.blocked, whole: tally.decisions, boundPpm: blockedPpm, what: "decisions blocked" },
    { part: tally.rejected, whole: tally.answered, boundPpm: rejectedPpm, what: "answers rejected" },
  ];
  const over = shares.filter(
    ({ part, whole, boundPpm }) => whole > 0 && whole >= minimum && part * WHOLE_PPM > boundPpm * whole,
  );
  const reasons = over.map(({ part, whole, boundPpm, what }) => {
    return `${part} of ${whole} ${what} is over ${formatPpm(boundPpm)}`;
  });
  return reasons.length === 0 ? null : reasons.join("; ");
}
