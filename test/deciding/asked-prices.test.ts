import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerPool } from "../../audit/records.ts";
import { policiesOf, versioned } from "../../deciding/policies.ts";
import { ledgerReadTools } from "../../deciding/read-tools.ts";
import { createDecideService, type Asked } from "../../deciding/service.ts";
import type { JsonObject } from "../../domain/json.ts";
import { baselineLookup, FIRST_ACT } from "../../functions/quoting/baseline.ts";
import { standingView } from "../../gateway/http/decisions.ts";
import { createPrices } from "../../tools/programme/prices.ts";
import { fundPermit } from "../fixtures/funds.ts";
import { policyOf } from "../fixtures/policy.ts";
import { priceRow, sendPriceList } from "../fixtures/price-lists.ts";
import { someCompany } from "../fixtures/reservations.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

const at = "2026-03-02T09:00:00.000Z";
let database: TestDatabase;
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  pool = database.pool;
});
afterAll(() => database.drop());

/** What no field of a quote tells. */
const besides: JsonObject = {
  sellers: "one",
  partner: "partner-7",
  partnerStanding: "active",
  quoteHeldBy: "nobody",
  requester: "sam",
};

/** The fields of a quote of ten units, each at `list` and `net` in whole USD. */
function fieldsOf(id: string, list: number, net: number, sku = "CORE"): JsonObject {
  const line = { sku, quantity: 10, list_unit_price: `${list}`, net_unit_price: `${net}` };
  return {
    quote_id: id,
    quote_list_price: `${list * 10}.00 USD`,
    quote_net_price: `${net * 10}.00 USD`,
    quote_floor_price: "0",
    quote_protected_terms: "none",
    quote_lines: JSON.stringify([line]),
  };
}

/** Facts alone, as a caller states them: what is listed and what is given away, in whole USD. */
function stated(deal: string, list: number, off: number, changes: JsonObject = {}): JsonObject {
  const effectiveDiscount = Math.ceil((off * 1_000_000) / list);
  const amounts = { listPrice: list * 100, discountAmount: off * 100, effectiveDiscount };
  const worst = { worstLineDiscount: effectiveDiscount };
  return {
    ...besides,
    deal,
    protectedTerms: "none",
    belowFloorPrice: false,
    proposedAsRequested: true,
    ...amounts,
    ...worst,
    ...changes,
  };
}

/** The decide service of a company of its own, under quotes' own rules. */
function given() {
  const { name: company } = someCompany();
  const policies = policiesOf({ quoting: versioned(policyOf("quoting")) });
  const service = createDecideService({ pool, company, policies, alarm: () => {}, now: () => at });
  let keys = 0;
  const ask = async (facts: JsonObject, fields?: JsonObject) => {
    keys += 1;
    const who = { caller: "cpq", requestedBy: "sam", key: `key-${keys}`, ref: `R-${keys}` };
    const asked: Asked = { ...who, policy: "quoting", facts, ...(fields && { fields }), action: null };
    const answered = await service.decide(asked);
    if (answered.kind !== "decided") throw new Error(JSON.stringify(answered));
    return answered.decision;
  };
  /** Keeps a price book of which `CORE` is 1,000 USD. */
  const keepBook = async () => {
    const { batch, digest } = await sendPriceList(pool, company, [priceRow()]);
    const permit = fundPermit(company, "book", "programme.put-price-list");
    await createPrices(pool, () => "2026-03-01T09:00:00.000Z").putPriceList(permit, {
      list: "emea-2026",
      batch,
      digest,
    });
  };
  const viewed = async (decisionId: string) => {
    const step = await service.read(decisionId);
    if (step === undefined) throw new Error("it is not kept");
    return standingView(step);
  };
  return { company, service, ask, keepBook, viewed };
}

