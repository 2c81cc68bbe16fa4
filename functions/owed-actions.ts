import { askedBackText, crmNote, noteText, StepDecisionReading } from "./shared/crm-note.ts";
import { sellerToTell, tellSeller } from "./shared/deal-team-tell.ts";
import type { FactInput, GovernedAction } from "./definition.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ObligationId } from "../domain/obligations.ts";
import { assertKnown } from "../domain/registry.ts";

/** The CRM object that the step was about. */
type About = { readonly objectType: string; readonly objectId: string };

/** The step that is told of, and whether it is told how it ended or what people ask back before they decide it. */
type Reported = { readonly reportsStep: string; readonly isAskedBack: boolean };

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

const owedActions: { readonly [id in ObligationId]: OwedAction } = {
  "crm-note": {
    action: crmNote,
    args({ objectType, objectId }, { reportsStep, isAskedBack }, evidence) {
      const decided = StepDecisionReading.safeParse(evidence["ledger.step-decision"]?.value);
      if (!decided.success) return undefined;
      const text = isAskedBack ? askedBackText(decided.data) : noteText(decided.data);
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
