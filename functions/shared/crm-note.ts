import { z } from "zod";
import type { FactInput, GovernedAction } from "../definition.ts";
import type { JsonObject } from "../../domain/json.ts";
import { StepDecisionReading } from "./step-decision-reading.ts";
import { reportedAction, takesBack } from "./write-back.ts";

export const CrmNoteArgs = z.strictObject({
  objectType: z.string().min(1),
  objectId: z.string().min(1),
  /** The step whose decision is told. */
  reportsStep: z.string().min(1),
  text: z.string().min(1).max(4_000),
});

/** The facts that `policies/crm-note.yaml` may name. */
export const CrmNoteFacts = z.strictObject({
  tellsDecision: z.boolean().meta({ from: "derived", title: "the note says what the ledger says was decided" }),
});

/** Characters of a reason that a note has room for, beside how it ended and what would mend it. */
const MAX_REASON_CHARS = 3_500;

/**
 * What the note says: how it ended and why, with the decision's id, by which it is found again, and what would mend what did
 * not come about.
 */
export function noteText(told: StepDecisionReading): string {
  const { decisionId, verdict, reason, outcome, detail } = told;
  const by = verdict === "none" ? "nothing was decided" : `${verdict}, ${decisionId}`;
  const why = detail === "" ? "" : `It was decided, and did not come about: ${detail}. `;
  const mend = mendOf(told);
  const said = `Mandate: ${outcome} (${by}). ${why}${reason}`.slice(0, MAX_REASON_CHARS);
  return mend === "" ? said : `${said}. ${mend}`;
}

/** Characters of what somebody said that a note has room for. */
const MAX_SAID_CHARS = 1_500;

/**
 * What the note says of what people ask back: what they ask, how it is answered and until when; or what was answered, or that
 * nobody did. Undefined where nothing was asked back, or its question is closed.
 */
export function askedBackText({ decisionId, askedBack }: StepDecisionReading): string | undefined {
  if (askedBack === undefined) return undefined;
  const { escalationId, state, until } = askedBack;
  const said = (words: string) => (words === "" ? "nobody can read it any more" : words.slice(0, MAX_SAID_CHARS));
  const asked = `Asked back: ${said(askedBack.question)}`;
  const about = `question ${escalationId}, ${decisionId}`;
  switch (state) {
    case "waits":
      return (
        `Mandate: before this is decided, people ask something (${about}). ${asked}. To answer, run ` +
        `\`mandate escalations answer ${escalationId} --text ANSWER\` or have it sent to ` +
        `POST /v1/escalations/${escalationId}/answer. Without an answer by ${until} it goes on as it is.`
      );
    case "answered":
      return `Mandate: what was asked back is answered, and the question goes on (${about}). ${asked}. Answer: ${said(askedBack.answer)}.`;
    case "lapsed":
      return `Mandate: nobody answered in time what was asked back, and the question goes on without (${about}). ${asked}.`;
  }
}

/**
 * What the note says while people decide: that they are asked and why, and what would pass without them, or has to be corrected.
 * Undefined where whoever asked can do nothing about it.
 */
export function putToPeopleText(told: StepDecisionReading): string | undefined {
  const { decisionId, verdict, reason, unread } = told;
  const offer = offerText(told);
  if (verdict !== "escalate" || (offer === "" && unread === undefined)) return undefined;
  const mend = unread === undefined ? "" : "Correct what cannot be read, and it is decided anew. ";
  const said = `Mandate: people are asked to decide this (${verdict}, ${decisionId}). ${reason}`.slice(
    0,
    MAX_REASON_CHARS,
  );
  return `${said}. ${mend}${offer}`.trim();
}

/** `It would pass without asking anybody with net price 85,000.00 USD in place of 80,000.00 USD, all else as it is.`; else empty. */
function offerText({ offers = [] }: StepDecisionReading): string {
  if (offers.length === 0) return "";
  return `It would pass without asking anybody with ${offers.join(", or with ")}, all else as it is.`;
}

/** What whoever asked can do about it; empty where there is nothing to mend. */
function mendOf(told: StepDecisionReading): string {
  const { outcome, actionId } = told;
  switch (outcome) {
    case "blocked":
    case "rejected":
    case "expired":
    case "refused": {
      // Nobody asked for a taking back: what was done stands.
      if (takesBack(actionId)) return "";
      const asked = reportedAction(actionId)?.askedBy;
      const again = asked === undefined ? "" : ` and set ${asked.property} to ${asked.value}`;
      return `To have it decided anew, correct the record${again}. ${offerText(told)}`.trim();
    }
    case "unknown":
      return "Nobody knows yet whether it happened: a person settles it, and it is not sent again.";
    default:
      return "";
  }
}

function facts({ evidence, action }: FactInput): JsonObject {
  const args = CrmNoteArgs.safeParse(action.args);
  const reading = StepDecisionReading.safeParse(evidence["ledger.step-decision"]?.value);
  if (!args.success || !reading.success) return {};
  const { text } = args.data;
  return { tellsDecision: [noteText, askedBackText, putToPeopleText].some((said) => said(reading.data) === text) };
}

/** `Mandate asks to leave a note on deal 1004 in the CRM`. */
function describe(given: JsonObject): string | undefined {
  const args = CrmNoteArgs.safeParse(given);
  if (!args.success) return undefined;
  return `Mandate asks to leave a note on ${args.data.objectType} ${args.data.objectId} in the CRM`;
}

/**
 * Leaves a note on the CRM record that tells how a step ended and why: of every step that did not come about, and what a rule
 * owes by the obligation `crm-note`.
 */
export const crmNote: GovernedAction = {
  id: "crm-note",
  tool: "crm.add-note",
  args: CrmNoteArgs,
  occasion: { kind: "decision", argument: "reportsStep" },
  factSchema: CrmNoteFacts,
  readsRecord: false,
  lookups: (_record, reportsStep) => [{ tool: "ledger.step-decision", args: { stepKey: reportsStep } }],
  facts,
  describe,
  requestedBy: () => null,
};
