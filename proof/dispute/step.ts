import { eventOfStep, recordKeys } from "../../audit/record-keys.ts";
import { textAt } from "../../audit/story/loose.ts";
import type { AuditRecord, RecordKind } from "../../domain/audit-record.ts";

/** The records of one governed step: what was proposed, decided at each gate, answered by people, and done. */
export type DisputedStep = {
  readonly caseId: string;
  readonly stepKey: string;
  /** The decision that is disputed. */
  readonly decision: AuditRecord;
  /** Every decision of the step, by gate; the disputed one is among them. */
  readonly gates: readonly AuditRecord[];
  readonly event: AuditRecord | undefined;
  readonly turns: readonly AuditRecord[];
  readonly proposal: AuditRecord | undefined;
  readonly review: AuditRecord | undefined;
  readonly escalations: readonly AuditRecord[];
  readonly approvals: readonly AuditRecord[];
  readonly intent: AuditRecord | undefined;
  readonly receipts: readonly AuditRecord[];
  /** Everything above, in order. */
  readonly records: readonly AuditRecord[];
};

/** The step that a decision belongs to; undefined when no record tells of that decision. */
export function stepOf(records: readonly AuditRecord[], decisionId: string): DisputedStep | undefined {
  const decision = records.find(({ kind, body }) => kind === "decision" && textAt(body, "decisionId") === decisionId);
  if (decision === undefined) return undefined;
  const { caseId } = decision;
  const stepKey = textAt(decision.body, "stepKey");
  const eventKey = recordKeys.event(eventOfStep(caseId, stepKey));
  const effectKeys = effectsOf(records, stepKey);
  const own = records.filter(
    ({ key, body }) =>
      key === eventKey || textAt(body, "stepKey") === stepKey || effectKeys.has(textAt(body, "effectKey")),
  );
  const those = (kind: RecordKind) => own.filter((record) => record.kind === kind);
  return {
    caseId,
    stepKey,
    decision,
    gates: those("decision"),
    event: those("event")[0],
    turns: those("turn"),
    proposal: those("proposal")[0],
    review: those("review")[0],
    escalations: those("escalation"),
    approvals: those("approval"),
    intent: those("intent")[0],
    receipts: those("receipt"),
    records: own,
  };
}

/** The keys of the effects that the step's decisions permitted, by which intents and receipts are found. */
function effectsOf(records: readonly AuditRecord[], stepKey: string): ReadonlySet<string> {
  const decisions = records.filter(({ kind, body }) => kind === "decision" && textAt(body, "stepKey") === stepKey);
  const decisionIds = new Set(decisions.map(({ body }) => textAt(body, "decisionId")));
  const intents = records.filter(({ kind, body }) => kind === "intent" && decisionIds.has(textAt(body, "decisionId")));
  return new Set(intents.map(({ body }) => textAt(body, "effectKey")));
}
