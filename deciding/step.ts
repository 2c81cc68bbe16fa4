import { whyNotAgreed } from "../audit/ledgers/agreements.ts";
import { readGate, recordDecision, type DecidedWith, type StoredDecision } from "../audit/ledgers/decisions.ts";
import { supersedeApproved, takeBackUntouched } from "../audit/ledgers/escalations.ts";
import { proposalIdOf, proposalPart, type ProposalDraft, type StoredProposal } from "../audit/ledgers/turns.ts";
import { decisionIdOf } from "../audit/record-keys.ts";
import { isPermittedElsewhere, readAsk, repeatRecord } from "../audit/ledgers/standing.ts";
import { writeStep } from "../audit/ledgers/step-writing.ts";
import { inTransaction } from "../audit/ledgers/transaction.ts";
import type { Ledger, LedgerPool } from "../audit/records.ts";
import type { FactInput, GovernedAction } from "../functions/definition.ts";
import type { JsonObject } from "../domain/json.ts";
import { actionOf } from "../functions/governed-actions.ts";
import {
  functionOf,
  functionOfAction,
  isWhole,
  ownActionOf,
  recordToolOf,
  versionRestedOn,
  isMoot,
} from "../functions/index.ts";
import { knownFacts } from "../functions/known-facts.ts";
import { AS_REQUESTED } from "../functions/shared/as-requested.ts";
import { isDue } from "../functions/shared/message.ts";
import type { FollowUp, Instead, Message, StepRef } from "../workflows/activities.ts";
import { createDecider, type Alarm } from "./decider.ts";
import { decisionRefOf, standingRefOf } from "./decision-ref.ts";
import { askOf } from "./effect-key.ts";
import {
  readEvidence,
  readOutside,
  recordIn,
  restsOnLedgers,
  type FrozenEvidence,
  type LeftToRead,
  type ReadTools,
} from "./evidence.ts";
import { followUpProposal, messageProposal, takeBackProposal } from "./follow-up.ts";
import { LimitsUnread, type Place } from "./limits.ts";
import { NotTakenBack } from "./not-taken-back.ts";
import type { PolicySource } from "./policy-source.ts";
import type { Question } from "./question.ts";
import { ledgerReadTools } from "./read-tools.ts";
import { keepRefusal, refused, refusalWords, type Ruled } from "./refused.ts";

export type StepDeps = {
  readonly pool: LedgerPool;
  readonly policies: PolicySource;
  readonly alarm: Alarm;
  readonly readTools: ReadTools;
  readonly now: () => string;
  /** As of `DeciderDeps`. */
  readonly alternatives?: "none" | undefined;
};

/** One gate of a step. `runId` is the workflow run that acts on what it lets through. */
export type GateOfStep = {
  readonly step: StepRef;
  readonly gate: number;
  readonly approvalId: string | null;
  readonly at: string;
  readonly runId: string;
};

/**
 * Reads afresh what the step's action rests on, and decides what was proposed. The gate, the decision with its record and
 * permit, and the intent of what it lets through are one transaction. A gate that was passed answers what it decided.
 */
export async function decideGate(deps: StepDeps, asked: GateOfStep): Promise<Ruled> {
  const leftToRead = await readForGate(deps, asked);
  return transacted(deps.pool, (place) => gateOn(leftToRead, deps, place, asked));
}

/**
 * Decides what was proposed anew in place of a question that only an outage asked, and takes that back, in one transaction; or writes
 * nothing. The question's lock holds it in order with what people do. A retry answers as before.
 */
export async function decideInstead(deps: StepDeps, asked: GateOfStep, escalationId: string): Promise<Instead> {
  const { step, gate, at } = asked;
  const { company, stepKey } = step;
  const decisionId = decisionIdOf(company, stepKey, gate);
  const leftToRead = await readForGate(deps, asked);
  try {
    const ruled = await transacted(deps.pool, async (place) => {
      const { ledger } = place;
      const { decision } = await readGate(ledger, company, stepKey, gate);
      const change = { company, escalationId, at };
      if (decision === undefined && !(await takeBackUntouched(ledger, change, decisionId))) {
        throw new NotTakenBack("stands");
      }
      const anew = await gateOn(leftToRead, deps, place, asked);
      // What another step left to be done is not this one's decision.
      if (anew.kind === "execute" && anew.decisionId === decisionId) return anew;
      throw new NotTakenBack(anew.kind === "escalate" && anew.forOutage === true ? "away" : "stands");
    });
    return ruled.kind === "execute" ? "decided" : "stands";
  } catch (error) {
    if (error instanceof NotTakenBack) return error.why;
    throw error;
  }
}

