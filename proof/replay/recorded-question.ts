import { z } from "zod";
import type { AuditRecord } from "../../domain/audit-record.ts";
import type { JsonObject } from "../../domain/json.ts";
import { ReasoningChain, Review } from "../../domain/proposal.ts";
import { textAt } from "../../audit/story/loose.ts";
import { decisionIdOf, escalationIdOf, recordKeys } from "../../audit/record-keys.ts";
import { actionDigestOf, type Question } from "../../deciding/question.ts";
import type { Cannot, RecordedDecision } from "./recorded-decision.ts";

const Args = z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

const Proposed = z.object({
  proposalId: z.string(),
  actionId: z.string(),
  action: z.object({ tool: z.string(), args: Args }),
  recordVersion: z.string(),
  chain: z.object({ origin: ReasoningChain.shape.origin }),
});

const Reviewed = z.object({ review: Review });
const Approved = z.object({ approvalId: z.string(), verdict: z.string(), actionDigest: z.string() });
const Answering = z.object({ escalationId: z.string(), verdict: z.string(), missing: z.int() });

/** Compliance's word is asked of what agents proposed; what follows from a decision, or another system asks, has none. */
const unreviewed: readonly string[] = ["follow-up", "decide-service"];

/**
 * The question that a recorded decision answered, from the records before it. `approvalId` is null unless people approved
 * this very action. `cannot` when one of those records is absent or may not be read.
 */
export function recordedQuestion(
  { company, caseId, at, n }: AuditRecord,
  decided: RecordedDecision,
  caseRecords: readonly AuditRecord[],
): Question | Cannot {
  const { stepKey, gate, facts, sources, requestedBy = "" } = decided;
  const before = caseRecords.filter((earlier) => earlier.n < n);
  const find = (key: string) => before.find((earlier) => earlier.key === key)?.body;
  const proposal = Proposed.safeParse(
    before.find(({ kind, body }) => kind === "proposal" && textAt(body, "proposalId") === decided.proposalId)?.body,
  );
  if (!proposal.success) return { kind: "cannot", why: "what was proposed is not recorded, or is withheld" };
  const { chain, ...proposed } = proposal.data;
  const reviewBody = find(recordKeys.review(stepKey));
  const reviewed = reviewBody && Reviewed.safeParse(reviewBody);
  if (reviewed?.success === false) return { kind: "cannot", why: "what Compliance said is withheld" };
  const names = { company, caseId, stepKey, gate, at };
  const review = unreviewed.includes(chain.origin) ? "exempt" : reviewed?.data.review;
  const { tool, args } = proposed.action;
  const { recordVersion } = proposed;
  const action = { company, tool, args, recordVersion, policyVersion: decided.policy.version };
  const approvalId = approvalOf(names, decided, before, actionDigestOf(action, decided.details.terms));
  if (typeof approvalId === "object" && approvalId !== null) return approvalId;
  const {
    unknown = {},
    remarks = [],
    derived,
    notWhole = false,
    notAsItStands = false,
    beside = [],
    lists = [],
    rates = [],
  } = decided.details;
  const said = {
    facts,
    unknown,
    remarks,
    ...(derived !== undefined && { derived }),
    notWhole,
    notAsItStands,
    beside,
    lists,
    rates,
  };
  return { ...names, approvalId, proposal: proposed, review, ...said, sources, requestedBy };
}

/** The approval of exactly this action: the one the decision names, else the one that settled the gate before it. */
function approvalOf(
  { company, stepKey, gate }: Pick<Question, "company" | "stepKey" | "gate">,
  { approvalId }: RecordedDecision,
  before: readonly AuditRecord[],
  actionDigest: string,
): string | null | Cannot {
  const escalationId = escalationIdOf(decisionIdOf(company, stepKey, gate - 1));
  const undone = new Set(
    before.flatMap(({ kind, body }) => (kind === "escalation" ? [recordKeys.approval(textAt(body, "undoes"))] : [])),
  );
  const answers = before.filter(({ kind, body, key }) => {
    const answer = Answering.safeParse(body);
    if (kind !== "approval" || !answer.success || answer.data.escalationId !== escalationId) return false;
    return settles(answer.data) && !undone.has(key);
  });
  const key = approvalId === null ? answers.at(-1)?.key : recordKeys.approval(approvalId);
  if (key === undefined) return null;
  const approval = Approved.safeParse(before.find((earlier) => earlier.key === key)?.body);
  if (!approval.success) return { kind: "cannot", why: "the approval it rests on is not recorded, or is withheld" };
  const { verdict, actionDigest: approvedDigest } = approval.data;
  return verdict === "approve" && approvedDigest === actionDigest ? approval.data.approvalId : null;
}

function settles({ verdict, missing }: z.infer<typeof Answering>): boolean {
  return verdict === "approve" && missing === 0;
}
