import type { AgreementState } from "../domain/agreement.ts";
import type { Mode } from "../domain/decision-details.ts";
import type { Route } from "../domain/decision.ts";
import type { EscalationState } from "../domain/escalation.ts";
import type { Permit } from "../domain/permit.ts";
import type { EndKind, OutcomeKind } from "../domain/outcome.ts";
import type { Awaited, ReplyStanding } from "../domain/reply.ts";
import type { Because, RefusalCode } from "../domain/refusal.ts";
import type { ActionId } from "../functions/index.ts";

/**
 * What workflows need done in the world: the port that `app/activities` implements. Types only. Arguments and answers
 * carry ids, digests and times, never bodies: those are in the ledgers.
 */

/** Names a case at work on one event. */
export type WorkRef = {
  readonly company: string;
  readonly caseId: string;
  readonly functionId: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly eventId: string;
  /** The event told that the object is gone: there is no record of it. */
  readonly gone?: true;
};

/** The dated course of a case and what its record asks for, or why there is none. Instants are ISO 8601 in UTC. */
export type CasePlan =
  | {
      readonly kind: "plan";
      readonly state: string;
      readonly anchors: { readonly [name: string]: string };
      readonly deadlines: { readonly [name: string]: string };
      readonly correlations: { readonly [name: string]: string };
      readonly endsBy: string;
      /** By action: the digest of what the record asks for and is not done yet. */
      readonly asks: { readonly [action: string]: string };
      /** By action: what was done last, by its digest, and the day on which it was decided (UTC). */
      readonly done: { readonly [action: string]: { readonly digest: string; readonly on: string } };
      /** Texts that were sent, each as `template/occasion`. */
      readonly told: readonly string[];
    }
  | {
      readonly kind: "unreadable";
      readonly code: RefusalCode;
      /** The function's first action, which tells people what cannot be read; absent where the record does not ask for it. */
      readonly ask?: ActionId;
      /** There is no record. */
      readonly gone?: true;
    };

/** Names one governed step of one event. `stepKey` is its idempotency key everywhere. */
export type StepRef = WorkRef & {
  /** The governed action that the step is about: an id of `functions/governed-actions.ts`. */
  readonly action: string;
  readonly stepKey: string;
  /** The key of the step that a follow-up tells about; empty for a function's own step. */
  readonly reportsStep: string;
};

/** An event that came while a step was under way. */
export type News = Pick<WorkRef, "eventId" | "gone">;

/** The case that something is done for. */
export type CaseRef = Pick<StepRef, "company" | "caseId">;

/** Whether there was something to propose, and if not, why: the words are in the ledger, under the step. */
export type Proposed =
  | { readonly kind: "proposed" }
  | { readonly kind: "nothing"; readonly code: RefusalCode }
  /** The record asks for nothing by now. */
  | { readonly kind: "moot" };

/** How a step ended, from which the case's last record is told. `because`: absent where its kind says it all. */
export type EndedStep = { readonly step: string; readonly kind: EndKind; readonly because?: Because };

/** Whom a step asks to agree besides its own company, whose ok counts as that one's, and until when. */
export type Terms = {
  /** Companies by name. */
  readonly partners: readonly string[];
  readonly role: string;
  /** ISO 8601; an ok at this very time is in time. */
  readonly expiresAt: string;
};

/** A case that another one opens: a function, and an object of the type that it is about. */
export type OpenedCase = { readonly functionId: string; readonly objectId: string };

export type DecisionRef = Decided & {
  /** What the rules that decided owe besides; names of `obligations.ts`. Absent: nothing. */
  readonly owes?: readonly string[];
  /** False where the action has nothing that is written back to its record. */
  readonly tells?: false;
};

