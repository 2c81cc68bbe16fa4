import type { RecordDraft } from "../../domain/audit-record.ts";
import type { Action, ReasoningChain, Review, TurnCitation } from "../../domain/proposal.ts";
import { turnKeyOf } from "../../domain/model-call.ts";
import { canonicalJson } from "../canonical-json.ts";
import { derivedId } from "../digest.ts";
import { eventOfStep, recordKeys } from "../record-keys.ts";
import type { Ledger, LedgerPool } from "../records.ts";
import { ownChain, toldParts } from "../told-parts.ts";
import { writeFirst, type StepPart } from "./step-writing.ts";
import { turnRecords, type TakenTurn } from "./turn-record.ts";

/** A proposal as kept: the action, and the record version its reasoning rests on. */
export type StoredProposal = {
  readonly proposalId: string;
  readonly actionId: string;
  readonly action: Action;
  readonly recordVersion: string;
  readonly reasoning: string;
};

export type StepNames = { readonly company: string; readonly caseId: string; readonly stepKey: string };

export type ProposalDraft = {
  readonly actionId: string;
  readonly action: Action;
  readonly recordVersion: string;
  readonly chain: ReasoningChain;
  readonly at: string;
  /** What is asked by whom, where another system asks about an object that it names: the same again is one ask. */
  readonly askKey?: string;
};

/** What the agents left besides the proposal: a turn each, in order, and Compliance's review when it gave one. */
export type AgentsWork = {
  readonly intelligence: TakenTurn;
  readonly orchestration: TakenTurn;
  readonly compliance?: TakenTurn & { readonly review: Review };
};

export function proposalIdOf(company: string, stepKey: string): string {
  return derivedId("prop", company, stepKey);
}

/** A proposal with the work that led to it and the review that followed. */
export function proposalPart(names: StepNames, proposal: ProposalDraft, work?: AgentsWork): StepPart {
  const { company, caseId, stepKey } = names;
  const { actionId, action, recordVersion, chain, at, askKey = null } = proposal;
  const proposalId = proposalIdOf(company, stepKey);
  const key = recordKeys.proposal(stepKey);
  const parts = toldParts(action, chain);
  const body = { proposalId, stepKey, actionId, action, recordVersion, chain: ownChain(chain), ...parts };
  const event = recordKeys.event(eventOfStep(caseId, stepKey));
  const parents = [event, ...chain.turns.map(({ turnKey }) => recordKeys.turn(turnKey))];
  const record: RecordDraft = { company, caseId, kind: "proposal", key, at, body, parents };
  const review = work?.compliance;
  const row = { company, caseId, stepKey, proposalId, actionId, tool: action.tool, args: action.args, recordVersion };
  return {
    row: {
      ...row,
      askKey,
      reasoning: chain.reasoning,
      noticed: chain.noticed ?? null,
      at,
      review: review ? canonicalJson(review.review) : null,
    },
    records: [...turnsBefore(names, work, event, at), record, ...(review ? reviewRecords(names, review, at) : [])],
  };
}

/** The turns that a proposal is made of: Intelligence's rests on the event, Orchestration's on that. */
function turnsBefore(names: StepNames, work: AgentsWork | undefined, event: string, at: string) {
  if (work === undefined) return [];
  const first = recordKeys.turn(turnKeyOf(names.stepKey, "intelligence"));
  return [
    ...turnRecords(names, work.intelligence, [event], at),
    ...turnRecords(names, work.orchestration, [first], at),
  ];
}

/** What a person puts in place of what a question asks. `review`: Compliance's word on what was proposed, which goes on. */
export type EditDraft = StepNames &
  Pick<ProposalDraft, "actionId" | "action" | "recordVersion" | "at"> & {
    readonly edit: Edit;
    readonly review: Review | undefined;
  };

/** Who put other arguments in place of what a question asks, as what, why, and how long that may be undone where it counts. */
export type Edit = {
  readonly escalationId: string;
  readonly personId: string;
  readonly role: string;
  readonly reason: string;
  readonly undoMs: number;
};

export function editedIdOf(company: string, stepKey: string, escalationId: string): string {
  return derivedId("prop", company, stepKey, escalationId);
}

/** A proposal by who was asked. Why is said in the record of the move, sealed under who said it. */
export function editedPart({ edit, review, action, at, ...names }: EditDraft): StepPart {
  const { company, caseId, stepKey, actionId, recordVersion } = names;
  const { escalationId } = edit;
  const reasoning = "Somebody who was asked put other values in place of what was proposed.";
  const chain = { findings: [], sources: [], reasoning, turns: [], origin: "edited" } satisfies ReasoningChain;
  const proposalId = editedIdOf(company, stepKey, escalationId);
  const body = { proposalId, stepKey, actionId, action, recordVersion, chain };
  const parents = [recordKeys.opened(escalationId), recordKeys.proposal(stepKey)];
  const record = {
    company,
    caseId,
    kind: "proposal",
    key: recordKeys.edited(escalationId),
    at,
    body,
    parents,
  } as const;
  const kept = { askKey: null, reasoning, at, review: review === undefined ? null : canonicalJson(review), edit };
  return { row: { ...names, proposalId, tool: action.tool, args: action.args, ...kept }, records: [record] };
}

function reviewRecords(names: StepNames, compliance: NonNullable<AgentsWork["compliance"]>, at: string): RecordDraft[] {
  const { company, caseId, stepKey } = names;
  const { review, citation } = compliance;
  const proposal = recordKeys.proposal(stepKey);
  const body: { stepKey: string; review: Review; turn: TurnCitation } = { stepKey, review, turn: citation };
  const parents = [proposal, recordKeys.turn(citation.turnKey)];
  const record: RecordDraft = { company, caseId, kind: "review", key: recordKeys.review(stepKey), at, body, parents };
  return [...turnRecords(names, compliance, [proposal], at), record];
}

/** Keeps a proposal with everything that led to it, and its records. Idempotent by step: the first writing stands. */
export async function recordProposal(
  ledger: Ledger | LedgerPool,
  names: StepNames,
  proposal: ProposalDraft,
  work?: AgentsWork,
): Promise<string> {
  await writeFirst(ledger, { company: names.company, proposal: proposalPart(names, proposal, work) });
  return proposalIdOf(names.company, names.stepKey);
}
