import type { Json, JsonObject } from "./json.ts";
import type { Letter } from "./letter.ts";
import type { MatchedRule, Verdict } from "./decision.ts";

/** How much agents may do alone, from the least: nothing, decide and record, ask people for everything, act. */
export const modes = ["off", "shadow", "assisted", "led"] as const;
export type Mode = (typeof modes)[number];

/** A parameter as it stood: `source` is `base`, or the id of the override that set it. Amounts in ppm or minor units. */
export type ParamUsed = { readonly name: string; readonly value: Json; readonly source: string };

/**
 * What a limit was counted in, ISO 8601: the first instant and the first one after it. With `days` it rolls: what was posted
 * after `from` counts, up to and with `until`, the decision's own instant, so many times 24 hours later.
 */
export type LimitWindow = { readonly from: string; readonly until: string; readonly days?: number };

/**
 * A limit as it was read when the decision was taken. Amounts in the unit of the limit's fact; a count has none. `used`
 * and `reserved` do not hold what this request asks. `admitted`: used + reserved + asked is at most the cap.
 */
export type LimitReading = {
  readonly id: string;
  /** SHA-256 (hex) of the values the account is made of: they may name people or customers. */
  readonly account: string;
  /** Null for a limit without one. */
  readonly window: LimitWindow | null;
  readonly used: number;
  readonly reserved: number;
  readonly asked: number;
  readonly cap: number;
  readonly admitted: boolean;
  /** It is admitted, and past the share of the cap from which people are warned. */
  readonly warned: boolean;
};

/** What the rules in candidate state would have made of the request. `flips`: another verdict than the one given. */
export type CandidateSeen = {
  readonly rules: readonly MatchedRule[];
  readonly verdict: Verdict;
  readonly flips: boolean;
};

/** Another record, side by side with what is asked, as people read both. `reasons`: why it is shown, sentences without a full stop. */
export type Beside = {
  readonly title: string;
  readonly reasons: readonly string[];
  readonly rows: readonly { readonly name: string; readonly asked: string; readonly other: string }[];
};

/** What would have passed without asking anybody, all else as it was asked: an amount in minor units, and in words. */
export type Offer = { readonly argument: string; readonly minor: number; readonly text: string };

/** What a decision was taken with, beside its rules and facts. Schema-free. */
export type DecisionDetails = {
  readonly mode: Mode;
  /** SHA-256 (hex) of the policy release in force; empty when policies were taken from files. */
  readonly release: string;
  /** While a canary runs: which side this request is on, and the release of the other side. */
  readonly canary: { readonly side: "new" | "old"; readonly other: string } | null;
  readonly params: readonly ParamUsed[];
  readonly limits: readonly LimitReading[];
  readonly candidate: CandidateSeen | null;
  /** What is owed after this decision; names of `obligations.ts`. */
  readonly obligations: readonly string[];
  /** Why facts were not known, by fact; absent where nothing was unreadable. */
  readonly unknown?: { readonly [fact: string]: string };
  /** What was said beside the reasons; absent where there was nothing. */
  readonly remarks?: readonly string[];
  /** Facts that code computed from a caller's fields, where it gave any. Every other fact of its request it wrote itself. */
  readonly derived?: readonly string[];
  /** The arguments were not all that the tool needs, so that nobody can approve it as it stands. */
  readonly notWhole?: true;
  /** Nobody can approve it as it stands: other arguments are put in place of some, or it is rejected. */
  readonly notAsItStands?: true;
  /** Arguments that the policy set, as they stood for this request; absent where it sets none. */
  readonly terms?: JsonObject;
  /** What people compare with the request; absent where there is nothing. */
  readonly beside?: readonly Beside[];
  /** The directory knew nobody by what it was asked under, and so it went one level up; absent where that changed nothing. */
  readonly requester?: "unresolved";
  /** What the partner is told of it; absent where its policy says nothing to partners. */
  readonly letter?: Letter;
  /** What was found in the lists that the policy names, each with its proof (`audit/lists/reading.ts`); absent where it names none. */
  readonly lists?: readonly JsonObject[];
  /** The rates that amounts in other currencies were taken at, each with its proof (`deciding/rates.ts`); absent where none was. */
  readonly rates?: readonly JsonObject[];
  /** What the requester may ask instead; absent where nothing was found. */
  readonly offers?: readonly Offer[];
};
