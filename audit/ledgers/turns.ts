import type { Evidence, Finding } from "../../domain/evidence.ts";
import type { Action, ReasoningChain, Review, TurnCitation } from "../../domain/proposal.ts";
import { turnKeyOf } from "../../domain/model-call.ts";
import { canonicalJson } from "../canonical-json.ts";
import { derivedId } from "../digest.ts";
import { eventOfStep, recordKeys } from "../record-keys.ts";
import type { Ledger, Sql } from "../records.ts";
import { sealRecord } from "../seal.ts";
import type { KeptCall } from "./model-turns.ts";
import { turnRow } from "./turn-record.ts";

/** What Intelligence's turn leaves for the next one: its findings and the readings they rest on. */
export type StoredFindings = {
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
  readonly citation: TurnCitation;
};

/** A proposal as kept: the action, and the record version its reasoning rests on. */
export type StoredProposal = {
  readonly proposalId: string;
  readonly actionId: string;
  readonly action: Action;
  readonly recordVersion: string;
  readonly reasoning: string;
};

export type StepNames = { readonly company: string; readonly caseId: string; readonly stepKey: string };

/** Keeps the findings of a step's Intelligence turn. The first writing stands. */
export async function storeFindings(
  ledger: Ledger,
  names: StepNames,
  stored: StoredFindings,
  { calls, at }: { calls: readonly KeptCall[]; at: string },
): Promise<void> {
  const { company, caseId, stepKey } = names;
  const parents = [recordKeys.event(eventOfStep(caseId, stepKey))];
  const { citation, evidence } = stored;
  const turn = await turnRow(ledger, names, { citation, calls, parents, at, evidence });
  const row = { company, turnKey: turnKeyOf(stepKey, "intelligence"), caseId, output: canonicalJson(stored), turn };
  await ledger.query({ name: "store-findings", text: "select store_findings($1)", values: [JSON.stringify(row)] });
}

async function readTurn<T>(sql: Sql, company: string, turnKey: string): Promise<T | undefined> {
  const { rows } = await sql.query<{ output: string }>({
    name: "read-turn",
    text: "select output from agent_turn where company = $1 and turn_key = $2",
    values: [company, turnKey],
  });
  return rows[0] === undefined ? undefined : (JSON.parse(rows[0].output) as T);
}

export async function readFindings(sql: Sql, company: string, stepKey: string): Promise<StoredFindings | undefined> {
  return readTurn<StoredFindings>(sql, company, turnKeyOf(stepKey, "intelligence"));
}

export type ProposalDraft = {
  readonly actionId: string;
  readonly action: Action;
  readonly recordVersion: string;
  readonly chain: ReasoningChain;
  readonly at: string;
};

export function proposalIdOf(company: string, stepKey: string): string {
  return derivedId("prop", company, stepKey);
}

/** The row `record_proposal` takes. */
export async function proposalRow(ledger: Ledger, { company, caseId, stepKey }: StepNames, proposal: ProposalDraft) {
  const { actionId, action, recordVersion, chain, at } = proposal;
  const proposalId = proposalIdOf(company, stepKey);
  const recordKey = recordKeys.proposal(stepKey);
  const body = { proposalId, stepKey, actionId, action, recordVersion, chain };
  const turns = chain.turns.map(({ turnKey }) => recordKeys.turn(turnKey));
  const parents = [recordKeys.event(eventOfStep(caseId, stepKey)), ...turns];
  const record = { company, caseId, kind: "proposal", key: recordKey, at, body, parents } as const;
  const canonical = await sealRecord(ledger, record);
  const row = { company, caseId, stepKey, proposalId, actionId, tool: action.tool, args: action.args, recordVersion };
  return { ...row, reasoning: chain.reasoning, at, recordKey, canonical };
}

/** Keeps a proposal and appends its record with the reasoning chain, in one transaction. Idempotent by step. */
export async function recordProposal(
  ledger: Ledger,
  names: StepNames,
  proposal: ProposalDraft,
  calls: readonly KeptCall[] = [],
): Promise<string> {
  const row = await proposalRow(ledger, names, proposal);
  const { chain, at } = proposal;
  const citation = chain.turns.at(-1);
  const parents = [recordKeys.turn(turnKeyOf(names.stepKey, "intelligence"))];
  const turn = citation === undefined ? null : await turnRow(ledger, names, { citation, calls, parents, at });
  await ledger.query({
    name: "record-proposal",
    text: "select record_proposal($1)",
    values: [JSON.stringify({ ...row, turn })],
  });
  return row.proposalId;
}

/** What Compliance reviews: the findings, and the proposal made on them. Throws when either is not there yet. */
export async function readForReview(
  sql: Sql,
  company: string,
  stepKey: string,
): Promise<{ findings: StoredFindings; action: Action; reasoning: string }> {
  const { rows } = await sql.query<{ output: string; tool: string; args: Action["args"]; reasoning: string }>({
    name: "read-for-review",
    text: `select t.output, q.tool, q.args, q.reasoning from proposal q join agent_turn t using (company)
           where q.company = $1 and q.step_key = $2 and t.turn_key = $3`,
    values: [company, stepKey, turnKeyOf(stepKey, "intelligence")],
  });
  const row = rows[0];
  if (row === undefined) throw new Error(`nothing to review for step \`${stepKey}\``);
  const { output, tool, args, reasoning } = row;
  return { findings: JSON.parse(output) as StoredFindings, action: { tool, args }, reasoning };
}

/** Keeps Compliance's review and appends its record, in one transaction. Idempotent by step. */
export async function recordReview(
  ledger: Ledger,
  names: StepNames,
  { review, turn: citation, at }: { review: Review; turn: TurnCitation; at: string },
  calls: readonly KeptCall[] = [],
): Promise<void> {
  const { company, caseId, stepKey } = names;
  const recordKey = recordKeys.review(stepKey);
  const body = { stepKey, review, turn: citation };
  const proposal = recordKeys.proposal(stepKey);
  const parents = [proposal, recordKeys.turn(citation.turnKey)];
  const record = { company, caseId, kind: "review", key: recordKey, at, body, parents } as const;
  const canonical = await sealRecord(ledger, record);
  const turn = await turnRow(ledger, names, { citation, calls, parents: [proposal], at });
  const turnKey = turnKeyOf(stepKey, "compliance");
  await ledger.query({
    name: "record-review",
    text: "select record_review($1)",
    values: [JSON.stringify({ company, caseId, turnKey, output: canonicalJson(review), recordKey, canonical, turn })],
  });
}