/** What the step's action rests on, read afresh, but for what our own ledgers say. */
async function readForGate(deps: StepDeps, asked: GateOfStep): Promise<LeftToRead> {
  const { step } = asked;
  return readOutside(deps.readTools, actionOf(step.functionId, step.action), step, await unaskedArgs(deps, asked));
}

async function gateOn(leftToRead: LeftToRead, deps: StepDeps, place: Place, asked: GateOfStep): Promise<Ruled> {
  const { step, gate } = asked;
  const action = actionOf(step.functionId, step.action);
  const [{ proposal, review, decision, agentsMode }, evidence] = await Promise.all([
    readGate(place.ledger, step.company, step.stepKey, gate),
    leftToRead(ledgerReadTools(place.ledger, deps.now)),
  ]);
  if (proposal === undefined) throw new Error(`no proposal for step \`${step.stepKey}\``);
  if (decision !== undefined) return decisionRefOf(place.ledger.vault, step, decision, proposal.action);
  if (proposal.actionId !== action.id) {
    return refused("other-action", `\`${proposal.actionId}\` was proposed for a step of \`${action.id}\``);
  }
  const isGone = isMootNow(step, evidence, proposal.action.args);
  if (isGone || isStale(proposal, evidence, step.functionId, action)) {
    await approvedInVain(place.ledger, asked, isGone);
    return { kind: isGone ? "moot" : "stale" };
  }
  const reviewed = step.reportsStep === "" ? review : "exempt";
  const question = questionOf(asked, action, evidence, { proposal, review: reviewed });
  return decideOnce(deps, place, { ...question, agentsMode }, asked);
}

/** What people approved meanwhile comes to nothing, and their question says why. */
async function approvedInVain(ledger: Ledger, { step, approvalId, at }: GateOfStep, isGone: boolean): Promise<void> {
  if (approvalId === null) return;
  const reason = isGone ? "the record asks for it no more" : "what was read and shown has changed since";
  await supersedeApproved(ledger, { company: step.company, approvalId, at }, `it was approved, but ${reason}`);
}

/** The arguments of a proposal that no record asks for; none for a function's own, whose record says what is read. */
async function unaskedArgs({ pool }: StepDeps, { step, gate }: GateOfStep): Promise<JsonObject> {
  if (functionOfAction(step.action) !== undefined) return {};
  return (await readGate(pool, step.company, step.stepKey, gate)).proposal?.action.args ?? {};
}

/** When a follow-up is proposed and decided, the workflow run that acts on it, and records that are appended before its own. */
type Moment = Pick<GateOfStep, "at" | "runId"> & Pick<DecidedWith, "records">;

/** Proposes a follow-up and decides it, in a transaction of its own. One that was decided answers what stands. */
export async function decideFollowUp(deps: StepDeps, followUp: FollowUp, moment: Moment): Promise<Ruled> {
  const { step } = followUp;
  const action = actionOf(step.functionId, step.action);
  if (restsOnLedgers(action, step)) {
    return transacted(deps.pool, (place) => followUpWithin(deps, place, followUp, moment));
  }
  const evidence = await readEvidence(deps.readTools, action, step);
  return transacted(deps.pool, (place) => followUpOn(evidence, deps, place, followUp, moment));
}

/**
 * Proposes a follow-up and decides it within a transaction, through which it reads what that has written, first of all why
 * what it tells of was refused. For an action that rests on our ledgers alone: no network call belongs inside.
 */
export async function followUpWithin(deps: StepDeps, place: Place, followUp: FollowUp, moment: Moment): Promise<Ruled> {
  const { step, reports, refusal } = followUp;
  const action = actionOf(step.functionId, step.action);
  if (refusal !== undefined) {
    const about = { ...step, action: reports, stepKey: step.reportsStep };
    await keepRefusal(place.ledger, about, refusalWords(refusal, step), moment.at);
  }
  const evidence = await readEvidence(ledgerReadTools(place.ledger, deps.now), action, step);
  return followUpOn(evidence, deps, place, followUp, moment);
}

