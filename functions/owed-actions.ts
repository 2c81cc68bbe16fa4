import { crmNote, noteText, type StepDecisionReading } from "./shared/crm-note.ts";
import type { GovernedAction } from "./definition.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ObligationId } from "../domain/obligations.ts";
import { assertKnown } from "../domain/registry.ts";

/** The CRM object that the step was about. */
type About = { readonly objectType: string; readonly objectId: string };

/** How an obligation is met: a governed action of its own, decided like any other. */
export type OwedAction = {
  readonly action: GovernedAction;
  readonly args: (about: About, reportsStep: string, decided: StepDecisionReading) => JsonObject;
  /** Why it is proposed, for the record. */
  readonly reasoning: string;
};

const owedActions: { readonly [id in ObligationId]: OwedAction } = {
  "crm-note": {
    action: crmNote,
    args: ({ objectType, objectId }, reportsStep, decided) => ({
      objectType,
      objectId,
      reportsStep,
      text: noteText(decided),
    }),
    reasoning: "The rules that decided the step owe a note on its CRM record.",
  },
};

/** Throws for a name that no policy can hold. */
export function owedActionOf(obligation: string): OwedAction {
  return assertKnown(owedActions, obligation, "obligation");
}
