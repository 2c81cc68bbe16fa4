import { describe, expect, test } from "vitest";
import { registerDeal, registrableDomain } from "../../functions/deal-registration/register-deal.ts";
import type { FactInput } from "../../functions/definition.ts";
import type { JsonObject } from "../../domain/json.ts";
import { evidenceOf } from "../../functions/shared/fixture.ts";
import { openRegistration, registrationInput, registrationRecord } from "../../functions/deal-registration/fixture.ts";

const facts = (input: FactInput): JsonObject => registerDeal.facts(input);
const clean = {
  partnerAuthorised: true,
  partnerCertified: true,
  complete: true,
  overlap: "none",
  idHeldBy: "nobody",
  vendorEngaged: false,
  estimatedValue: 4_200_000,
  proposedAsRequested: true,
  partner: "partner-7",
  role: "sell",
  account: "contoso.co.uk",
};

test.for([
  ["shop.contoso.co.uk", "contoso.co.uk"],
  [" Shop.Example.COM ", "example.com"],
  ["https://www.example.com/path", "example.com"],
  ["co.uk", undefined],
  ["localhost", undefined],
  ["10.0.0.1", undefined],
  ["", undefined],
] as const)("the registrable domain of `%s` is `%s`", ([text, domain]) => {
  expect(registrableDomain(text)).toBe(domain);
});

