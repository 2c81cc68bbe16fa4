import { objectAt, textAt, textsAt } from "../../audit/story/loose.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import { goneWord, isGone } from "./gone.ts";
import { speakerOf, type Speaker } from "./reasoning.ts";
import type { DisputedStep } from "./step.ts";
import { wordsFor } from "./words.ts";

/** Compliance's word; `text` says what it came to, or why there is none. `n` is 0 when nothing is recorded. */
export type ReviewTold = {
  readonly n: number;
  readonly text: string;
  readonly reasons: readonly string[];
  readonly speaker: Speaker | null;
};

const words: { readonly [verdict: string]: string } = {
  agree: "Compliance agreed with the proposal.",
  escalate: "Compliance wanted a person to decide.",
  block: "Compliance said that this must not happen.",
};

export function reviewOf(step: DisputedStep): ReviewTold {
  const { review } = step;
  const said = { n: review?.n ?? 0, reasons: [], speaker: null };
  if (review === undefined) return { ...said, text: whyNone(step) };
  if (isGone(review, "review")) return { ...said, text: `What Compliance said is ${goneWord(review)}.` };
  const { verdict, reasons } = {
    verdict: textAt(objectAt(review.body, "review"), "verdict"),
    reasons: reasonsOf(review),
  };
  const text = wordsFor(words, verdict) ?? `Compliance said: ${verdict}.`;
  return { n: review.n, text, reasons, speaker: speakerOf(objectAt(review.body, "turn"), step) };
}

function reasonsOf({ body }: AuditRecord): readonly string[] {
  return textsAt(objectAt(body, "review"), "reasons");
}

function whyNone({ proposal }: DisputedStep): string {
  switch (textAt(objectAt(proposal?.body ?? {}, "chain"), "origin")) {
    case "follow-up":
      return "Compliance does not review a follow-up: no agent wrote it, and rules alone decide it.";
    case "decide-service":
      return "Compliance does not review what another system asks: no agent wrote it, and rules alone decide it.";
    default:
      return "No review by Compliance is recorded.";
  }
}
