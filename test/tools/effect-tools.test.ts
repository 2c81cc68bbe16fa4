import type { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decisionIdOf } from "../../audit/record-keys.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { wallTime } from "../../db/company-clock.ts";
import type { JsonObject } from "../../domain/json.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import { createEffectTools } from "../../tools/effect-tools.ts";
import { createFunds } from "../../tools/programme/funds.ts";
import { putObjects, readCalls, scriptFault } from "../../tools/sandbox/door.ts";
import { assertKnown } from "../../domain/registry.ts";
import { fundAsk, fundOf, fundPermit } from "../fixtures/funds.ts";
import { stepNames } from "../fixtures/ledger.ts";
import { priceRow, sendPriceList } from "../fixtures/price-lists.ts";
import { givenCrmObject } from "../fixtures/programme.ts";
import { acted, decideAsking } from "../fixtures/reservations.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { effectToolSpec } from "../spec/effect-tool.ts";

const COMPANY = "acme";
const deal = { objectType: "deal", objectId: "d1" };

const fund = fundOf("partner-7");
const ofFund = { ...fund, askedBy: "dana", reason: "yearly budget", occasion: "2026" };
const spender = stepNames("spender", COMPANY);
const spentBy = decisionIdOf(COMPANY, spender.stepKey, 1);

/** A fund with money in it, of which a decision spent a part. */
async function givenFund(pool: LedgerPool) {
  await createFunds(pool, wallTime).depositFund(fundPermit(COMPANY, "first"), { ...fund, amountMinor: 10_000 });
  const { permit } = await decideAsking(pool, spender, [fundAsk(COMPANY, fund, 9_000)]);
  await acted(pool, permit, "done");
}

/** Arguments that each tool takes, by the name it has; what is asked differs by `name`. */
const samples: { readonly [tool: string]: (name: string) => JsonObject } = {
  "quotes.approve-discount": (name) => ({
    quoteId: `Q-${name}`,
    dealId: "d1",
    replaces: null,
    currency: "USD",
    listPriceMinor: 10_000_000,
    netPriceMinor: 8_800_000,
    concessionsMinor: 0,
  }),
  "programme.register-deal": (name) => ({
    objectId: name.slice(0, 64),
    registrationId: `R-${name}`,
    partnerId: "partner-7",
    role: "sell",
    customerDomain: `${name.replaceAll(" ", "-")}.example`,
    productFamily: "analytics",
    valueMinor: 4_200_000,
    currency: "USD",
    protectionDays: 90,
    replaces: null,
  }),
  "programme.release-registration": (name) => ({
    objectId: name.slice(0, 64),
    registrationId: released,
    registration: released,
    difference: "withdrawn",
    keepsPlace: false,
    asksAnew: false,
  }),
  "quotes.revoke-approval": (name) => ({
    quoteId: name.slice(0, 64),
    approval,
    difference: "withdrawn",
    asksAnew: false,
  }),
  "programme.change-deal-team": (name) => ({
    dealId: name.slice(0, 64),
    partnerId: "partner-7",
    role: "source",
    motion: "referral",
    from: "2026-03-02T09:00:00.000Z",
    until: null,
    creditPpm: null,
  }),
  "programme.deposit-fund": (name) => ({ ...ofFund, amountMinor: name.length }),
  "programme.adjust-fund": (name) => ({ ...ofFund, changeMinor: name.length, mayGoNegative: false }),
  "programme.reverse-posting": (name) => ({ ...ofFund, amountMinor: name.length, decisionId: spentBy }),
  "programme.put-price-list": (name) => ({ list: name, ...sentLists }),
  "crm.open-renewal": (name) => ({
    objectId: "c1",
    contractId: "C-7001",
    customer: name.slice(0, 200),
    partnerId: "partner-7",
    role: "sell",
    endsOn: "2026-12-31",
    decideBy: "2026-10-02",
  }),
  "quotes.release-renewal": (name) => ({
    contractId: name.slice(0, 64),
    partnerId: "partner-7",
    role: "keep",
    endsOn: "2026-12-31",
    currency: "USD",
    currentPriceMinor: 12_000_000,
    offerPriceMinor: 12_360_000,
    validDays: 30,
  }),
  "crm.record-renewal": (name) => ({
    objectId: "c1",
    contractId: "C-7001",
    partnerId: "partner-7",
    role: "keep",
    endsOn: "2026-12-31",
    outcome: "auto-renewed",
    happenedOn: "2026-10-02",
    reason: name,
    evidence: "",
    creditPpm: 1_000_000,
    trueUpPpm: 0,
  }),
  "crm.badge-deal": (name) => ({
    objectId: deal.objectId,
    scorePpm: 930_000,
    confidencePpm: 1_000_000,
    rationale: name,
    badgeFromPpm: 600_000,
  }),
  "messages.send": (name) => ({
    template: "renewals.reminder",
    audience: ["partner", "partner-manager"],
    variables: { customer: name },
    objectType: "contract",
    objectId: "c1",
    occasion: "2026-08-03",
  }),
  "crm.set-selling-partner": (name) => ({ dealId: deal.objectId, partnerId: name.slice(0, 64), reportsStep: "s" }),
  "crm.update-property": (name) => ({
    objectType: "contract",
    objectId: "c1",
    action: "renewals.propose",
    property: "renewal_state",
    value: name,
    reportsStep: "s",
  }),
  "crm.add-note": (name) => ({ ...deal, reportsStep: "s", text: `Mandate: ${name}` }),
};