describe("the facts of a registration", () => {
  test("come from the record, the partner and the open registrations", () => {
    expect(facts(registrationInput(registrationRecord()))).toEqual(clean);
  });

  test.for([
    ["an engaged vendor", { vendor_engaged: "true" }, { vendorEngaged: true }],
    ["nineteen characters of evidence", { presales_evidence: `  ${"x".repeat(19)}  ` }, { complete: false }],
    ["twenty characters of evidence", { presales_evidence: "x".repeat(20) }, { complete: true }],
    ["no first call", { first_call_date: "" }, { complete: false }],
    ["no close date", { expected_close_date: null }, { complete: false }],
    ["a first call in milliseconds, as HubSpot sends it", { first_call_date: "1772409600000" }, { complete: true }],
    ["the value to the cent", { estimated_value: "50000.01" }, { estimatedValue: 5_000_001 }],
  ] as const)("tell %s", ([, changes, expected]) => {
    expect(facts(registrationInput(registrationRecord(changes)))).toEqual({ ...clean, ...expected });
  });

  test.for([
    ["complete", "first_call_date", "soon", "first_call_date `soon`: is no day such as 2026-12-31"],
    ["complete", "expected_close_date", "2026-02-30", "expected_close_date `2026-02-30`: is no day such as 2026-12-31"],
    ["vendorEngaged", "vendor_engaged", null, "vendor_engaged is not set"],
    ["estimatedValue", "estimated_value", "-5.00", "estimated_value `-5.00`: is negative"],
    ["estimatedValue", "currency", "GBP", "currency `GBP`: limits are kept in USD"],
    ["account", "customer_domain", "com", "customer_domain is no domain of a customer"],
    ["role", "partner_role", "keep", "partner_role `keep`: is none of source, sell"],
  ] as const)("leave %s out where %s is %j, and say why", ([fact, property, raw, why]) => {
    const input = registrationInput(registrationRecord({ [property]: raw }));
    expect(facts(input)).not.toHaveProperty(fact);
    expect(registerDeal.unknown(input)).toMatchObject({ [fact]: why });
  });

  test("leave the value out when it is not in USD, since the limit is", () => {
    const { estimatedValue: _, ...rest } = clean;
    expect(facts(registrationInput(registrationRecord({ currency: "GBP" })))).toEqual(rest);
  });

  test.for([
    ["suspended", { standing: "suspended" }, { partnerAuthorised: false }],
    ["of unknown standing", { standing: "unknown" }, { partnerAuthorised: false }],
    ["authorised for other products", { authorisedFor: ["storage"] }, { partnerAuthorised: false }],
    ["certified for other products", { certifiedFor: [] }, { partnerCertified: false }],
  ] as const)("tell a partner that is %s", ([, partner, expected]) => {
    const changed = {
      ...partner,
      ...("authorisedFor" in partner ? { authorisedFor: [...partner.authorisedFor] } : {}),
    };
    expect(facts(registrationInput(registrationRecord(), changed as object))).toEqual({ ...clean, ...expected });
  });

  test.for([
    ["another partner holds it", [openRegistration("partner-9")], "other-partner"],
    ["the partner itself holds it", [openRegistration("partner-7")], "same-partner"],
    ["both hold it", [openRegistration("partner-9"), openRegistration("partner-7")], "same-partner"],
    ["only this very registration is open", [openRegistration("partner-7", { registrationId: "R-2001" })], "none"],
  ] as const)("tell an overlap: %s", ([, open, overlap]) => {
    expect(facts(registrationInput(registrationRecord(), {}, open))).toEqual({ ...clean, overlap });
  });

  test.for([
    ["sells where another sources it", "sell", "source", "none"],
    ["sources where another sells it", "source", "sell", "none"],
    ["sources where another sources it", "source", "source", "other-partner"],
  ] as const)("tell that a partner who %s is a rival in the same role only", ([, claimed, held, overlap]) => {
    const input = registrationInput(registrationRecord({ partner_role: claimed }), {}, [
      openRegistration("partner-9", { role: held }),
    ]);
    expect(facts(input)).toEqual({ ...clean, role: claimed, overlap });
  });

  test.for([
    ["nobody's", [], "nobody"],
    ["this one's, asked again", ["R-2001"], "this"],
    ["another's", ["77"], "another"],
    ["another's beside this one's", ["77", "R-2001"], "another"],
  ] as const)("tell whose its id is: %s", ([, heldBy, idHeldBy]) => {
    const { evidence, ...rest } = registrationInput(registrationRecord());
    const held = evidenceOf({ "programme.registration-id": { heldBy: [...heldBy] } });
    expect(facts({ evidence: { ...evidence, ...held }, ...rest })).toEqual({ ...clean, idHeldBy });
  });

  test("leave out what was not read", () => {
    const { evidence, ...rest } = registrationInput(registrationRecord());
    const { "programme.partner": _, ...withoutPartner } = evidence;
    expect(facts({ evidence: withoutPartner, ...rest })).not.toHaveProperty("partnerAuthorised");
    const { "programme.registration-id": _id, ...withoutId } = evidence;
    expect(facts({ evidence: withoutId, ...rest })).not.toHaveProperty("idHeldBy");
    const { "programme.open-registrations": __, ...withoutOpen } = evidence;
    expect(facts({ evidence: withoutOpen, ...rest })).not.toHaveProperty("overlap");
    expect(facts({ evidence: {}, ...rest })).toEqual({});
  });

  test("tell a proposal that is not the request", () => {
    const input = registrationInput(registrationRecord());
    const action = { ...input.action, args: { ...input.action.args, valueMinor: 100 } };
    expect(facts({ ...input, action })).toEqual({ ...clean, estimatedValue: 100, proposedAsRequested: false });
  });
});

describe("what is read beside the record", () => {
  const id = { tool: "programme.registration-id", args: { registrationId: "R-2001" } };

  test("is the partner, whose the id is, and the open registrations of the registrable domain and product family", () => {
    expect(registerDeal.lookups(registrationRecord())).toEqual([
      { tool: "programme.partner", args: { partnerId: "partner-7" } },
      id,
      { tool: "programme.open-registrations", args: { customerDomain: "contoso.co.uk", productFamily: "analytics" } },
    ]);
  });

  test("is the partner and whose the id is when there is no domain to look for", () => {
    expect(registerDeal.lookups(registrationRecord({ customer_domain: "localhost" }))).toEqual([
      { tool: "programme.partner", args: { partnerId: "partner-7" } },
      id,
    ]);
  });

  test("is nothing for a record that cannot be read", () => {
    expect(registerDeal.lookups({})).toEqual([]);
  });
});
