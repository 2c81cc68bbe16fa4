import { describe, expect, test } from "vitest";
import { registerDeal } from "../../functions/deal-registration/register-deal.ts";
import type { FactInput } from "../../functions/definition.ts";
import type { JsonObject } from "../../domain/json.ts";
import { evidenceOf, FIXTURE_AT } from "../../functions/shared/fixture.ts";
import { openRegistration, registrationInput, registrationRecord } from "../../functions/deal-registration/fixture.ts";

const ended = (expiresAt: string) => openRegistration("partner-7", { expiresAt });
const facts = (input: FactInput): JsonObject => registerDeal.facts(input);
const clean = {
  partnerAuthorised: true,
  partnerCertified: true,
  complete: true,
  overlap: "none",
  ownProtectionDays: 36_500,
  idHeldBy: "nobody",
  vendorEngaged: false,
  estimatedValue: 4_200_000,
  proposedAsRequested: true,
  partner: "partner-7",
  role: "sell",
  account: "contoso.co.uk",
};

const near = openRegistration("partner-9", {
  customerDomain: "contoso.com",
  likeness: "near",
  likenessPpm: 900_000,
  reasons: ["`contoso.co.uk` and `contoso.com` are the same but for suffix"],
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
    ["account", "customer_domain", "com", "customer_domain: `com` is no name on the internet"],
    ["account", "customer_domain", "jane@gmail.com", "customer_domain: gmail.com gives mail addresses to anybody"],
    ["overlap", "customer_domain", "facebook.com/contoso", "customer_domain: facebook.com shows profiles of anybody"],
    [
      "partnerAuthorised",
      "customer_domain",
      "co.uk",
      "customer_domain: `co.uk` is a suffix that many have names under",
    ],
    ["role", "partner_role", "keep", "partner_role `keep`: is none of source, sell"],
  ] as const)("leave %s out where %s is %j, and say why", ([fact, property, raw, why]) => {
    const input = registrationInput(registrationRecord({ [property]: raw }));
    expect(facts(input)).not.toHaveProperty(fact);
    expect(registerDeal.unknown(input)).toMatchObject({ [fact]: why });
  });

  test("tell a value that is not in USD by its currency, since the limit is in USD", () => {
    const { estimatedValue, ...rest } = clean;
    const elsewhere = { "estimatedValue in GBP": estimatedValue };
    expect(facts(registrationInput(registrationRecord({ currency: "GBP" })))).toEqual({ ...rest, ...elsewhere });
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
    ["another holds a customer who may be the same", [near], "near"],
    ["another holds it, and one who may be the same", [near, openRegistration("partner-8")], "other-partner"],
    ["a protection ended in this instant", [openRegistration("partner-9", { expiresAt: FIXTURE_AT })], "none"],
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
    ["in this instant", [openRegistration("partner-7", { expiresAt: FIXTURE_AT })], 0],
    ["a day ago but for a millisecond", [ended("2026-03-01T09:00:00.001Z")], 0],
    ["a day ago", [ended("2026-03-01T09:00:00.000Z")], 1],
    ["twice, the last counts", [ended("2026-01-01T09:00:00.000Z"), ended("2026-02-28T09:00:00.000Z")], 2],
    [
      "of a customer who may be the same",
      [{ ...near, partnerId: "partner-7", expiresAt: "2026-03-01T09:00:00.000Z" }],
      1,
    ],
    ["of another partner", [openRegistration("partner-9", { expiresAt: "2026-03-01T09:00:00.000Z" })], 36_500],
    ["in another role", [{ ...ended("2026-03-01T09:00:00.000Z"), role: "source" }], 36_500],
  ] as const)("tell since when a protection is over: %s", ([, matches, ownProtectionDays]) => {
    expect(facts(registrationInput(registrationRecord(), {}, matches))).toEqual({ ...clean, ownProtectionDays });
  });

  test.for([
    ["nobody's", [], "nobody"],
    ["this one's, asked again", ["R-2001"], "this"],
    ["another's", ["77"], "another"],
    ["another's beside this one's", ["77", "R-2001"], "another"],
  ] as const)("tell whose its id is: %s", ([, heldBy, idHeldBy]) => {
    const { evidence, ...rest } = registrationInput(registrationRecord());
    const holders = heldBy.map((objectId) => ({ objectId, ref: "R-2001", isOpen: true, asked: {} }));
    const held = evidenceOf({ "programme.registration-id": { heldBy: holders } });
    expect(facts({ evidence: { ...evidence, ...held }, ...rest })).toMatchObject({ idHeldBy });
  });

  test("leave out what was not read", () => {
    const { evidence, ...rest } = registrationInput(registrationRecord());
    const { "programme.partner": _, ...withoutPartner } = evidence;
    expect(facts({ evidence: withoutPartner, ...rest })).not.toHaveProperty("partnerAuthorised");
    const { "programme.registration-id": _id, ...withoutId } = evidence;
    expect(facts({ evidence: withoutId, ...rest })).not.toHaveProperty("idHeldBy");
    const { "accounts.matches": __, ...withoutMatches } = evidence;
    expect(facts({ evidence: withoutMatches, ...rest })).not.toHaveProperty("overlap");
    expect(facts({ evidence: withoutMatches, ...rest })).not.toHaveProperty("ownProtectionDays");
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
  const claims = { tool: "ledger.claims", args: { account: "contoso.co.uk", productFamily: "analytics" } };
  const matches = (name: string, aliases: string) => ({
    tool: "accounts.matches",
    args: { domain: "contoso.co.uk", name, aliases, productFamily: "analytics" },
  });

  test("is the partner, whose the id is, and who else holds the customer or asked for it", () => {
    expect(registerDeal.lookups(registrationRecord())).toEqual([
      { tool: "programme.partner", args: { partnerId: "partner-7" } },
      id,
      matches("", ""),
      claims,
    ]);
    const named = { customer_name: "Contoso Ltd", customer_aliases: "contoso.com; Contoso Retail;" };
    expect(registerDeal.lookups(registrationRecord(named)).at(-2)).toEqual(
      matches("Contoso Ltd", "contoso.com; Contoso Retail"),
    );
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

describe("what a person compares with a registration", () => {
  const claim = {
    partnerId: "partner-8",
    partnerName: "Fabrikam",
    registrationId: "R-1950",
    customerDomain: "contoso.co.uk",
    decidedAt: "2026-02-01T00:00:00.000Z",
    state: "was denied",
  };
  const beside = (matches: readonly JsonObject[]) => {
    const { evidence, ...rest } = registrationInput(registrationRecord({ customer_name: "Contoso Ltd" }), {}, matches);
    return registerDeal.beside({
      evidence: { ...evidence, ...evidenceOf({ "ledger.claims": { claims: [claim] } }) },
      ...rest,
    });
  };

  test("is nothing while nobody holds the customer or one near to it", () => {
    expect(beside([])).toEqual([]);
  });

  test("is the open registration of a customer who may be the same, side by side, and why", () => {
    expect(beside([{ ...near, customerName: "Contoso Inc", partnerName: "Tailspin" }])).toEqual([
      {
        title: "registration R-1900, which is open",
        reasons: ["`contoso.co.uk` and `contoso.com` are the same but for suffix"],
        rows: [
          { name: "customer", asked: "shop.contoso.co.uk, Contoso Ltd", other: "contoso.com, Contoso Inc" },
          { name: "partner", asked: "Northwind Partners (partner-7)", other: "Tailspin (partner-9)" },
          { name: "role", asked: "sell", other: "sell" },
          { name: "product family", asked: "analytics", other: "analytics" },
          { name: "registered", asked: "asked now", other: "2026-01-31" },
          { name: "protected until", asked: "", other: "2026-05-01" },
        ],
      },
    ]);
  });

  test.for([
    ["is being told and was not yet", [{ protection: "p-1", asked: false }], ["R-1950"], "not yet"],
    ["was told", [{ protection: "p-1", asked: true }], [], "yes"],
    ["is not to be told", [], [], undefined],
    ["is told of another protection", [{ protection: "p-2", asked: false }], [], undefined],
  ] as const)("says of who waited whether that partner was told: %s", ([, told, unasked, other]) => {
    const own = { ...ended("2026-03-01T09:00:00.000Z"), protection: "p-1" };
    const { evidence, ...rest } = registrationInput(registrationRecord(), {}, [own]);
    const waited = evidenceOf({ "ledger.claims": { claims: [{ ...claim, ended: [...told] }] } });
    const input = { evidence: { ...evidence, ...waited }, ...rest };
    expect(registerDeal.waitsFor(input)).toEqual(unasked);
    expect(registerDeal.remarks(input)).toEqual(
      unasked.map((id) => `the request ${id} of another partner waited, and that partner was not told yet`),
    );
    const rows = registerDeal.beside(input).at(-1)?.rows ?? [];
    expect(rows.find(({ name }) => name === "told that the protection ended")?.other).toBe(other);
  });

  test("nobody is waited for where the partner never held the customer, or is itself who waits", () => {
    const waited = { ...claim, ended: [{ protection: "p-1", asked: false }] };
    const waitsFor = (partnerId: string, matches: readonly JsonObject[]) => {
      const { evidence, ...rest } = registrationInput(registrationRecord(), {}, matches);
      const claims = evidenceOf({ "ledger.claims": { claims: [{ ...waited, partnerId }] } });
      return registerDeal.waitsFor({ evidence: { ...evidence, ...claims }, ...rest });
    };
    expect(waitsFor("partner-8", [])).toEqual([]);
    expect(waitsFor("partner-7", [{ ...ended("2026-03-01T09:00:00.000Z"), protection: "p-1" }])).toEqual([]);
  });

  test("is, where its own protection ended, that one and who was denied or waits meanwhile", () => {
    expect(beside([ended("2026-03-01T09:00:00.000Z")]).map(({ title }) => title)).toEqual([
      "the partner's own registration R-1900, which has ended",
      "the request R-1950 of another partner was denied",
    ]);
  });
});
