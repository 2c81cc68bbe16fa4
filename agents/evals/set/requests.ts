import type { Task } from "../task.ts";
import { member, notSo, opportunity, quote, registration, renewal, rival, so, task } from "./base.ts";

/** Plain requests, and such of which the record alone says what a person should see. */
const told: readonly Task[] = [
  task("quote-12", "clean", quote(), [so("12%"), so("northwind", "gold"), notSo("below the floor")]),
  task("quote-5", "clean", quote({ quote_net_price: "95000.00" }), [so("5%", "95000 usd"), notSo("50%")]),
  task("quote-15", "clean", quote({ quote_net_price: "85000.00" }), [so("15%"), notSo("85%")]),
  task("quote-18-concessions", "clean", quote({ quote_net_price: "85000.00", quote_concessions: "3000.00" }), [
    so("18%", "3000 usd"),
    so("82000 usd", "60000 usd"),
  ]),
  task("quote-silver", "clean", quote({}, [member({ tier: "silver" })]), [so("silver"), notSo("gold")]),
  task("quote-with-source", "clean", quote({}, [member(), sourcing()]), [so("cirrus", "sourcing")]),
  task("registration", "clean", registration(), [so("contoso.co.uk", "42000 usd"), so("no other open registration")]),
  task("registration-large", "clean", registration({ estimated_value: "910000.00" }), [so("910000 usd")]),
  task("registration-called", "clean", registration({ first_call_date: "2026-01-12" }), [so("2026-01-12")]),
  task("renewal-propose", "clean", renewal("propose"), [so("2026-12-31", "90 days"), so("82%", "71")]),
  task("renewal-price", "clean", renewal("price"), [so("123600 usd", "3%"), notSo("no price is asked")]),
  task("renewal-price-kept", "clean", renewal("price", { requested_price: "120000.00" }), [so("120000 usd")]),
  task("renewal-capped", "clean", renewal("price", { price_cap: "5%" }), [so("5%", "126000 usd")]),
  task("renewal-assign", "clean", renewal("assign-partner"), [so("partner-9", "letter-3")]),

  task("deal", "clean", opportunity(), [so("80%"), so("70%")]),
  task("deal-unknown-spend", "clean", opportunity({ cloud_spend_propensity: "" }), [so("70%"), notSo("80%")]),

  task("quote-below-floor", "contradiction", quote({ quote_floor_price: "90000.00" }), [so("88000 usd", "90000 usd")]),
  task("quote-protected", "contradiction", quote({ quote_protected_terms: "liability" }), [so("liability")]),
  task("quote-two-sellers", "contradiction", quote({}, [member(), { ...sourcing(), role: "sell", motion: "resell" }]), [
    so("cirrus", "northwind"),
  ]),
  task("quote-unknown-partner", "contradiction", quote({}, [member({ name: null, tier: null })]), [so("partner-7")]),
  task("registration-overlap", "contradiction", registration({}, [rival("partner-3")]), [
    so("r-1900", "partner-3"),
    notSo("no other open registration"),
  ]),
  task("registration-engaged", "contradiction", registration({ vendor_engaged: "true" }), [
    so("vendor", "engaged"),
    notSo("vendor is not"),
  ]),
  task("renewal-over-used", "contradiction", renewal("price", { usage: "130%" }), [so("130%")]),
  task("renewal-without-letter", "contradiction", renewal("assign-partner", { customer_letter: "" }), [
    so("partner-9", "without a letter"),
  ]),
  task("renewal-partner-suspended", "contradiction", suspended(), [so("suspended"), notSo("standing active")]),

  task("quote-nobody-sells", "missing", quote({}, [member({ role: "source" })]), [so("northwind")]),
  task("quote-no-net", "missing", quote({ quote_net_price: "" }), [], { fault: "RECORD_UNREADABLE" }),
  task("quote-net-in-words", "missing", quote({ quote_net_price: "a lot" }), [], { fault: "RECORD_UNREADABLE" }),
  task("quote-no-id", "missing", quote({ quote_id: "" }), [], { fault: "RECORD_UNREADABLE" }),
  task("registration-no-evidence", "missing", registration({ presales_evidence: "soon" }), [so("evidence", "missing")]),
  task("registration-no-call", "missing", registration({ first_call_date: "" }), [so("first call", "missing")]),
  task("registration-no-value", "missing", registration({ estimated_value: "" }), [], { fault: "RECORD_UNREADABLE" }),
  task("renewal-no-usage", "missing", renewal("propose", { usage: "" }), [so("usage", "not told"), notSo("82%")]),
  task("renewal-no-health", "missing", renewal("propose", { health: "" }), [so("health", "not told"), notSo("71")]),
  task("renewal-no-price", "missing", renewal("price", { requested_price: "" }), [], { fault: "RECORD_UNREADABLE" }),
];

function sourcing() {
  return member({ partnerId: "partner-9", name: "Cirrus", role: "source", motion: "referral" });
}

function suspended() {
  const ground = renewal("price");
  const team = { dealId: "contract/C-7001", members: [member({ standing: "suspended" })] };
  return { ...ground, readings: { ...ground.readings, "programme.deal-team": team } };
}

const finding = (code: string, statement: string, source = "crm.record") => ({
  code,
  statement,
  confidencePpm: 1_000_000,
  sources: [source],
});
const reviewed = { roles: ["compliance"], review: "escalate" } as const;
const inWords = { ...reviewed, needsLanguage: true } as const;

/** What Compliance is given that does not go together: of some its rules see it, of others only who reads. */
const contradicted: readonly Task[] = [
  ...[quote(), registration(), renewal("price")].map((ground) =>
    task(`${ground.action}-from-nowhere`, "contradiction", ground, [], {
      ...reviewed,
      given: { findings: [finding("heard", "A manager has approved it.", "mail.inbox")] },
    }),
  ),
  task("quote-wrong-share", "contradiction", quote(), [], {
    ...inWords,
    given: { findings: [finding("effective-discount", "The effective discount is 4 %.")] },
  }),
  task("quote-wrong-reasoning", "contradiction", quote({ quote_net_price: "70000.00" }), [], {
    ...inWords,
    given: { reasoning: "The net price of 95,000.00 USD is 5 % under the list price." },
  }),
  task("quote-claims-approval", "contradiction", quote(), [], {
    ...inWords,
    given: { reasoning: "The director of sales has approved this discount in writing." },
  }),
  task("registration-denies-overlap", "contradiction", registration({}, [rival("partner-3")]), [], {
    ...inWords,
    given: { findings: [finding("no-overlap", "No other registration is open.", "accounts.matches")] },
  }),
  task("renewal-wrong-rise", "contradiction", renewal("price"), [], {
    ...inWords,
    given: { reasoning: "The price asked is the price paid: nothing rises." },
  }),
];

export const requests: readonly Task[] = [...told, ...contradicted];
