import { withdrawEscalation } from "../audit/ledgers/escalations.ts";
import { readServiceStep, type ServiceStep } from "../audit/ledgers/service-decisions.ts";
import type { LedgerPool } from "../audit/records.ts";
import { ownRequest, type OfCaller } from "./own-request.ts";

export type Withdrawn =
  | { readonly kind: "withdrawn"; readonly step: ServiceStep }
  | {
      readonly kind: "refused";
      readonly code: "not-found" | "not-your-decision" | "nobody-asked" | "already-decided";
      readonly detail: string;
    };

type Withdrawal = OfCaller & { readonly at: string };

/** Closes the question that a caller's request asks people. What somebody answered before stands. */
export async function withdrawQuestion(pool: LedgerPool, withdrawal: Withdrawal): Promise<Withdrawn> {
  const { company, caller, decisionId, at } = withdrawal;
  const no = (code: Extract<Withdrawn, { kind: "refused" }>["code"], detail: string): Withdrawn => ({
    kind: "refused",
    code,
    detail,
  });
  const own = await ownRequest(pool, withdrawal);
  if (own.kind === "refused") return own;
  const { step } = own;
  const { escalation } = step.decisions.at(-1) ?? step.decisions[0];
  if (escalation === null) return no("nobody-asked", "people are not asked about it");
  const { escalationId } = escalation;
  const state = await withdrawEscalation(pool, { company, escalationId, at }, `\`${caller}\` withdrew it`);
  if (state !== "withdrawn") return no("already-decided", `\`${escalationId}\` is ${state}`);
  return { kind: "withdrawn", step: (await readServiceStep(pool, company, { decisionId })) ?? step };
}
