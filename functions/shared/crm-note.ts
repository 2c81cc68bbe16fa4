import { z } from "zod";
import type { FactInput, GovernedAction } from "../definition.ts";
import type { JsonObject } from "../../domain/json.ts";

export const CrmNoteArgs = z.strictObject({
  objectType: z.string().min(1),
  objectId: z.string().min(1),
  /** The step whose decision is told. */
  reportsStep: z.string().min(1),
  text: z.string().min(1).max(4_000),
});

/** A step's last decision as the ledger keeps it, with how the step ended. */
export const StepDecisionReading = z.strictObject({
  decisionId: z.string(),
  verdict: z.enum(["execute", "escalate", "block"]),
  reason: z.string(),
  outcome: z.string(),
  /** Why the target did not do it, or why nobody knows; empty where nothing went wrong. */
  detail: z.string(),
});
export type StepDecisionReading = z.infer<typeof StepDecisionReading>;

/** The facts that `policies/crm-note.yaml` may name. */
export const CrmNoteFacts = z.strictObject({
  tellsDecision: z.boolean().meta({ from: "derived", title: "the note says what the ledger says was decided" }),
});

/** What the note says: how it ended and why, and the reason with the decision's id, by which it is found again. */
export function noteText({ decisionId, verdict, reason, outcome, detail }: StepDecisionReading): string {
  const why = detail === "" ? "" : `It was decided, and did not come about: ${detail}. `;
  return `Mandate: ${outcome} (${verdict}, ${decisionId}). ${why}${reason}`.slice(0, 4_000);
}

function facts({ evidence, action }: FactInput): JsonObject {
  const args = CrmNoteArgs.safeParse(action.args);
  const reading = StepDecisionReading.safeParse(evidence["ledger.step-decision"]?.value);
  if (!args.success || !reading.success) return {};
  return { tellsDecision: args.data.text === noteText(reading.data) };
}

/** `Mandate asks to leave a note on deal 1004 in the CRM`. */
function describe(given: JsonObject): string | undefined {
  const args = CrmNoteArgs.safeParse(given);
  if (!args.success) return undefined;
  return `Mandate asks to leave a note on ${args.data.objectType} ${args.data.objectId} in the CRM`;
}

/** Leaves a note on the CRM record that tells a decision and its reason: what a rule owes by the obligation `crm-note`. */
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
