import { expect, test } from "vitest";
import { describeAction } from "../../functions/governed-actions.ts";

const discount = {
  quoteId: "Q-1004",
  currency: "USD",
  listPriceMinor: 10_000_000,
  netPriceMinor: 8_200_000,
  concessionsMinor: 0,
};
const registration = {
  registrationId: "R-7",
  partnerId: "partner-7",
  customerDomain: "example.com",
  productFamily: "analytics",
  valueMinor: 4_200_000,
  currency: "EUR",
};
const told = {
  action: "quoting",
  objectType: "deal",
  objectId: "1004",
  property: "quote_status",
  value: "approved",
  reportsStep: "s",
};

test.for([
  ["quotes.approve-discount", discount, "Northwind", "Northwind asks 18 % off 100,000.00 USD on quote Q-1004"],
  [
    "quotes.approve-discount",
    { ...discount, concessionsMinor: 100 },
    "Northwind",
    "Northwind asks 18.001 % off 100,000.00 USD on quote Q-1004, 1.00 USD of concessions counted",
  ],
  ["quotes.approve-discount", discount, undefined, "A partner asks 18 % off 100,000.00 USD on quote Q-1004"],
  [
    "programme.register-deal",
    registration,
    "Northwind",
    "Northwind asks to register example.com for analytics, worth 42,000.00 EUR, as R-7",
  ],
  ["crm.update-property", told, "Northwind", "Mandate asks to set quote_status of deal 1004 to approved in the CRM"],
  ["quotes.approve-discount", { quoteId: "Q-1" }, "Northwind", "Northwind asks to run quotes.approve-discount"],
  ["portal.launch-missiles", {}, undefined, "A partner asks to run portal.launch-missiles"],
  ["constructor", {}, undefined, "A partner asks to run constructor"],
] as const)("%s of %o by %s", ([tool, args, partnerName, sentence]) => {
  expect(describeAction(tool, args, partnerName)).toBe(sentence);
});
