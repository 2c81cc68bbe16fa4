import { askedBackText, crmNote, noteText, putToPeopleText } from "./shared/crm-note.ts";
import { StepDecisionReading } from "./shared/step-decision-reading.ts";
import { sellerToTell, tellSeller } from "./shared/deal-team-tell.ts";
import type { FactInput, GovernedAction } from "./definition.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ObligationId } from "../domain/obligations.ts";
import { assertKnown } from "../domain/registry.ts";

/** The CRM object that the step was about. */
type About = { readonly objectType: string; readonly objectId: string };

/** The step that is told of, and how it stands while people decide it; null: how it ended. */
type Reported = { readonly reportsStep: string; readonly meanwhile: "asked-back" | "put-to-people" | null };

/** How an obligation is met: a governed action of its own, decided like any other. */
export type OwedAction = {
  readonly action: GovernedAction;
  /** From what the action's own lookups read; undefined when there is nothing to do. */
  readonly args: (about: About, reported: Reported, evidence: FactInput["evidence"]) => JsonObject | undefined;
  /** Why it is proposed, for the record. */
  readonly reasoning: string;
  /** Why there is nothing to do. */
  readonly nothing: string;
};

function textOf(decided: StepDecisionReading, meanwhile: Reported["meanwhile"]): string | undefined {
  switch (meanwhile) {
    case "asked-back":
      return askedBackText(decided);
    case "put-to-people":
      return putToPeopleText(decided);
    case null:
      return noteText(decided);
  }
}

const owedActions: { readonly [id in ObligationId]: OwedAction } = {
  "crm-note": {
    action: crmNote,
    args({ objectType, objectId }, { reportsStep, meanwhile }, evidence) {
      const decided = StepDecisionReading.safeParse(evidence["ledger.step-decision"]?.value);
      if (!decided.success) return undefined;
      const text = textOf(decided.data, meanwhile);
      return text === undefined ? undefined : { objectType, objectId, reportsStep, text };
    },
    reasoning: "What did not come about, or what its rules say, is told on its CRM record with the reason.",
    nothing: "the step has no decision to tell of",
  },
  "deal-team.tell": {
    action: tellSeller,
    args: (_about, { reportsStep }, evidence) => sellerToTell(evidence, reportsStep),
    reasoning: "The rules that decided the step owe that the CRM names the partner who sells on the deal.",
    nothing: "no partner sells alone on the deal, and the CRM's field has room for one",
  },
};

/** Throws for a name that no policy can hold. */
export function owedActionOf(obligation: string): OwedAction {
  return assertKnown(owedActions, obligation, "obligation");
}
