import type { Finding } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import { PartnerReading } from "../../domain/partner.ts";

/** A finding that code computed from its sources: certain, as far as they are right. */
export function certain(code: string, sources: readonly string[], statement: string): Finding {
  return { code, statement: statement.slice(0, 500), confidencePpm: 1_000_000, sources: [...sources] };
}

/** A value from a record inside a sentence: one line, at most 80 characters. */
export function quoted(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : quoted(names.join(", "));
}

/** The partner's standing, or that the programme does not know the partner. */
export function partnerFinding(reading: JsonObject | undefined, partnerId: string): Finding {
  const parsed = PartnerReading.safeParse(reading);
  if (!parsed.success) {
    const statement = `The programme has no record of partner ${quoted(partnerId)}.`;
    return certain("partner-unknown", ["crm.record"], statement);
  }
  const { name, tier, standing, authorisedFor, certifiedFor } = parsed.data;
  const statement =
    `${quoted(name)} is a ${tier} partner, standing ${standing}, ` +
    `authorised for ${listed(authorisedFor)} and certified for ${listed(certifiedFor)}.`;
  return certain("partner-standing", ["programme.partner"], statement);
}