function followUpOn(
  evidence: FrozenEvidence,
  deps: StepDeps,
  place: Place,
  followUp: FollowUp,
  moment: Moment,
): Promise<Ruled> {
  return draftOn(
    evidence,
    deps,
    place,
    { step: followUp.step, draft: followUpProposal(followUp, evidence, moment.at) },
    moment,
  );
}

/**
 * Proposes that what the step's function did be taken back, where its record no longer stands by it, and decides that. Moot
 * where nothing stands, or the record says what was done.
 */
export async function decideTakeBack(deps: StepDeps, step: StepRef, moment: Moment): Promise<Ruled> {
  const action = ownActionOf(step.functionId, step.action);
  const evidence = await readEvidence(deps.readTools, action, step);
  const draft = takeBackProposal(action, recordIn(evidence, step.functionId), evidence, moment.at);
  if (draft === undefined) return { kind: "moot" };
  return transacted(deps.pool, (place) => draftOn(evidence, deps, place, { step, draft }, moment));
}

/** Fills a text of the step's function from what is read now, and decides it. One that was decided answers what stands. */
export async function decideMessage(deps: StepDeps, message: Message, moment: Moment): Promise<Ruled> {
  const { step, template, occasion } = message;
  const named = { template: `${step.functionId}.${template}` };
  const evidence = await readEvidence(deps.readTools, actionOf(step.functionId, step.action), step, named);
  if (!isDue(functionOf(step.functionId), template, evidence, occasion)) return { kind: "moot" };
  const draft = messageProposal(message, evidence, moment.at);
  if (typeof draft !== "string" && isMootNow(step, evidence, draft.action.args)) return { kind: "moot" };
  return transacted(deps.pool, (place) => draftOn(evidence, deps, place, { step, draft }, moment));
}

/** What code proposes for a step; a text is why there is nothing to propose. */
type Drafted = { readonly step: StepRef; readonly draft: ProposalDraft | string };

async function draftOn(
  evidence: FrozenEvidence,
  deps: StepDeps,
  place: Place,
  { step, draft }: Drafted,
  { at, runId, records = [] }: Moment,
): Promise<Ruled> {
  const action = actionOf(step.functionId, step.action);
  if (typeof draft === "string") {
    if (records.length > 0) await writeStep(place.ledger, { company: step.company, records });
    return refused("nothing-to-do", draft);
  }
  const proposal = { ...draft, proposalId: proposalIdOf(step.company, step.stepKey), reasoning: draft.chain.reasoning };
  const asked = { step, gate: 1, approvalId: null, at, runId };
  const question = questionOf(asked, action, evidence, { proposal, review: "exempt" });
  return decideOnce(deps, place, question, asked, { records, proposal: proposalPart(step, draft) });
}

/**
 * Decides what was not permitted yet. What was, for another step by whatever road, is neither counted nor asked again: it
 * stands for this one too. Told within the transaction that would have decided.
 */
async function decideOnce(
  deps: StepDeps,
  place: Place,
  question: Question,
  { step, at, runId }: Pick<GateOfStep, "step" | "at" | "runId">,
  besides: Pick<DecidedWith, "proposal" | "records"> = {},
): Promise<Ruled> {
  const { ledger } = place;
  const { company, stepKey } = step;
  const { action } = question.proposal;
  const ask = await readAsk(ledger, step, askOf(ledger.vault, step, action));
  const { effectKey, standing } = ask;
  if (standing !== undefined && standing.stepKey !== stepKey) {
    const again = standing.told ? [] : [repeatRecord(step, ask, standing, at)];
    await writeStep(ledger, { company, ...besides, records: [...(besides.records ?? []), ...again] });
    return standingRefOf(step, ask, standing, action);
  }
  const intent = { tool: action.tool, runId, effectKey };
  return decisionRefOf(ledger.vault, step, await decide(deps, place, question, { ...besides, intent }), action);
}

/**
 * A transaction whose decision counts limits. When their accounts cannot be read, it is done again without them. What sides
 * were asked to agree to and do not agree to at that moment is refused: nothing of the decision is kept.
 */
async function transacted(pool: LedgerPool, work: (place: Place) => Promise<Ruled>): Promise<Ruled> {
  const attempt = (accounts: "ask" | "unread") =>
    inTransaction(pool, (ledger: Ledger) => work({ kind: "transaction", ledger, accounts }));
  try {
    return await attempt("ask");
  } catch (error) {
    const reason = whyNotAgreed(error);
    if (reason !== undefined) return refused("not-agreed", reason);
    // Another step was permitted the same meanwhile: it is found now.
    if (isPermittedElsewhere(error)) return attempt("ask");
    if (!(error instanceof LimitsUnread)) throw error;
    return attempt("unread");
  }
}

