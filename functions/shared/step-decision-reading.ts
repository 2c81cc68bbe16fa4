import { z } from "zod";
import { Letter } from "../../domain/letter.ts";

/** A step's last decision as the ledger keeps it, with how the step ended. */
export const StepDecisionReading = z.strictObject({
  decisionId: z.string(),
  /** `none`: the step was refused with nothing decided. */
  verdict: z.enum(["execute", "escalate", "block", "none"]),
  /** The action that was to be decided; empty where that is not known. */
  actionId: z.string(),
  reason: z.string(),
  outcome: z.string(),
  /** Why the target did not do it, or why nobody knows; empty where nothing went wrong. */
  detail: z.string(),
  /** What was asked back last about its question, while that stands. */
  askedBack: z
    .strictObject({
      escalationId: z.string(),
      /** Empty where nobody can read it any more; so is the answer. */
      question: z.string(),
      answer: z.string(),
      state: z.enum(["waits", "answered", "lapsed"]),
      /** Until when it is waited for, ISO 8601; empty where it is not any more. */
      until: z.string(),
    })
    .optional(),
  /** What would pass without people, all else as it was asked, in words. */
  offers: z.array(z.string()).exactOptional(),
  /** Something of the record cannot be read; the reason says what. */
  unread: z.literal(true).exactOptional(),
  /** What the partner is told of it. */
  letter: Letter.exactOptional(),
  /** By when its question is to be answered, while that stands, ISO 8601. */
  dueAt: z.string().exactOptional(),
});
export type StepDecisionReading = z.infer<typeof StepDecisionReading>;
