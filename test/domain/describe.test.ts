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
  role: "sell",
  customerDomain: "example.com",
  productFamily: "analytics",
  valueMinor: 4_200_000,
  currency: "EUR",
};
const change = {
  dealId: "1004",
  partnerId: "p-cirrus",
  role: "source",
  motion: "referral",
  from: "2026-03-02T00:00:00.000Z",
  until: null,
  creditPpm: null,
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
  [
    "quotes.approve-discount",
    discount,
    "Northwind",
    "Northwind, selling, asks 18 % off 100,000.00 USD on quote Q-1004",
  ],
  [
    "quotes.approve-discount",
    { ...discount, concessionsMinor: 100 },
    "Northwind",
    "Northwind, selling, asks 18.001 % off 100,000.00 USD on quote Q-1004, 1.00 USD of concessions counted",
  ],
  ["quotes.approve-discount", discount, undefined, "A partner, selling, asks 18 % off 100,000.00 USD on quote Q-1004"],
  [
    "programme.register-deal",
    registration,
    "Northwind",
    "Northwind, selling, asks to register example.com for analytics, worth 42,000.00 EUR, as R-7",
  ],
  [
    "programme.register-deal",
    { ...registration, role: "source" },
    undefined,
    "A partner, sourcing, asks to register example.com for analytics, worth 42,000.00 EUR, as R-7",
  ],
  [
    "programme.change-deal-team",
    change,
    "Cirrus",
    "Cirrus is to be on deal 1004, sourcing (referral), from 2026-03-02 on, credit not settled",
  ],
  [
    "programme.change-deal-team",
    { ...change, role: "keep", motion: "co-sell", until: "2027-03-02T00:00:00.000Z", creditPpm: 200_000 },
    "Cirrus",
    "Cirrus is to be on deal 1004, keeping (co-sell), from 2026-03-02 until 2027-03-02, credit 20 %",
  ],
  [
    "programme.change-deal-team",
    { ...change, role: "deliver", until: change.from, creditPpm: 300_000 },
    "Cirrus",
    "Cirrus, delivering, is to leave deal 1004, credit 30 %",
  ],
  [
    "programme.change-deal-team",
    { ...change, dealId: "contract/C-7001", role: "keep", motion: "resell" },
    "Cirrus",
    "Cirrus is to be on contract C-7001, keeping (resell), from 2026-03-02 on, credit not settled",
  ],
  [
    "messages.send",
    {
      template: "renewals.offer",
      audience: ["customer", "partner"],
      variables: {},
      objectType: "contract",
      objectId: "1004",
      occasion: "",
    },
    "Northwind",
    "Mandate asks to send the text renewals.offer about contract 1004 to customer and partner",
  ],
  [
    "crm.set-selling-partner",
    { dealId: "1004", partnerId: "p-cirrus", reportsStep: "s" },
    "Northwind",
    "Mandate asks to tell the CRM that partner p-cirrus sells on deal 1004",
  ],
  ["crm.update-property", told, "Northwind", "Mandate asks to set quote_status of deal 1004 to approved in the CRM"],
  [
    "quotes.approve-discount",
    { quoteId: "Q-1" },
    "Northwind",
    "Northwind, selling, asks for a discount on quote Q-1, of which not everything can be read",
  ],
  ["quotes.approve-discount", { note: "x" }, "Northwind", "Northwind asks to run quotes.approve-discount"],
  ["portal.launch-missiles", {}, undefined, "A partner asks to run portal.launch-missiles"],
  ["constructor", {}, undefined, "A partner asks to run constructor"],
] as const)("%s of %o by %s", ([tool, args, partnerName, sentence]) => {
  expect(describeAction(tool, args, partnerName)).toBe(sentence);
});
