import type { ModeChange } from "../audit/ledgers/autonomy-modes.ts";
import { modes, type Mode } from "../domain/decision-details.ts";

/** A policy's mode, and the raise that waits for a second person. */
export type ModeState = {
  readonly mode: Mode;
  readonly pending: { readonly mode: Mode; readonly person: string; readonly n: number } | null;
  /** Who set it when; null where it never was. */
  readonly set: { readonly person: string; readonly at: string } | null;
};

/** The last place taken, and each policy's mode by id. */
export type ModeStanding = { readonly n: number; readonly policies: { readonly [policy: string]: ModeState } };

export const noModes: ModeStanding = { n: 0, policies: {} };

/** Nobody set it: the policy's own mode, which is signed with its release, is then the only bound. */
const unset: ModeState = { mode: "led", pending: null, set: null };

export function modeStateOf({ policies }: ModeStanding, policy: string): ModeState {
  return (Object.hasOwn(policies, policy) ? policies[policy] : undefined) ?? unset;
}

export type ModeAdvanced =
  | { readonly kind: "advanced"; readonly standing: ModeStanding; readonly inForce: boolean }
  | { readonly kind: "own-request" }
  | { readonly kind: "unchanged" };

type Change = Pick<ModeChange, "n" | "policy" | "mode" | "person" | "at">;

/** The modes after one more change. A lower mode counts at once; a higher one when a second person asks for the same. */
export function advanceMode(before: ModeStanding, change: Change): ModeAdvanced {
  const { n, policy, mode, person, at } = change;
  const state = modeStateOf(before, policy);
  const taken = (next: ModeState, inForce: boolean): ModeAdvanced => ({
    kind: "advanced",
    standing: { n, policies: { ...before.policies, [policy]: next } },
    inForce,
  });
  if (modes.indexOf(mode) < modes.indexOf(state.mode)) return taken({ mode, pending: null, set: { person, at } }, true);
  if (mode === state.mode) return { kind: "unchanged" };
  if (state.pending?.mode !== mode) return taken({ ...state, pending: { mode, person, n } }, false);
  if (state.pending.person === person) return { kind: "own-request" };
  return taken({ mode, pending: null, set: { person, at } }, true);
}
