import type { DecisionDraft, StoredDecision } from "../audit/ledgers/decisions.ts";
import type { OnOutOfReach } from "../audit/ledgers/opening.ts";
import {
  recordServiceDecisions,
  takeQuestion,
  type AskedQuestion,
  type ServiceDecision,
  type ServiceDraft,
  type ServiceRecord,
} from "../audit/ledgers/service-decisions.ts";
import type { ProposalDraft } from "../audit/ledgers/turns.ts";
import type { Ledger, LedgerPool } from "../audit/records.ts";
import { createDecider, type Alarm } from "./decider.ts";
import { type Question } from "./question.ts";
import { functionOfPolicy } from "./function-of-policy.ts";
import { groupCommit, type Written } from "../db/group-commit.ts";
import type { PolicySource } from "./policy-source.ts";

/** Most decisions of one commit. */
const MAX_BATCH = 100;

export type ServiceGateDeps = {
  readonly pool: LedgerPool;
  readonly policies: PolicySource;
  readonly alarm: Alarm;
  readonly onOutOfReach?: OnOutOfReach | undefined;
};

export type GatePass =
  | { readonly kind: "decided"; readonly decision: ServiceDecision }
  | { readonly kind: "passed" }
  /** Another request asked the same, and what was decided of that stands: nothing was decided. */
  | { readonly kind: "stands" }
  /** A switch is on where a permit would be given: nothing was decided. */
  | { readonly kind: "stopped" }
  /** People would be asked, and the caller has asked them enough until `roomAt` (ISO 8601): nothing was decided. */
  | { readonly kind: "asks-too-much"; readonly roomAt: string };

export type ServiceGate = {
  /** Decides and records. `passed`: the gate was passed before, and what was decided then stands. */
  pass(question: Question, proposal: ProposalDraft | null, asking?: AskedQuestion): Promise<GatePass>;
  drain(): Promise<void>;
};

/** This decision is not the one that stands: what else its transaction wrote must not stay. */
class NotKept extends Error {
  readonly pass: Exclude<GatePass, { kind: "decided" }>;

  constructor(pass: NotKept["pass"]) {
    super(`the decision was not kept: ${pass.kind}`);
    this.name = "NotKept";
    this.pass = pass;
  }
}

/** The gate of requests that other systems make: decided on the one code path, recorded many to a commit. */
export function createServiceGate(deps: ServiceGateDeps): ServiceGate {
  const { pool, onOutOfReach } = deps;
  const commits = groupCommit<ServiceDraft, StoredDecision>({
    write: async (batch) => (await recordServiceDecisions(pool, batch, onOutOfReach)).map(writtenOf),
    maxBatch: MAX_BATCH,
  });

  /** A decision that must share a transaction with more than its record goes by that transaction, not by the group. */
  async function keep(sql: Ledger, draft: ServiceDraft): Promise<StoredDecision> {
    if (sql === pool) return commits.submit(draft);
    const [record] = await recordServiceDecisions(sql, [draft], onOutOfReach);
    if (record === undefined) throw new Error("the decision was not recorded");
    const written = writtenOf(record);
    if (written.kind === "written") return written.answer;
    throw written.error;
  }

  return {
    async pass(question, proposal, asking) {
      const functionId = functionOfPolicy(question.proposal.actionId);
      let kept: ServiceDecision | undefined;
      const decide = createDecider({
        ...deps,
        record: async (sql, decision) => {
          const roomAt = asking && (await takeQuestion(sql, decision, asking));
          if (roomAt !== undefined) throw new NotKept({ kind: "asks-too-much", roomAt });
          const stored = await keep(sql, { decision, proposal, functionId });
          kept = asKept(decision, stored);
          return stored;
        },
      });
      try {
        const { decisionId } = await decide(question);
        if (kept === undefined) throw new Error(`decision \`${decisionId}\` was not recorded`);
        return { kind: "decided", decision: kept };
      } catch (error) {
        if (error instanceof NotKept) return error.pass;
        throw error;
      }
    },
    drain: () => commits.drain(),
  };
}

function writtenOf(record: ServiceRecord): Written<StoredDecision> {
  if (record.kind === "failed") return record;
  if (record.kind === "stopped" || record.kind === "stands") {
    return { kind: "failed", error: new NotKept({ kind: record.kind }) };
  }
  return record.fresh
    ? { kind: "written", answer: record.decision }
    : { kind: "failed", error: new NotKept({ kind: "passed" }) };
}

function asKept(draft: DecisionDraft, { decisionId, permitId }: StoredDecision): ServiceDecision {
  const { gate, verdict, reason, rules, missing, facts, sources, route, policy, details } = draft;
  const { actionDigest, requestedBy, at: decidedAt } = draft;
  return {
    decisionId,
    gate,
    verdict,
    reason,
    rules,
    missing,
    facts,
    sources,
    route,
    details,
    policyId: policy.id,
    policyVersion: policy.version,
    actionDigest,
    requestedBy,
    decidedAt,
    permitId,
    escalation: null,
  };
}
