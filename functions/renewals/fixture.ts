import type { DealTeamReading, TeamMember } from "../../domain/deal-team.ts";
import type { Evidence } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { FactInput, FunctionAction, Readings } from "../definition.ts";
import { evidenceOf, FIXTURE_AT, teamOf } from "../shared/fixture.ts";
import { assignPartner } from "./assign-partner.ts";
import { readContract } from "./contract.ts";
import { priceRenewal } from "./price-renewal.ts";
import { proposeRenewal } from "./propose-renewal.ts";
import { recordRenewal } from "./record-renewal.ts";

/** When the fixture's renewal is proposed: 120 days before its notice date. */
export const RENEWAL_AT = "2026-06-04T09:00:00.000Z";

/**
 * The CRM record of a contract that ends on 31 December 2026 and renews itself unless notice is given 90 days before:
 * 120,000.00 USD is paid, no rise is capped, and 3 % more is asked.
 */
export function contractRecord(changes: JsonObject = {}): JsonObject {
  return {
    contract_id: "C-7001",
    deal_id: "",
    customer: "Contoso",
    partner_id: "partner-7",
    start_date: "2026-01-01",
    end_date: "2026-12-31",
    auto_renew: "true",
    notice_days: "90",
    currency: "USD",
    price: "120000.00",
    list_price: "130000.00",
    price_cap: "",
    requested_price: "123600.00",
    co_term_with: "",
    renewal_state: "scheduled",
    usage: "82%",
    health: "71",
    partner_standing: "active",
    partner_last_activity: "2026-05-25",
    requested_partner_id: "",
    customer_letter: "",
    acceptance_evidence: "",
    accepted_on: "",
    non_renewal_reason: "",
    notice_received_on: "",
    requested_by: "renewals@vendor.example",
    ...changes,
  };
}

type Known = {
  readonly partner?: Partial<TeamMember>;
  /** The whole team; left out, `partner` alone. */
  readonly team?: DealTeamReading;
  /** What came back to the offer; left out, nothing did. */
  readonly reply?: JsonObject;
  /** What was permitted and done last; left out, the price that the record asks for. */
  readonly act?: JsonObject | null;
  /** How the CRM names what it read. */
  readonly ref?: string;
  readonly at?: string;
};

/** The contract's own team: the CRM's partner sells, as long as nobody says otherwise. */
export function contractTeam(...members: readonly Partial<TeamMember>[]): DealTeamReading {
  return { ...teamOf(...members), dealId: "contract/C-7001" };
}

/** What was read of a contract, its team and the answer to its offer. */
export function renewalReadings(record: JsonObject, { partner = {}, team, reply, ref, act }: Known = {}): Readings {
  const others = evidenceOf({
    "programme.deal-team": team ?? contractTeam(partner),
    "ledger.standing-act": { act: act === undefined ? pricedAs(record) : act },
    ...(reply === undefined ? {} : { "ledger.reply": reply }),
  });
  const { source, value } = crmReading(record);
  return { "crm.record": { source: { ...source, ref: ref ?? source.ref }, value }, ...others };
}

/** The price that a record asks for, as the ledger tells of it once it is released. */
function pricedAs(record: JsonObject): JsonObject | null {
  const args = priceRenewal.requested(record)?.args;
  return args === undefined ? null : { ref: "RR-1", decidedAt: FIXTURE_AT, args, facts: {} };
}

/** The CRM's reading of a contract, under the contract's number. */
function crmReading(value: JsonObject): Evidence {
  const ref = `contract/${readContract(value).contract_id ?? "0"}`;
  return { source: { source: "crm.record", ref, version: "1", observedAt: FIXTURE_AT }, value };
}

/** What the decision knows about a record when the proposal is what was requested. */
export function renewalInput(action: FunctionAction, record: JsonObject, known: Known = {}): FactInput {
  const evidence = renewalReadings(record, known);
  const requested = action.requested(record, evidence) ?? { tool: action.tool, args: {} };
  return { evidence, action: requested, at: known.at ?? RENEWAL_AT };
}

/** An answer to the fixture's offer, in time. */
export function reply(changes: JsonObject = {}): JsonObject {
  return {
    answer: "accepted",
    answeredAt: "2026-07-10T16:30:00.000Z",
    evidence: "MAIL-4",
    by: "cfo@contoso.example",
    ...changes,
  };
}

/** A contract whose silence has renewed it. */
const silent = { renewal_state: "proposed", requested_price: "" };

/** The facts of the clean renewal, by the action that they are for. */
export function renewalFacts(): { readonly [action: string]: JsonObject } {
  const at = "2026-10-02T23:59:59.999Z";
  const recorded = recordRenewal.facts(renewalInput(recordRenewal, contractRecord(silent), { at }));
  const steps = [proposeRenewal, priceRenewal, assignPartner].map((action) => [
    action.id,
    action.facts(renewalInput(action, contractRecord())),
  ]);
  return { ...Object.fromEntries(steps), [recordRenewal.id]: recorded };
}
