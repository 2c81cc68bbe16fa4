import { signal } from "@preact/signals";
import type { EscalationShown, EscalationView } from "../gateway/http/escalations.ts";

/** The dialog that is open; there is one at most. */
export type Dialog =
  | { readonly kind: "move"; readonly move: keyof EscalationShown["may"]; readonly view: EscalationShown }
  | { readonly kind: "batch"; readonly title: string; readonly views: readonly EscalationView[] }
  | { readonly kind: "keys" }
  | { readonly kind: "not"; readonly why: string };

export const dialog = signal<Dialog | null>(null);

export function open(one: Dialog): void {
  dialog.value = one;
}

export function close(): void {
  dialog.value = null;
}
