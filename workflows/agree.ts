import { condition, defineSignal, setHandler } from "@temporalio/workflow";
import type { AgreementState } from "../domain/agreement.ts";
import type { StepRef, Terms } from "./activities.ts";
import { now } from "./clock.ts";
import { ledger } from "./proxies.ts";

/** Something was said about what companies are to agree to, and is durable. It only wakes the case: the ledger is read again. */
export type AgreementMessage = { readonly agreementId: string };

export const agreementChanged = defineSignal<[AgreementMessage]>("agreementChanged");

/** What changed and was not looked at yet, and whether something newer made it moot. */
export type AgreementDesk = { readonly changed: Set<string>; readonly interrupted: () => boolean };

/** How asking ends. `withdrawn`: a side took it back, or something newer came. */
export type AgreementOutcome = "ready" | "refused" | "withdrawn" | "lapsed";

/** Registers the signal: before the case's first await, so that nothing that was said is missed. */
export function openAgreementDesk(interrupted: () => boolean): AgreementDesk {
  const changed = new Set<string>();
  setHandler(agreementChanged, ({ agreementId }) => void changed.add(agreementId));
  return { changed, interrupted };
}

/**
 * Asks the sides to agree to what the step proposed, and awaits one ok of each until the deadline. The ledger arbitrates
 * between their words, the deadline and a newer event; what is ready may be withdrawn until the intent of its effect.
 */
export async function agree(desk: AgreementDesk, step: StepRef, terms: Terms): Promise<AgreementOutcome> {
  const { company } = step;
  const { agreementId, state: first } = await ledger().askSides(step, terms, now());
  let state = first;
  while (state === "asked") {
    await change(desk, agreementId, Date.parse(terms.expiresAt) - Date.now());
    const isMoot = desk.interrupted() && !desk.changed.has(agreementId);
    desk.changed.delete(agreementId);
    if (isMoot) state = await ledger().withdrawAgreement(step, now());
    else {
      state = await ledger().readAgreement(company, agreementId);
      const isPast = state === "asked" && Date.parse(terms.expiresAt) <= Date.now();
      if (isPast) state = await ledger().lapseAgreement(company, agreementId, now());
    }
  }
  return outcomeOf(state);
}

async function change(desk: AgreementDesk, agreementId: string, ms: number): Promise<void> {
  if (ms > 0) await condition(() => desk.changed.has(agreementId) || desk.interrupted(), ms);
}

/** What is acted on was ready: a case that comes here again finds its effect by the step's key. */
function outcomeOf(state: Exclude<AgreementState, "asked">): AgreementOutcome {
  return state === "refused" || state === "withdrawn" || state === "lapsed" ? state : "ready";
}