/** What is taken back: a registration's id under which each name that the conformance suite calls by has one, and an approval. */
const released = "R-released";
const approval = "AD-RELEASED";
const releasedNames = ["once", "together", "found", "reused", "different", "wrong", "none"];

async function givenReleasable(pool: Pool): Promise<void> {
  await pool.query(
    `insert into programme.registration (company, registration_id, object_id, partner_id, role, customer_domain, product_family,
                                         value_minor, currency, registered_at, expires_at, effect_key)
     select $1, $2, name, 'partner-7', 'sell', 'example.com', 'analytics', 1, 'USD', now(), now() + interval '90 days', 'seed ' || name
     from unnest($3::text[]) as name`,
    [COMPANY, released, releasedNames],
  );
}

/** The batch in which a price list came under each of these names. */
let sentLists = { batch: "", digest: "" };
async function givenSentLists(pool: LedgerPool): Promise<void> {
  sentLists = await sendPriceList(
    pool,
    COMPANY,
    releasedNames.map((list) => priceRow({ list })),
  );
}

/** What a tool of several steps does last at its target. */
const lastOperations: { readonly [tool: string]: string } = { "crm.set-selling-partner": "update-property" };

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

test("every tool that there is has a sample here", () => {
  const tools = createEffectTools(embeddedAdapters(database.pool, wallTime));
  expect(new Set(Object.keys(samples))).toEqual(new Set(Object.keys(tools)));
});

for (const [name, argsOf] of Object.entries(samples)) {
  const [system = "", ownOperation = ""] = name.split(".");
  const operation = lastOperations[name] ?? ownOperation;
  const isOurs = system === "programme";
  const about = isOurs ? { name, unscriptable: "our own records have no script of faults" } : { name };
  effectToolSpec(about, async () => {
    const own = await testDatabase();
    const pool = await own.poolOf(COMPANY);
    await givenFund(pool);
    await givenCrmObject(pool, COMPANY, deal.objectType, deal.objectId, { quote_status: "approval_requested" });
    await givenCrmObject(pool, COMPANY, "contract", "c1", { renewal_state: "proposed" });
    await putObjects(pool, { company: COMPANY, system: "quotes" }, [
      { type: "approve-discount", id: approval, properties: {} },
    ]);
    if (name === "programme.release-registration") await givenReleasable(pool);
    if (name === "programme.put-price-list") await givenSentLists(pool);
    const acts = async () => {
      if (isOurs) {
        const { rows } = await pool.query(
          `select from programme.registration where registration_id <> '${released}' union all
           select from programme.registration_release union all select from programme.deal_team
           union all select from programme.price_list
           union all select from account_entry where kind in ('deposit', 'adjustment', 'reversal')`,
        );
        return rows.length;
      }
      const calls = await readCalls(pool, COMPANY, system);
      return calls.filter((call) => call.operation === operation && call.outcome === "done").length;
    };
    return {
      tool: assertKnown(createEffectTools(embeddedAdapters(pool, wallTime)), name, "tool"),
      argsOf,
      acted: acts,
      script: (fault) => scriptFault(pool, { company: COMPANY, system, operation }, fault),
      close: () => own.drop(),
    };
  });
}
