import { readServiceStep, type ServiceStep } from "../audit/ledgers/service-decisions.ts";
import type { LedgerPool } from "../audit/records.ts";

/** A decision as its caller names it. */
export type OfCaller = { readonly company: string; readonly caller: string; readonly decisionId: string };

export type OwnRequest =
  | { readonly kind: "own"; readonly step: ServiceStep }
  | { readonly kind: "refused"; readonly code: "not-found" | "not-your-decision"; readonly detail: string };

/** The request that a decision of the service belongs to: whoever asked it, and nobody else, may go on with it. */
export async function ownRequest(pool: LedgerPool, { company, caller, decisionId }: OfCaller): Promise<OwnRequest> {
  const step = await readServiceStep(pool, company, { decisionId });
  if (step === undefined) return { kind: "refused", code: "not-found", detail: `no decision \`${decisionId}\`` };
  if (step.args.caller === caller) return { kind: "own", step };
  return { kind: "refused", code: "not-your-decision", detail: "another caller asked for this decision" };
}
