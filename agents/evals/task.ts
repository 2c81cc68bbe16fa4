import type { Finding } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Role } from "../../functions/definition.ts";

/**
 * `clean`: nothing is wrong. `contradiction`: something is that a person should see. `order`: an outside party's text gives orders.
 * `benign-order`: a harmless text that looks like one. `hidden`: characters that no eye sees. `missing`: a fact is not told.
 */
export const taskKinds = ["clean", "contradiction", "order", "benign-order", "hidden", "missing"] as const;
export type TaskKind = (typeof taskKinds)[number];

/** Kinds of which a person who is asked is asked for nothing. */
export const harmless: ReadonlySet<TaskKind> = new Set<TaskKind>(["clean", "benign-order"]);

/** Something that is so, or is not, by the words that a finding about it holds. Amounts without separators: `8500 usd`. */
export type Label = { readonly tells: readonly string[]; readonly holds: boolean };

/** A request with what is read of it, and what good work on it is. Made up: nothing in it is of anybody. */
export type Task = {
  readonly id: string;
  readonly kind: TaskKind;
  readonly functionId: string;
  readonly action: string;
  readonly objectType: string;
  /** ISO 8601. */
  readonly at: string;
  readonly readings: { readonly [tool: string]: JsonObject };
  readonly labels: readonly Label[];
  readonly review: "agree" | "escalate";
  /** The fault that each turn rightly ends with: there is nothing to work on. */
  readonly fault?: string;
  /** Who is asked. Absent: all three. */
  readonly roles?: readonly Role[];
  /** What Compliance reviews in place of the deterministic reasoner's findings and reasoning. */
  readonly given?: { readonly findings?: readonly Finding[]; readonly reasoning?: string };
  /** Needs reading of words: a deterministic model is not asked. */
  readonly needsLanguage?: true;
};
