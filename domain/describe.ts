import { ApproveRegistrationArgs } from "./functions/deal-registration.ts";
import { ApproveDiscountArgs } from "./functions/quoting.ts";
import type { JsonObject } from "./json.ts";
import { formatMinor } from "./money.ts";
import { formatPpm, sharePpm } from "./ppm.ts";
import { WriteBackArgs } from "./write-back.ts";

/** One sentence for a person who must answer: what is asked, by whom, for how much. Figures are the action's own. */
type Describe = (args: JsonObject, who: string) => string | undefined;

/** `Northwind asks 18 % off 100,000.00 USD on quote Q-1004`; concessions count as discount and are named. */
function describeDiscount(given: JsonObject, who: string): string | undefined {
  const args = ApproveDiscountArgs.safeParse(given);
  if (!args.success) return undefined;
  const { quoteId, currency, listPriceMinor, netPriceMinor, concessionsMinor } = args.data;
  const discount = formatPpm(sharePpm(listPriceMinor - netPriceMinor + concessionsMinor, listPriceMinor));
  const counted = concessionsMinor === 0 ? "" : `, ${formatMinor(concessionsMinor, currency)} of concessions counted`;
  return `${who} asks ${discount} off ${formatMinor(listPriceMinor, currency)} on quote ${quoteId}${counted}`;
}

/** `Northwind asks to register example.com for analytics, worth 42,000.00 USD, as R-7`. */
function describeRegistration(given: JsonObject, who: string): string | undefined {
  const args = ApproveRegistrationArgs.safeParse(given);
  if (!args.success) return undefined;
  const { registrationId, customerDomain, productFamily, valueMinor, currency } = args.data;
  const worth = formatMinor(valueMinor, currency);
  return `${who} asks to register ${customerDomain} for ${productFamily}, worth ${worth}, as ${registrationId}`;
}

/** `Mandate asks to set quote_status of deal 1004 to approved in the CRM`. */
function describeWriteBack(given: JsonObject): string | undefined {
  const args = WriteBackArgs.safeParse(given);
  if (!args.success) return undefined;
  const { objectType, objectId, property, value } = args.data;
  return `Mandate asks to set ${property} of ${objectType} ${objectId} to ${value} in the CRM`;
}

const describers: { readonly [tool: string]: Describe } = {
  "quotes.approve-discount": describeDiscount,
  "programme.register-deal": describeRegistration,
  "crm.update-property": describeWriteBack,
};

/**
 * What an action asks, in one sentence without a full stop. `partnerName` is the asking partner's, when known. An action
 * without words of its own, or with arguments that are not its own, is named by its tool.
 */
export function describeAction(tool: string, args: JsonObject, partnerName: string | undefined): string {
  const who = partnerName ?? "A partner";
  const describe = Object.hasOwn(describers, tool) ? describers[tool] : undefined;
  return describe?.(args, who) ?? `${who} asks to run ${tool}`;
}
