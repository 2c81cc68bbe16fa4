import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readServiceStep } from "../../../audit/ledgers/service-decisions.ts";
import { policiesOf, versioned } from "../../../deciding/policies.ts";
import { createDecideService } from "../../../deciding/service.ts";
import type { JsonObject } from "../../../domain/json.ts";
import { evaluate } from "../../../guardrails/evaluate.ts";
import { quoteFacts } from "../../../functions/quoting/fixture.ts";
import { registrationRecord } from "../../../functions/deal-registration/fixture.ts";
import type { DecisionAnswer } from "../../../gateway/http/decisions.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { cratesPolicy, shippingPolicy } from "../../fixtures/foreign-policy.ts";
import { policyOf } from "../../fixtures/policy.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

type Reply = {
  readonly status: number;
  readonly body: DecisionAnswer & {
    readonly code?: string;
    readonly errors?: readonly { pointer: string; detail: string }[];
  };
};

let database: TestDatabase;
let cpq: { readonly [name: string]: string };
/** The company's clock. */
let at = "2026-03-02T09:00:00.000Z";
beforeAll(async () => {
  database = await testDatabase();
  cpq = await headersOf(database.pool, "cpq", "system");
});
afterAll(() => database.drop());

const inForce = policiesOf({
  quoting: versioned(policyOf("quoting")),
  "deal-registration": versioned(policyOf("deal-registration")),
  shipping: shippingPolicy(),
  crates: cratesPolicy(),
});

async function ask(body: object, key: string = randomUUID()): Promise<Reply> {
  const { pool } = database;
  const decisions = createDecideService({ pool, company: "acme", policies: inForce, alarm: () => {}, now: () => at });
  const headers = { ...cpq, "idempotency-key": key };
  const request = {
    method: "POST",
    headers,
    body: JSON.stringify({ policy: "quoting", facts: {}, ref: "Q-1", ...body }),
  };
  const response = await apiOn(pool, { decisions }).request("/v1/decisions", request);
  return { status: response.status, body: (await response.json()) as Reply["body"] };
}

/** What the ledger holds of a decision. */
async function kept({ body }: Reply) {
  const step = await readServiceStep(database.pool, "acme", { decisionId: body.decisionId });
  return step?.decisions[0];
}

const pointers = ({ status, body }: Reply) => [
  status,
  body.code,
  body.errors?.map(({ pointer }) => pointer).toSorted(),
];
const wrong = (...at: string[]) => [422, "wrong-facts", at.toSorted()];

async function questions(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>("select count(*)::int as n from escalation");
  return rows[0]?.n ?? 0;
}