type Decided =
  | { readonly kind: "execute"; readonly decisionId: string; readonly permit: Permit }
  | {
      readonly kind: "escalate";
      readonly decisionId: string;
      readonly actionDigest: string;
      /** Who asks, by the directory, as a digest; absent where it knows nobody by what the record says, or nobody asks. */
      readonly requester?: string;
      readonly route: Route;
      /** Only because something that deciding needs was away: the rules themselves let it execute. */
      readonly forOutage?: true;
      /** Whoever asked can do something about it: that is told while people are asked. */
      readonly mendable?: true;
    }
  | { readonly kind: "block"; readonly decisionId: string }
  /** The same was permitted before, by the decision that is named: it is done, or nobody knows whether it is. */
  | { readonly kind: "already-done"; readonly decisionId: string }
  | { readonly kind: "unknown"; readonly decisionId: string }
  /** Recorded under a mode that lets nothing come of it, whatever the verdict. */
  | { readonly kind: "withheld"; readonly decisionId: string; readonly mode: Mode }
  /** The record is not the one the proposal rests on: propose again. */
  | { readonly kind: "stale" }
  /** The record no longer asks for it: what was asked is moot. */
  | { readonly kind: "moot" }
  /** There is nothing to decide, or nothing here bears a name that the step needs: nothing was decided. */
  | { readonly kind: "refused"; readonly code: RefusalCode };

/**
 * What came of deciding in place of a question that only an outage asked. `away`: it would be asked again for the same reason.
 * `stands`: it is people's; they have answered it or asked back, or the rules do not execute what was proposed anew.
 */
export type Instead = "decided" | "away" | "stands";

/** What is told of a step while people decide it: that they are asked and what would mend it; what they ask back, or how that was settled. */
export type ToldMeanwhile = "put-to-people" | "asked-back";

/** A step that code proposes because another one ended, or is put to people: `reports` is that one's action, `outcome` how it stands. */
export type FollowUp = {
  readonly step: StepRef;
  readonly reports: string;
  readonly outcome: OutcomeKind | ToldMeanwhile;
  /** The step ended with nothing decided that holds: recorded first, in words, so that a note can tell it. */
  readonly refusal?: RefusalCode;
};

/** A text of the step's function, by its name there. `occasion`: the repeat's business name, or empty. */
export type Message = { readonly step: StepRef; readonly template: string; readonly occasion: string };

/** What comes after an effect that is done, made durable with its receipt: the next step's decision, or the case's end. */
export type Afterwards =
  | {
      readonly kind: "follow-up";
      readonly followUp: FollowUp;
      /** Where the follow-up executes its effect is called along with this one, and its receipt carries this. Absent: it is not. */
      readonly ending?: EndAfterwards;
    }
  | EndAfterwards;

type EndAfterwards = { readonly kind: "end"; readonly step: StepRef; readonly outcomes: readonly EndedStep[] };

export type EffectOutcome =
  | {
      readonly kind: "done";
      /** The decision of the follow-up that was asked for, when it could be taken with the receipt. */
      readonly decided?: DecisionRef;
      /** What became of its effect, when that was called as well. */
      readonly followed?: EffectOutcome;
    }
  | { readonly kind: "unknown" }
  /** The world moved since the decision and nothing was done: decide afresh. */
  | { readonly kind: "stale" }
  /** The record lets it be done no more, and nothing was done. */
  | { readonly kind: "moot" }
  | { readonly kind: "refused"; readonly code: RefusalCode };

/** Model turns; they leave their output in the ledger under the step. */
export type AgentActivities = {
  /** The three agents at work on a step. Without Compliance's review, when it alone cannot give one. */
  proposeByAgents(step: StepRef, at: string): Promise<void>;
};

