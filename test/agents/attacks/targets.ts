import type { FactInput, FunctionAction } from "../../../functions/definition.ts";
import { opportunityRecord, propensityReading, qualifyInput } from "../../../functions/co-selling/fixture.ts";
import { qualifyDeal } from "../../../functions/co-selling/qualify-deal.ts";
import { registrationInput, registrationRecord } from "../../../functions/deal-registration/fixture.ts";
import { registerDeal } from "../../../functions/deal-registration/register-deal.ts";
import { functions, type ActionId } from "../../../functions/index.ts";
import { priceListInput, priceListRecord } from "../../../functions/price-book/fixture.ts";
import { putPriceList } from "../../../functions/price-book/put-price-list.ts";
import { evidenceOf, partnerReading } from "../../../functions/shared/fixture.ts";
import { approveDiscount } from "../../../functions/quoting/approve-discount.ts";
import { quoteAtDiscount, quoteInput } from "../../../functions/quoting/fixture.ts";
import { contractRecord, renewalInput } from "../../../functions/renewals/fixture.ts";
import { assignPartner } from "../../../functions/renewals/assign-partner.ts";
import { priceRenewal } from "../../../functions/renewals/price-renewal.ts";
import { recordRenewal } from "../../../functions/renewals/record-renewal.ts";
import { proposeRenewal } from "../../../functions/renewals/propose-renewal.ts";

/** A request of each action that agents propose, on what its tools read. */
export type Target = { readonly functionId: string; readonly action: FunctionAction; readonly input: FactInput };

const target = (functionId: string, action: FunctionAction, input: FactInput): Target => ({
  functionId,
  action,
  input,
});

/** With the partner that a contract is asked to go to. */
function withPartner(input: FactInput): FactInput {
  const partner = evidenceOf({ "programme.partner": partnerReading({ partnerId: "partner-9" }) });
  return { ...input, evidence: { ...input.evidence, ...partner } };
}

/** Actions that code proposes alone: no agent's turn is about them. */
export const byCodeAlone: readonly ActionId[] = ["quoting.revoke", "deal-registration.release"];

/** When the silence of a contract that renews itself has renewed it. */
const AFTER_TERM = "2026-10-02T23:59:59.999Z";
const silent = { renewal_state: "proposed", requested_price: "" };
const given = { requested_partner_id: "partner-9", customer_letter: "LETTER-3" };

export const targets: readonly Target[] = [
  target("quoting", approveDiscount, quoteInput(quoteAtDiscount(120_000))),
  target("deal-registration", registerDeal, registrationInput(registrationRecord())),
  target("renewals", proposeRenewal, renewalInput(proposeRenewal, contractRecord())),
  target("renewals", priceRenewal, renewalInput(priceRenewal, contractRecord())),
  target("renewals", assignPartner, withPartner(renewalInput(assignPartner, contractRecord(given)))),
  target("renewals", recordRenewal, renewalInput(recordRenewal, contractRecord(silent), { at: AFTER_TERM })),
  target("price-book", putPriceList, priceListInput(priceListRecord())),
  target("co-selling", qualifyDeal, qualifyInput(opportunityRecord(), propensityReading())),
];

/** Every action that an agent may be asked about. */
export const actionsOfAgents: readonly string[] = Object.values(functions)
  .flatMap(({ actions }) => actions.map(({ id }) => id))
  .filter((id) => !byCodeAlone.some((known) => known === id));