describe("facts", () => {
  test("are taken with their unit, or as whole numbers of it", async () => {
    const written = { effectiveDiscount: "12%", worstLineDiscount: "12.0000%", listPrice: "100000.00 USD" };
    const answer = await ask({ facts: { ...quoteFacts(), ...written, discountAmount: "12000.00 USD" } });
    expect([answer.status, answer.body.verdict]).toEqual([200, "execute"]);
    expect((await kept(answer))?.facts).toEqual(quoteFacts());
  });

  test.for<[string, JsonObject, string[]]>([
    ["a misspelt name", { efectiveDiscount: 120_000 }, ["/facts/efectiveDiscount"]],
    ["a name that no fact could have", { "Effective discount": 1 }, ["/facts/Effective discount"]],
    ["a percentage with a fifth decimal", { effectiveDiscount: "12.00001%" }, ["/facts/effectiveDiscount"]],
    ["a fraction", { effectiveDiscount: 0.12 }, ["/facts/effectiveDiscount"]],
    ["a number as text", { effectiveDiscount: "120000" }, ["/facts/effectiveDiscount"]],
    [
      "out of range",
      { effectiveDiscount: "2000.0001%", listPrice: 0 },
      ["/facts/effectiveDiscount", "/facts/listPrice"],
    ],
    ["another currency", { listPrice: "100000.00 EUR" }, ["/facts/listPrice"]],
    ["an amount without cents", { listPrice: "100000 USD" }, ["/facts/listPrice"]],
    ["an object", { partner: { id: 1 } }, ["/facts/partner"]],
    [
      "a word that is no choice",
      { protectedTerms: "fees", sellers: "two" },
      ["/facts/protectedTerms", "/facts/sellers"],
    ],
    ["null", { deal: null }, ["/facts/deal"]],
  ])("%s: every one is pointed at, and nobody is asked", async ([, changes, at]) => {
    const before = await questions();
    expect(pointers(await ask({ facts: { ...quoteFacts(), ...changes } }))).toEqual(wrong(...at));
    expect(await questions()).toBe(before);
  });

  test("are told what they should be: the nearest name, the unit and the range", async () => {
    const { body } = await ask({ facts: { efectiveDiscount: 1, worstLineDiscount: -1, listPrice: "0.00 USD" } });
    expect(body.errors?.map(({ detail }) => detail)).toEqual([
      "no such fact: did you mean effectiveDiscount?",
      "expected a percentage from 0% to 2000% as text, or whole parts per million",
      "expected an amount from 0.01 USD to 90000000000.00 USD as text, or whole minor units",
    ]);
  });

  test("of a policy that brings its own are read as its facts file has them", async () => {
    const shipping = (facts: JsonObject) => ask({ policy: "shipping", facts });
    expect((await shipping({ hours: 48, worth: "120.00 USD", isCleared: true })).body.verdict).toBe("execute");
    expect(pointers(await shipping({ hours: 241, colour: "blue" }))).toEqual(wrong("/facts/hours", "/facts/colour"));
  });

  describe("that are lists", () => {
    const crate = { goods: "chilled", degrees: 8, weight: 300, worth: "12.50 EUR" };
    const packed = (...crates: JsonObject[]) => ask({ policy: "crates", facts: { crates } });

    test("are decided by their records, recorded in the units of the facts, and decided again the same", async () => {
      const [fits, heavy, warm] = [
        await packed(crate, crate, crate),
        await packed(crate, crate, crate, { ...crate, weight: 1 }),
        await packed(crate, { ...crate, degrees: 9 }, { ...crate, goods: "dry", degrees: 40 }),
      ];
      expect([fits, heavy, warm].map(({ body }) => [body.verdict, body.rules.map(({ reason }) => reason)])).toEqual([
        ["execute", ["900 kilos fit a pallet"]],
        ["escalate", ["901 kilos are over one pallet"]],
        ["block", ["1 chilled crates are too warm", "900 kilos fit a pallet"]],
      ]);
      const record = (await kept(warm))?.facts ?? {};
      const changed = [{}, { degrees: 9 }, { goods: "dry", degrees: 40 }];
      expect(record).toEqual({ crates: changed.map((one) => ({ ...crate, worth: 12_50, ...one })) });
      const { policy } = cratesPolicy();
      expect(await evaluate(policy, record)).toMatchObject({ kind: "block", rules: (await kept(warm))?.rules });
    });

    test.for<[string, readonly JsonObject[], string[]]>([
      ["a field out of range", [crate, { ...crate, degrees: 61 }], ["/facts/crates/1/degrees"]],
      ["another currency", [{ ...crate, worth: "12.50 USD" }], ["/facts/crates/0/worth"]],
      ["a misspelt field", [{ ...crate, weigth: 3 }], ["/facts/crates/0/weigth"]],
      [
        "two fields of two records",
        [
          { ...crate, goods: "wet" },
          { ...crate, weight: 0 },
        ],
        ["/facts/crates/0/goods", "/facts/crates/1/weight"],
      ],
      ["no record", [], ["/facts/crates"]],
    ])("with %s are pointed at there", async ([, crates, at]) => {
      expect(pointers(await packed(...crates))).toEqual(wrong(...at));
    });
  });

  test("that contradict each other are pointed at both, and nobody is asked", async () => {
    const before = await questions();
    const answer = await ask({ facts: quoteFacts({ effectiveDiscount: 40, discountAmount: 4_000_000 }) });
    expect(pointers(answer)).toEqual(wrong("/facts/effectiveDiscount", "/facts/discountAmount", "/facts/listPrice"));
    expect(answer.body.errors?.[0]?.detail).toBe(
      "effectiveDiscount says 0.004 %, and discountAmount of listPrice is 40 %",
    );
    expect(await questions()).toBe(before);
  });

  test("left out are no fault: they are not known, and ask", async () => {
    const { listPrice: _, ...rest } = quoteFacts({ deal: "Q-left-out" });
    expect((await ask({ facts: rest })).body).toMatchObject({ verdict: "escalate", missing: ["listPrice"] });
  });
});

