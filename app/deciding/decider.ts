import type { Pool } from "pg";
import { recordDecision, type DecisionDraft, type StoredDecision } from "../../audit/ledgers/decisions.ts";
import { readApproval } from "../../audit/ledgers/escalations.ts";
import type { Sql } from "../../audit/records.ts";
import type { DecisionDetails } from "../../domain/decision-details.ts";
import type { Decision } from "../../domain/decision.ts";
import { judge, type Disagreement, type Judgement } from "../../guardrails/evaluate.ts";
import { jsonValue } from "../../guardrails/fact-types.ts";
import { asksOf, type Asked } from "../../guardrails/limits.ts";
import { lowerMode, mayAct, restrain } from "../../guardrails/mode.ts";
import { obligationsOf } from "../../guardrails/obligations.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { tighten } from "../../guardrails/tighten.ts";
import { keepCounted } from "./limits.ts";
import type { InForce, PolicySource } from "./policy-source.ts";
import { actionDigestOf, subjectOf, type Question } from "./question.ts";
import { withoutPolicy } from "./without-policy.ts";

/** The two evaluators found different rules for one gate of a step. Its decision did not execute for that reason. */
export type Alarm = (detail: Disagreement & { readonly caseId: string; readonly stepKey: string }) => void;

/**
 * Makes a decision durable, or answers the first one of its gate. `sql` is the pool, or the client of the transaction that
 * the decision must be part of.
 */
export type RecordDecision = (sql: Sql, draft: DecisionDraft) => Promise<StoredDecision>;

export type DeciderDeps = {
  readonly pool: Pool;
  readonly policies: PolicySource;
  readonly alarm: Alarm;
  /** In place of `recordDecision`. */
  readonly record?: RecordDecision;
};

/** Decides one question and answers only after the decision is durable. */
export type Decider = (question: Question) => Promise<StoredDecision>;

/** The one code path of every decision: of a case's step, and of a request to the decide service. */
export function createDecider(deps: DeciderDeps): Decider {
  return async (question) => {
    const { policies, alarm } = deps;
    const { caseId, stepKey, facts, at, proposal } = question;
    const inForce = policies.inForce(proposal.actionId, ({ policy }) => subjectOf(policy.subject, question));
    if (inForce === undefined) {
      return keep(deps, question, {
        ...withoutPolicy(proposal.actionId),
        cell: null,
        asked: { asks: [], uncounted: [] },
      });
    }
    const judgement = await judge(inForce.policy, facts, {
      at,
      onDisagreement: (detail) => alarm({ ...detail, caseId, stepKey }),
    });
    return keep(deps, question, { ...inForce, ...ruled(question, inForce, judgement) });
  };
}

/** What rules and compliance made of a question. `cell` is null when no policy is in force: nothing can tighten further. */
type Ruled = {
  readonly decision: Decision;
  readonly details: DecisionDetails;
  readonly withheld: boolean;
  readonly cell: Policy | null;
  readonly asked: Asked;
};

type Versioned = { readonly policy: { readonly id: string }; readonly version: string; readonly document: string };

/** Compliance, which can only tighten what the policy said; limits and the mode come after. */
function ruled({ review, at }: Question, inForce: InForce, judgement: Judgement): Ruled {
  const { decision, known, cell, candidate } = judgement;
  const mode = lowerMode(inForce.mode, cell.mode);
  const tightened = review === "exempt" ? decision : tighten(decision, review, cell);
  const details: DecisionDetails = {
    mode,
    release: inForce.release,
    canary: inForce.canary,
    params: cell.params.map((param) => ({
      name: param.name,
      value: param.unsettled === true ? null : jsonValue(param, param.value),
      source: param.override ?? "base",
    })),
    limits: [],
    candidate,
    obligations: [],
  };
  return { decision: tightened, details, withheld: !mayAct(mode), cell, asked: asksOf(cell, known, at) };
}

/** Limits, then the mode: each can only tighten. What is kept is what they leave. */
async function keep(deps: DeciderDeps, question: Question, ruling: Ruled & Versioned): Promise<StoredDecision> {
  const { pool, record = recordDecision } = deps;
  const { company, caseId, stepKey, gate, approvalId, proposal } = question;
  const { cell, decision, details, withheld, asked, version } = ruling;
  const { tool, args } = proposal.action;
  const { recordVersion } = proposal;
  const actionDigest = actionDigestOf({ company, tool, args, recordVersion, policyVersion: version });
  const approved = await approves(pool, company, approvalId, actionDigest);
  const bound = { actionDigest, approvalId: approved ? approvalId : null };
  if (cell === null) return record(pool, draftOf(question, ruling, bound));
  const names = { company, caseId, stepKey, gate };
  return keepCounted(pool, { names, cell, asked, decision, withheld, approved }, (sql, counted, limits) => {
    const left = restrain(counted, details.mode, cell);
    const full = { ...details, limits, obligations: withheld ? [] : obligationsOf(cell, left) };
    return record(sql, draftOf(question, { ...ruling, decision: left, details: full }, bound));
  });
}

function draftOf(
  question: Question,
  { policy, version, document, decision, details, withheld }: Omit<Ruled, "asked" | "cell"> & Versioned,
  { actionDigest, approvalId }: Pick<DecisionDraft, "actionDigest" | "approvalId">,
): DecisionDraft {
  const { company, caseId, stepKey, gate, proposal, facts, sources, requestedBy, at } = question;
  const asks = decision.kind === "escalate";
  return {
    company,
    caseId,
    stepKey,
    gate,
    proposalId: proposal.proposalId,
    verdict: decision.kind,
    reason: reasonOf(decision),
    rules: decision.rules,
    missing: asks ? decision.missing : [],
    facts,
    sources,
    route: asks ? decision.route : null,
    policy: { id: policy.id, version },
    policyDocument: document,
    actionDigest,
    requestedBy,
    approvalId: asks ? approvalId : null,
    details,
    withheld,
    at,
  };
}

/** An approval holds only for the very action it named: a changed policy, record or argument needs a new one. */
async function approves(
  pool: Pool,
  company: string,
  approvalId: string | null,
  actionDigest: string,
): Promise<boolean> {
  if (approvalId === null) return false;
  const approval = await readApproval(pool, company, approvalId);
  return approval?.verdict === "approve" && approval.actionDigest === actionDigest;
}

function reasonOf(decision: Decision): string {
  if (decision.kind !== "execute") return decision.reason;
  return decision.rules.map(({ reason }) => reason).join("; ");
}
