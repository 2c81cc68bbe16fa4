import { digestOf } from "../audit/digest.ts";
import type { StoredProposal } from "../audit/ledgers/turns.ts";
import type { ListReading } from "../audit/lists/reading.ts";
import { accountText } from "../domain/normal-text.ts";
import type { Beside, Mode } from "../domain/decision-details.ts";
import type { SourceRef } from "../domain/evidence.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Review } from "../domain/proposal.ts";
import type { RateReading } from "./rates.ts";
import type { Otherwise } from "./offers.ts";

/** What is to be decided. Everything in it is frozen: the same question asked again has the same answer. */
export type Question = {
  readonly company: string;
  readonly caseId: string;
  readonly stepKey: string;
  readonly gate: number;
  readonly approvalId: string | null;
  readonly at: string;
  readonly proposal: Pick<StoredProposal, "proposalId" | "actionId" | "action" | "recordVersion">;
  /** The lowest autonomy of the agents that proposed it; absent where none did, or nothing bounds them. */
  readonly agentsMode?: Mode;
  /** Compliance's word; `exempt` for what no model proposed. */
  readonly review: Review | undefined | "exempt";
  readonly facts: JsonObject;
  /** Why facts are not known, by fact, where the record says something that cannot be read. */
  readonly unknown?: { readonly [fact: string]: string };
  /** What was found in the lists that the policy names. */
  readonly lists?: readonly ListReading[];
  /** The rates that amounts in other currencies were taken at. */
  readonly rates?: readonly RateReading[];
  /** What is said beside the reasons, a clause each. */
  readonly remarks?: readonly string[];
  /** Facts that code computed from what another system gave; the others of its request are in its own words. */
  readonly derived?: readonly string[];
  /** The arguments are not all that the tool needs: nobody can approve it as it stands. */
  readonly notWhole?: boolean;
  /** It says or does what nobody may let pass as it stands: other arguments are put in place of some, or it is rejected. */
  readonly notAsItStands?: boolean;
  /** What people compare with what is asked. */
  readonly beside?: readonly Beside[];
  readonly sources: readonly SourceRef[];
  /** What the record says who asks; empty where it does not say. */
  readonly requestedBy: string;
  /** How it could be asked otherwise; absent where it could not. Nothing of it is recorded. */
  readonly otherwise?: Otherwise;
  /** The system that says so, whose ids those are. */
  readonly requestedIn?: string;
  /** What follows from another decision, or from what agents see, is nobody's request: everybody in the role may answer it. */
  readonly isNobodys?: true;
};

/** What an approval and a permit are bound to. Any change of any part is another action. */
export type BoundAction = {
  readonly company: string;
  readonly tool: string;
  readonly args: JsonObject;
  readonly recordVersion: string;
  readonly policyVersion: string;
};

/** `terms`: the arguments that the policy set, which the tool is given with the others. */
export function actionDigestOf({ args, ...action }: BoundAction, terms: JsonObject = {}): string {
  return digestOf({ ...action, args: { ...args, ...terms } });
}

/** Who a question is for: the value of the policy's subject fact, else the case it belongs to. */
export function subjectOf(fact: string | null, { facts, caseId }: Pick<Question, "facts" | "caseId">): string {
  const value = fact === null ? undefined : facts[fact];
  return (typeof value === "string" ? accountText(value) : undefined) ?? caseId;
}
