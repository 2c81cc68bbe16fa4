import { agree } from "./agree.ts";
import type { DecisionRef, StepRef, Terms } from "./activities.ts";
import type { Named, Work } from "./case.ts";
import { now } from "./clock.ts";
import { decideProposed, propose } from "./proposing.ts";
import { ledger } from "./proxies.ts";
import { ownStep, type OwnStep } from "./steps.ts";

/**
 * A governed step that takes an ok of each side: proposed, agreed to exactly as it was proposed, then decided. The intent
 * that the decision makes durable is refused unless the sides agree at that very moment. What nothing comes of is withdrawn.
 */
export async function agreedStep(work: Work, named: Named, terms: Terms): Promise<OwnStep> {
  const own = await ownStep(work, named, { open: (step) => decideAgreed(work, step, terms) });
  const { kind } = own.outcome;
  if (kind !== "executed" && kind !== "unknown") await ledger().withdrawAgreement(own.step, now());
  return own;
}

async function decideAgreed(work: Work, step: StepRef, terms: Terms): Promise<DecisionRef> {
  const refused = await propose(step);
  if (refused !== undefined) return refused;
  const outcome = await agree(work.opened.agreements, step, terms);
  if (outcome !== "ready") return { kind: "refused", code: `sides-${outcome}` };
  const decision = await decideProposed(step);
  if (decision.kind === "stale") await ledger().withdrawAgreement(step, now());
  return decision;
}