/** Rows in the ledgers; run as local activities. */
export type LedgerActivities = {
  /** Puts the request itself up as the proposal, for people to decide: agents could not work. */
  proposeAsRequested(step: StepRef, at: string): Promise<Proposed>;
  /** Decides what was proposed. An answer that executes has made the effect's intent durable too. */
  decide(step: StepRef, gate: number, approvalId: string | null, at: string): Promise<DecisionRef>;
  /** Proposes a follow-up and decides it. */
  decideFollowUp(followUp: FollowUp, at: string): Promise<DecisionRef>;
  /** Decides that what the step's function did is taken back, where its record no longer stands by it; else it is moot. */
  decideTakeBack(step: StepRef, at: string): Promise<DecisionRef>;
  /** Fills a text from what is read, proposes it and decides it. */
  decideMessage(message: Message, at: string): Promise<DecisionRef>;
  openEscalation(
    step: StepRef,
    decision: Extract<DecisionRef, { kind: "escalate" }>,
    at: string,
  ): Promise<{ escalationId: string; state: EscalationState }>;
  readEscalation(company: string, escalationId: string): Promise<EscalationState>;
  raiseEscalation(company: string, escalationId: string, fromLevel: number, at: string): Promise<EscalationState>;
  /** What a question waits for beside a verdict is over: an answer that was asked back for, or the time for undoing. */
  passEscalation(company: string, escalationId: string, at: string): Promise<EscalationState>;
  /**
   * Whether an event leaves what a step's proposal rests on as it was: then its work is ended here, and the question about the
   * proposal stays open.
   */
  setAside(step: StepRef, news: News, at: string): Promise<boolean>;
  /** Takes a question back that only an outage asked, and decides instead what was proposed anew under `step`: both, or nothing. */
  decideInstead(step: StepRef, escalationId: string, at: string): Promise<Instead>;
  supersedeEscalation(
    company: string,
    escalationId: string,
    because: "newer-event",
    at: string,
  ): Promise<EscalationState>;
  /** Reads the case's record afresh and records the plan that follows from it. */
  planCase(ref: WorkRef, at: string): Promise<CasePlan>;
  expectReply(ref: CaseRef, awaited: Awaited, at: string): Promise<ReplyStanding>;
  readReply(company: string, correlation: string): Promise<ReplyStanding>;
  lapseReply(company: string, correlation: string, at: string): Promise<ReplyStanding>;
  withdrawReply(company: string, correlation: string, at: string): Promise<ReplyStanding>;
  /** Asks the sides about what the step proposed, once; answers where their agreement stands. */
  askSides(step: StepRef, terms: Terms, at: string): Promise<{ agreementId: string; state: AgreementState }>;
  readAgreement(company: string, agreementId: string): Promise<AgreementState>;
  lapseAgreement(company: string, agreementId: string, at: string): Promise<AgreementState>;
  /** The step's agreement; what ended and what is acted on stays as it is. */
  withdrawAgreement(step: StepRef, at: string): Promise<AgreementState>;
  /** Opens another function's case about an object, or tells the one that runs: once for a case, function and object. */
  openCase(by: WorkRef, opened: OpenedCase, at: string): Promise<{ caseId: string }>;
  /**
   * Has those told who wait for what a protection that ended held: the events are durable once it resolves. Answers how many of them
   * stand before what the case's own record asks for, and were not asked yet; nothing in histories from before it did.
   */
  tellWaiting(ref: WorkRef, at: string): Promise<number | void>;
  endCase(ref: WorkRef, outcomes: readonly EndedStep[], at: string): Promise<void>;
};

/**
 * What a company's schedule has done: `sweep` opens dated cases, `reconcile` looks whether records still say what was done for
 * them, `protection` has those told who waited for one that ended, `retention` erases, `checkpoint` looks at the audit log, `verification` verifies
 * the whole of it.
 */
export type ScheduledWork = "sweep" | "reconcile" | "protection" | "retention" | "checkpoint" | "verification";

/** Names the work of a schedule. `functionId` is `record` where no function's work is meant. */
export type ScheduledRef = { readonly company: string; readonly functionId: string; readonly work: ScheduledWork };

/** Where a run stands. `at`: the instant that all of it goes by, ISO 8601; empty: the company's clock, when it begins. */
export type ScheduledPlace = { readonly at: string; readonly after: string };

/** What was done, by name; never a name or word of a record. */
export type Counts = { readonly [what: string]: number };

/** A page of a run: `next` is where the next one begins, or null after the last. `isFull`: there is no room for more yet. */
export type ScheduledPage = {
  readonly at: string;
  readonly next: string | null;
  readonly isFull: boolean;
  readonly counts: Counts;
};

/** Work of schedules, a page at a time. */
export type ScheduledActivities = {
  runPage(ref: ScheduledRef, place: ScheduledPlace): Promise<ScheduledPage>;
};

/** The one call that changes the outside world. */
export type ActActivities = {
  /** `afterwards` happens in the transaction of the receipt, when the effect is done. */
  act(permit: Permit, functionId: string, afterwards: Afterwards | null, at: string): Promise<EffectOutcome>;
};
