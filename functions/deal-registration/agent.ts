import { writeDate } from "../../domain/day.ts";
import { inRole } from "../../domain/deal-team.ts";
import type { JsonObject } from "../../domain/json.ts";
import { formatMinor } from "../../domain/money.ts";
import { agentPart, type Briefing, type FindingOf } from "../definition.ts";
import { ACCOUNT_MATCHES, matchesIn } from "../shared/account-matches.ts";
import { certain, partnerFinding, quoted } from "../shared/finding.ts";
import { ApproveRegistrationArgs } from "./register-deal.ts";
import { readRegistration, type Registration } from "./registration.ts";
import { ownEndedOf, rivalsOf } from "./rivals.ts";

/** What a partner must not learn: who else registered the customer, what of it is protected, and whether we talk to it ourselves. */
const audiences = {
  "record-incomplete": "both",
  "registration-value": "both",
  "partner-unknown": "both",
  "partner-standing": "both",
  overlap: "us",
  "near-match": "us",
  "no-overlap": "us",
  "asked-again": "both",
  "evidence-given": "both",
  "evidence-missing": "both",
  "vendor-engaged": "us",
} as const;
type Said = FindingOf<typeof audiences>;

function findings({ readings, facts, requested, at }: Briefing): readonly Said[] {
  const registration = readRegistration(readings["crm.record"]);
  const args = ApproveRegistrationArgs.safeParse(requested.args);
  if (!args.success) {
    return [certain("record-incomplete", ["crm.record"], "The record does not hold a whole registration.")];
  }
  const { expected_close_date: close, first_call_date: call } = registration;
  const { partnerId, role, customerDomain, productFamily, valueMinor, currency } = args.data;
  return [
    certain(
      "registration-value",
      ["crm.record"],
      `${quoted(customerDomain)} and product family ${quoted(productFamily)} are claimed, worth ` +
        `${formatMinor(valueMinor, currency)}, closing ${dayText(close)}.`,
    ),
    partnerFinding(readings["programme.partner"], partnerId, role),
    ...overlapFinding(readings[ACCOUNT_MATCHES], registration, at),
    facts["complete"] === true
      ? certain("evidence-given", ["crm.record"], `Pre-sales work is described; first call ${dayText(call)}.`)
      : certain("evidence-missing", ["crm.record"], "Pre-sales evidence or the date of the first call is missing."),
    ...(registration.vendor_engaged === true
      ? [certain("vendor-engaged", ["crm.record"], "The vendor is already engaged with this customer.")]
      : []),
  ];
}

function dayText(day: number | null | undefined): string {
  return day === null || day === undefined ? "on no day that is told" : writeDate(day);
}

function overlapFinding(reading: JsonObject | undefined, registration: Registration, at: string): readonly Said[] {
  const matches = matchesIn(reading);
  if (matches === undefined) return [];
  const sources = [ACCOUNT_MATCHES];
  const [own] = ownEndedOf(matches, registration, at);
  const again =
    own === undefined
      ? []
      : [certain("asked-again", sources, `The partner's own protection ended on ${own.expiresAt.slice(0, 10)}.`)];
  const [first, ...others] = rivalsOf(matches, registration, at);
  if (first === undefined) {
    const statement = "No other open registration covers this customer and product family in the same role.";
    return [certain("no-overlap", sources, statement), ...again];
  }
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  const covers = first.likeness === "same" ? "the same customer" : "a customer who may be the same";
  const why = first.likeness === "same" ? "" : ` (${first.reasons.join("; ")})`;
  const statement =
    `Registration ${quoted(first.registrationId)} of partner ${quoted(first.partnerId)}, ${inRole(first.role)}, covers ` +
    `${covers}${why} and product family until ${first.expiresAt.slice(0, 10)}${more}.`;
  return [certain(first.likeness === "same" ? "overlap" : "near-match", sources, statement), ...again];
}

/** How the agents work on a deal registration. */
export const agent = agentPart({
  audiences,
  guidance: {
    intelligence:
      "Function: deal registration. A partner claims a customer and a product family first. Report: what is claimed " +
      "and its value, and in which role; the partner's standing, authorisation and certification for that product " +
      "family; every open registration of the same customer, or one near to it, in the same role, with its partner, its end and why it is near; whether the partner's own protection ended lately; whether pre-sales evidence and a first call are given; whether " +
      "the vendor is already engaged.",
    orchestration:
      "Function: deal registration. Propose the registration that the record asks for, for the registrable domain given as " +
      "requested. Amounts are whole minor units: `10000.50` is 1000050. State overlap, standing and value in the reasoning.",
    compliance:
      "Function: deal registration. Check that registration, partner, role, domain, product family and value are the " +
      "record's own, and that an overlap is stated when a reading shows one.",
  },
  findings,
  proposes({ args }) {
    const asked = ApproveRegistrationArgs.safeParse(args);
    if (!asked.success) return "The registration is proposed as the record asks for it.";
    const { registrationId, role, customerDomain, productFamily, valueMinor, currency } = asked.data;
    return (
      `Proposed: register ${quoted(registrationId)} for ${quoted(customerDomain)}, product family ` +
      `${quoted(productFamily)}, worth ${formatMinor(valueMinor, currency)}, the partner ${inRole(role)}, exactly as ` +
      "the record asks."
    );
  },
});