describe("where a price book is kept", () => {
  test("a quote's discount is measured against it, whatever list price the quote states, and the record says so", async () => {
    const { ask, keepBook, viewed } = given();
    await keepBook();
    const decision = await ask({ ...besides, deal: "D-1" }, fieldsOf("Q-1", 860, 774));
    const said =
      "the discount is measured against 10,000.00 USD, the list price by the price book; the quote states 8,600.00 USD";
    const why = `Effective discount 22.6 % is over 15 %, up to 25 %: a manager's decision; ${said}`;
    expect([decision.verdict, decision.reason]).toEqual(["escalate", expect.stringContaining(why)]);
    expect(decision.details.remarks).toEqual([said]);
    expect(decision.sources.map(({ source, version }) => [source, version !== ""])).toEqual([
      ["decide-service", true],
      ["ledger.prices", true],
    ]);
    const { facts } = await viewed(decision.decisionId);
    expect([facts["effectiveDiscount"], facts["listPrice"], facts["deal"]]).toEqual([
      { value: 226_000, from: "derived" },
      { value: 1_000_000, from: "derived" },
      { value: "D-1", from: "requester" },
    ]);
  });

  test("what is stated beside the fields and is true of them is no mistake, and the book's takes its place", async () => {
    const { ask, keepBook, viewed } = given();
    await keepBook();
    const own = {
      effectiveDiscount: "10%",
      worstLineDiscount: "10%",
      listPrice: "8600.00 USD",
      discountAmount: "860.00 USD",
    };
    const { verdict, decisionId } = await ask({ ...besides, deal: "D-1", ...own }, fieldsOf("Q-1", 860, 774));
    const { facts } = await viewed(decisionId);
    const named = Object.keys(own).map((name) => facts[name]);
    expect([verdict, ...named]).toEqual([
      "escalate",
      { value: 226_000, from: "derived" },
      { value: 226_000, from: "derived" },
      { value: 1_000_000, from: "derived" },
      { value: 226_000, from: "derived" },
    ]);
  });

  test("a list price that is stated above it executes by the book", async () => {
    const { ask, keepBook } = given();
    await keepBook();
    const decision = await ask({ ...besides, deal: "D-1" }, fieldsOf("Q-1", 1_200, 900));
    expect([decision.verdict, decision.facts["effectiveDiscount"], decision.details.remarks]).toEqual([
      "execute",
      100_000,
      [
        "the discount is measured against 10,000.00 USD, the list price by the price book; the quote states 12,000.00 USD",
      ],
    ]);
  });

  test("a product that is not in it asks people, whatever discount is stated", async () => {
    const { ask, keepBook } = given();
    await keepBook();
    const decision = await ask(
      { ...besides, deal: "D-1", effectiveDiscount: "10%" },
      fieldsOf("Q-1", 1_000, 900, "OTHER"),
    );
    expect(decision.verdict).toBe("escalate");
    expect(decision.reason).toContain(
      "quote_lines, line 1: on 2026-03-02 the price book has no price of `OTHER` once in USD",
    );
    expect(decision.facts["effectiveDiscount"]).toBeUndefined();
  });

  test("facts alone ask people: nobody can say which products the book is to price", async () => {
    const { ask, keepBook } = given();
    await keepBook();
    const decision = await ask(stated("D-1", 10_000, 500));
    expect(decision.verdict).toBe("escalate");
    expect(decision.reason).toContain("the list price is the price book's, of each of quote_lines");
    const only = await ask({ ...besides, deal: "D-2", effectiveDiscount: "5%" });
    expect(only.facts["effectiveDiscount"]).toBeUndefined();
    expect(only.reason).toContain("the list price is the price book's, of each of quote_lines");
  });
});