function decide(
  { pool, policies, alarm, alternatives }: StepDeps,
  place: Place,
  question: Question,
  besides: DecidedWith,
): Promise<StoredDecision> {
  const decider = createDecider({
    pool,
    place,
    policies,
    alarm,
    alternatives,
    record: (ledger, draft) => recordDecision(ledger, draft, besides),
  });
  return decider(question);
}

export function questionOf(
  { step, gate, approvalId, at }: GateOfStep,
  action: GovernedAction,
  evidence: FrozenEvidence,
  { proposal, review }: { proposal: StoredProposal; review: Question["review"] },
): Question {
  const { company, caseId, stepKey } = step;
  const names = { company, caseId, stepKey, gate, approvalId, at };
  const input = { evidence, action: proposal.action, at };
  const requestedBy = action.requestedBy(recordIn(evidence, step.functionId), proposal.action.args);
  const untold = whyUntold(step, action, evidence, proposal.action.args);
  const known = knownFacts(action, input);
  const isRead = isWhole(action, proposal.action.args);
  return {
    ...names,
    proposal,
    review,
    ...known,
    remarks: [...(action.remarks?.(input) ?? []), ...untold],
    notWhole: !isRead || untold.length > 0,
    notAsItStands: action.notAsItStands?.(input) ?? false,
    beside: action.beside?.(input) ?? [],
    sources: Object.values(evidence).map(({ source }) => source),
    requestedBy: requestedBy ?? "",
    requestedIn: functionOf(step.functionId).subject.system,
    ...(requestedBy === null && { isNobodys: true as const }),
    ...(isRead ? otherwiseOf(action, input, known.facts) : {}),
  };
}

/** How what can all be read could be asked otherwise: with other amounts in place of those that people may edit. */
function otherwiseOf(action: GovernedAction, input: FactInput, known: JsonObject): Pick<Question, "otherwise"> {
  const { tool, args } = input.action;
  const { currency } = args;
  const named = Object.entries(args).filter((entry): entry is [string, number] => isAmount(entry));
  const amounts = Object.fromEntries(named.filter(([name]) => Object.hasOwn(action.editable?.shape ?? {}, name)));
  if (typeof currency !== "string" || Object.keys(amounts).length === 0) return {};
  // Whether it is as the record asks says how it was proposed, which stays: the requester would ask so in the record.
  const { [AS_REQUESTED]: asRequested } = known;
  const factsWith = (changes: JsonObject) => {
    const { facts } = knownFacts(action, { ...input, action: { tool, args: { ...args, ...changes } } });
    return asRequested === undefined ? facts : { ...facts, [AS_REQUESTED]: asRequested };
  };
  return { otherwise: { amounts, currency, factsWith, mostMinor: Math.max(...named.map(([, minor]) => minor)) } };
}

function isAmount([name, value]: readonly [string, unknown]): boolean {
  return name.endsWith("Minor") && typeof value === "number";
}

/** Whether the subject's record, as it was read, no longer lets what was proposed be done. */
export function isMootNow({ functionId, action }: StepRef, evidence: FrozenEvidence, args: JsonObject): boolean {
  return isMoot(functionId, actionOf(functionId, action), evidence[recordToolOf(functionId)]?.value, args);
}

/** Why nobody can tell whether the record lets what was proposed be done: people are asked then, who can have it corrected. */
function whyUntold(
  { functionId }: StepRef,
  { id, readsRecord }: GovernedAction,
  evidence: FrozenEvidence,
  args: JsonObject,
): readonly string[] {
  const { holds } = functionOf(functionId).subject;
  const record = readsRecord ? evidence[recordToolOf(functionId)] : undefined;
  const held = record && holds?.(record.value, { action: id, args });
  return typeof held === "object" ? [held.unread] : [];
}

/** The reasoning rests on another version of what the action rests on than the one there now. */
export function isStale(
  { recordVersion }: Pick<StoredProposal, "recordVersion">,
  evidence: FrozenEvidence,
  functionId: string,
  action: GovernedAction,
): boolean {
  const sources = Object.values(evidence).map(({ source }) => source);
  return recordVersion !== "" && recordVersion !== versionRestedOn(functionId, action, sources);
}
