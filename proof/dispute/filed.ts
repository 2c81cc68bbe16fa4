import { policyNameOf, type CaseFile } from "../../audit/case-file.ts";
import { textAt } from "../../audit/story/loose.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import type { FiledCase } from "../filed-case.ts";
import { recordsIn } from "../replay/filed-records.ts";
import { replayGuardrail, type Replayed } from "../replay/guardrail.ts";
import { checkIntegrity, type LogKeys } from "../replay/integrity.ts";
import { disputeOf, type Dispute } from "./dispute.ts";
import type { Proofs } from "./receipts.ts";
import { policyRefOf } from "./ruling.ts";

/** What a case file comes to on the reader's side. `fault` says what of it does not hold; empty when all does. */
export type FiledDispute = { readonly dispute: Dispute; readonly fault: string };

/**
 * A decision's file, from the case as the API sends it: every hash, disclosure, number and proof is checked here again,
 * whatever the server said of them, and the decision is taken again. Undefined when the case does not tell of it.
 */
export async function disputeIn(
  view: FiledCase,
  decisionId: string,
  keys: LogKeys = () => undefined,
): Promise<FiledDispute | undefined> {
  const { company, caseId, policies } = view;
  const records = recordsIn(view);
  const decision = records.find(({ kind, body }) => kind === "decision" && textAt(body, "decisionId") === decisionId);
  if (decision === undefined) return undefined;
  const { outcome, under } = checkIntegrity(view, keys);
  const fault = outcome.kind === "differs" ? outcome.what : view.intact ? "" : "the server finds that it does not hold";
  const file: CaseFile = { company, caseId, records, policies, intact: fault === "" };
  const replayed = await takenAgain(file, decision);
  const dispute = disputeOf(file, decisionId, { proofs: proofsIn(view), signed: under?.signed === true, replayed });
  return dispute && { dispute, fault };
}

async function takenAgain({ policies, records }: CaseFile, decision: AuditRecord): Promise<Replayed | undefined> {
  const { id, version } = policyRefOf(decision);
  const name = policyNameOf(id, version);
  const document = Object.hasOwn(policies, name) ? policies[name] : undefined;
  return document === undefined ? undefined : replayGuardrail(decision, document, records);
}

function proofsIn({ records }: FiledCase): Proofs {
  return Object.fromEntries(records.flatMap(({ n, proof }) => (proof === null ? [] : [[String(n), proof]])));
}