describe("fields", () => {
  const fields = {
    quote_id: "Q-1001",
    quote_list_price: "600000.00 USD",
    quote_net_price: "540000.00 USD",
    quote_concessions: "6000.00",
    quote_floor_price: "400000.00",
    quote_protected_terms: "none",
  };

  test("are what the function computes facts from, beside those that are given", async () => {
    const answer = await ask({ fields, facts: { sellers: "one", partner: "p-7", requester: "sam" } });
    expect([answer.status, answer.body.verdict]).toEqual([200, "escalate"]);
    const decision = await kept(answer);
    expect(decision?.facts).toEqual({
      effectiveDiscount: 110_000,
      worstLineDiscount: 110_000,
      listPrice: 60_000_000,
      discountAmount: 6_600_000,
      belowFloorPrice: false,
      protectedTerms: "none",
      deal: "Q-1001",
      proposedAsRequested: true,
      sellers: "one",
      partner: "p-7",
      requester: "sam",
    });
    expect(decision?.details.derived).not.toContain("sellers");
    expect(decision?.details.derived).toContain("effectiveDiscount");
    expect(answer.body.rules.map(({ id }) => id)).toEqual(["large-quote"]);
  });

  test("stand in the record as they were written", async () => {
    const answer = await ask({ fields });
    const step = await readServiceStep(database.pool, "acme", { decisionId: answer.body.decisionId });
    expect(step?.args.fields).toEqual(fields);
  });

  test("that leave a fact unknown say why to who is asked", async () => {
    const { body } = await ask({ fields: { ...fields, quote_free_months: "12" } });
    expect(body.reason).toContain("without quote_lines nobody can say what they are worth");
  });

  test.for<[string, JsonObject, string[]]>([
    ["a misspelt name", { quote_nett_price: "1.00" }, ["/fields/quote_nett_price"]],
    ["more decimals than the currency has", { quote_net_price: "1.001 USD" }, ["/fields/quote_net_price"]],
    ["an amount in two currencies", { quote_currency: "EUR" }, ["/fields/quote_list_price", "/fields/quote_net_price"]],
    ["a fraction as a number", { quote_concessions: 0.5 }, ["/fields/quote_concessions"]],
    ["lines that are no lines", { quote_lines: "[" }, ["/fields/quote_lines"]],
    [
      "lines that do not come to the totals",
      { quote_lines: [{ sku: "A", quantity: 1, list_unit_price: "600000", net_unit_price: "1" }] },
      ["/fields/quote_lines", "/fields/quote_net_price"],
    ],
  ])("%s: every one is pointed at", async ([, changes, at]) => {
    expect(pointers(await ask({ fields: { ...fields, ...changes } }))).toEqual(wrong(...at));
  });

  test("and facts that tell one thing must tell the same", async () => {
    // Of a quote of its own: what was asked already is answered as it stands.
    const same = await ask({ fields: { ...fields, quote_id: "Q-1002" }, facts: { effectiveDiscount: "11%" } });
    expect(same.status).toBe(200);
    expect((await kept(same))?.details.derived).not.toContain("effectiveDiscount");
    const other = await ask({ fields, facts: { effectiveDiscount: "10%" } });
    expect(pointers(other)).toEqual(wrong("/facts/effectiveDiscount", "/fields"));
  });

  test("of a registration hold its dates against the clock", async () => {
    const { expected_close_date: _, ...record } = registrationRecord();
    const registered = { policy: "deal-registration", fields: { ...record, expected_close_date: "2026-02-01" } };
    const answer = await ask(registered);
    expect(pointers(answer)).toEqual(wrong("/fields/expected_close_date"));
    expect(answer.body.errors?.[0]?.detail).toBe("expected_close_date `2026-02-01` is 28 days in the past");
  });

  test("tell nothing of a policy that no function of ours decides by", async () => {
    expect(pointers(await ask({ policy: "shipping", fields: { hours: "3" } }))).toEqual(wrong("/fields"));
    expect(pointers(await ask({ policy: "message", fields: {} }))).toEqual(wrong("/fields"));
  });
});

test("what was answered under a key stays, though its dates have passed since", async () => {
  const asked = { policy: "deal-registration", fields: registrationRecord({ expected_close_date: "2026-03-20" }) };
  const key = randomUUID();
  const first = await ask(asked, key);
  at = "2026-04-20T09:00:00.000Z";
  const [again, anew] = [await ask(asked, key), await ask(asked)];
  at = "2026-03-02T09:00:00.000Z";
  expect([again, anew.status]).toEqual([first, 422]);
});

test("an unknown policy is not found, whatever its facts are", async () => {
  expect((await ask({ policy: "nobodys", facts: { a: 0.5, b: { c: [] } } })).status).toBe(404);
});
