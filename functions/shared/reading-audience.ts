import { isFor, type Audience, type Reader } from "../../domain/audience.ts";
import type { SourceRef } from "../../domain/evidence.ts";

/**
 * For whom a reading is, by its tool: that it was taken, of what and at which version, never its value. One that is not here is ours
 * alone. A record's values are never told whole: findings, arguments and letters say what of them is.
 */
export const readingAudiences: { readonly [tool: string]: Audience } = {
  "crm.record": "both",
  "programme.partner": "both",
  "programme.deal-team": "us",
  "programme.registration-id": "us",
  "programme.fund": "both",
  "programme.posting": "both",
  "accounts.matches": "us",
  "quotes.approval": "us",
  "batch.reading": "us",
  "ledger.step-outcome": "us",
  "ledger.standing-act": "us",
  "ledger.reply": "us",
  "ledger.claims": "us",
  "ledger.prices": "us",
  "ledger.first-act": "us",
  "ledger.step-decision": "us",
  "ledger.answers": "us",
};

export function sourcesFor(reader: Reader, sources: readonly SourceRef[]): SourceRef[] {
  return sources.filter(({ source }) =>
    isFor(Object.hasOwn(readingAudiences, source) ? readingAudiences[source] : undefined, reader),
  );
}
