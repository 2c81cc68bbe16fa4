import { writeDate } from "../../domain/day.ts";
import { inRole } from "../../domain/deal-team.ts";
import type { Finding } from "../../domain/evidence.ts";
import {
  ApproveRegistrationArgs,
  OpenRegistrationsReading,
  readRegistration,
  rivalsOf,
  type Registration,
} from "./register-deal.ts";
import type { JsonObject } from "../../domain/json.ts";
import { formatMinor } from "../../domain/money.ts";
import type { AgentPart, Briefing } from "../definition.ts";
import { certain, partnerFinding, quoted } from "../shared/finding.ts";

function findings({ readings, facts, requested }: Briefing): readonly Finding[] {
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
    ...overlapFinding(readings["programme.open-registrations"], registration),
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

function overlapFinding(reading: JsonObject | undefined, registration: Registration): readonly Finding[] {
  const parsed = OpenRegistrationsReading.safeParse(reading);
  if (!parsed.success) return [];
  const sources = ["programme.open-registrations"];
  const [first, ...others] = rivalsOf(parsed.data, registration);
  if (first === undefined) {
    const statement = "No other open registration covers this domain and product family in the same role.";
    return [certain("no-overlap", sources, statement)];
  }
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  const statement =
    `Registration ${quoted(first.registrationId)} of partner ${quoted(first.partnerId)}, ${inRole(first.role)}, covers ` +
    `the same domain and product family until ${first.expiresAt.slice(0, 10)}${more}.`;
  return [certain("overlap", sources, statement)];
}

/** How the agents work on a deal registration. */
export const agent: AgentPart = {
  guidance: {
    intelligence:
      "Function: deal registration. A partner claims a customer domain and a product family first. Report: what is claimed " +
      "and its value, and in which role; the partner's standing, authorisation and certification for that product " +
      "family; every open registration that overlaps in the same role, with its partner and end; whether pre-sales evidence and a first call are given; whether " +
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
};
