import { signal } from "@preact/signals";
import type { EscalationShown, EscalationView } from "../gateway/http/escalations.ts";

/** A change that a route takes: what is filled in, why, and what is sent of it. */
export type Change = {
  readonly title: string;
  /** What comes of it, said before it is sent. */
  readonly says: string;
  readonly path: string;
  readonly fields: readonly { readonly name: string; readonly label: string; readonly optional?: true }[];
  readonly body: (given: { readonly [name: string]: string }, reason: string) => object;
  readonly go: string;
  /** Reads anew what it changed. */
  readonly after: () => Promise<void>;
};

/** The dialog that is open; there is one at most. */
export type Dialog =
  | { readonly kind: "move"; readonly move: keyof EscalationShown["may"]; readonly view: EscalationShown }
  | { readonly kind: "batch"; readonly title: string; readonly views: readonly EscalationView[] }
  | { readonly kind: "change"; readonly change: Change }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "keys" }
  | { readonly kind: "not"; readonly why: string };

export const dialog = signal<Dialog | null>(null);

export function open(one: Dialog): void {
  dialog.value = one;
}

export function close(): void {
  dialog.value = null;
}
