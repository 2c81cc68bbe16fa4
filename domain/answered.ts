import type { JsonObject } from "./json.ts";

/** A recorded request, and what became of it. */
export type Answered = {
  readonly decisionId: string;
  /** One business object under one function: the same object asked again is the same case. */
  readonly caseId: string;
  /** When it was decided, ISO 8601 in UTC: the overrides of that day apply, and times compare as text. */
  readonly at: string;
  readonly facts: JsonObject;
  /** `executed`: nobody was asked. `expired`: nobody answered in time, which denied it. */
  readonly end: "approved" | "rejected" | "expired" | "executed";
  /** Who approved or rejected it. */
  readonly people: readonly string[];
  /** From the question to the last answer, in whole seconds; null where nobody answered. */
  readonly seconds: number | null;
};

/** A question that people settled before: what it was about, why it was asked, and how it ended. Times are ISO 8601. */
export type PastQuestion = {
  readonly escalationId: string;
  readonly caseId: string;
  /** When it was put to people, and when that ended. */
  readonly at: string;
  readonly settledAt: string;
  readonly facts: JsonObject;
  /** Facts that were not known. */
  readonly missing: readonly string[];
  /** The rules that asked. */
  readonly rules: readonly string[];
  readonly answer: "approved" | "rejected" | "expired";
  /** It was approved, and then could not be done. */
  readonly failed: boolean;
};
