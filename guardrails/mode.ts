import { modes } from "../domain/decision-details.ts";
import type { Mode } from "../domain/decision-details.ts";
import type { Decision } from "../domain/decision.ts";
import type { Policy } from "./policy.ts";

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