describe("where none is kept, 14 % three times on one deal is seen as 36 %", () => {
  const rounds = [
    [10_000, 8_600],
    [8_600, 7_396],
    [7_396, 6_360],
  ] as const;
  const seen = [
    ["execute", 140_000],
    ["block", 260_400],
    ["block", 364_000],
  ];

  test("of quotes whose fields are given", async () => {
    const { ask } = given();
    const asked = [];
    for (const [at, [list, net]] of rounds.entries()) {
      const fields = {
        ...fieldsOf(`Q-${at}`, 1, 1),
        quote_lines: "",
        quote_list_price: `${list}.00 USD`,
        quote_net_price: `${net}.00 USD`,
      };
      asked.push(await ask({ ...besides, deal: "D-1" }, fields));
    }
    expect(asked.map(({ verdict, facts }) => [verdict, facts["effectiveDiscount"]])).toEqual(seen);
    expect(asked[2]?.reason).toContain(
      "the discount is measured against 10,000.00 USD, the first list price that was approved on the deal",
    );
    expect(asked[2]?.sources.map(({ source, ref }) => [source, ref])).toEqual([
      ["decide-service", "cpq/R-3"],
      ["ledger.first-act", "crm-deal-D-1"],
    ]);
  });

  test("of facts alone", async () => {
    const { ask, viewed } = given();
    const asked = [];
    for (const [list, net] of rounds) asked.push(await ask(stated("D-1", list, list - net)));
    expect(asked.map(({ verdict, facts }) => [verdict, facts["effectiveDiscount"]])).toEqual(seen);
    const { facts } = await viewed(asked[2]?.decisionId ?? "");
    expect([facts["discountAmount"], facts["worstLineDiscount"], facts["listPrice"]]).toEqual([
      { value: 364_000, from: "derived" },
      { value: 364_000, from: "derived" },
      { value: 739_600, from: "requester" },
    ]);
  });

  test("a line of which only facts tell is not taken to be better than it was", async () => {
    const { ask } = given();
    await ask(stated("D-1", 10_000, 1_400));
    const decision = await ask(stated("D-1", 8_600, 100, { worstLineDiscount: 390_000 }));
    expect([decision.verdict, decision.facts["effectiveDiscount"], decision.facts["worstLineDiscount"]]).toEqual([
      "escalate",
      150_000,
      undefined,
    ]);
  });

  test("a discount without the list price that it is off asks people, once a list price was approved", async () => {
    const { ask } = given();
    await ask(stated("D-1", 10_000, 1_400));
    const { listPrice: _, discountAmount: __, ...facts } = stated("D-1", 8_600, 100);
    const decision = await ask(facts);
    expect([decision.verdict, decision.facts["effectiveDiscount"]]).toEqual(["escalate", undefined]);
    expect(decision.reason).toContain(
      "measured against 10,000.00 USD, the first list price that was approved on the deal",
    );
  });

  test("not of another deal, nor of one that was permitted and reported as failed, nor of a list price that rises", async () => {
    const { ask, service } = given();
    const { decisionId } = await ask(stated("D-1", 10_000, 1_400));
    expect((await ask(stated("D-2", 8_600, 1_204))).facts["effectiveDiscount"]).toBe(140_000);
    expect((await ask(stated("D-1", 12_000, 1_200))).facts["effectiveDiscount"]).toBe(100_000);
    expect((await service.settle("cpq", decisionId, { state: "failed", detail: "the customer left" })).kind).toBe(
      "settled",
    );
    const later = given();
    const first = await later.ask(stated("D-1", 10_000, 1_400));
    await later.service.settle("cpq", first.decisionId, { state: "failed", detail: "the customer left" });
    expect((await later.ask(stated("D-1", 8_600, 1_204))).verdict).toBe("execute");
  });

  test("of what the CRM asks about that deal too", async () => {
    const { ask, company } = given();
    const read = () => ledgerReadTools(pool, () => at)[FIRST_ACT]?.read(company, baselineLookup("D-1").args);
    expect(await read()).toBeUndefined();
    const { decisionId } = await ask({ ...besides, deal: "D-1" }, fieldsOf("Q-1", 1_000, 860));
    expect(await read()).toEqual({
      source: { source: FIRST_ACT, ref: "crm-deal-D-1", version: decisionId, observedAt: at },
      value: expect.objectContaining({ currency: "USD", listPriceMinor: 1_000_000 }),
    });
  });
});
