import { afterAll, beforeAll, expect, test } from "vitest";
import { readEscalation } from "../../gateway/http/escalations.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { priceRow, sendPriceList } from "../fixtures/price-lists.ts";
import { readSilentEnds } from "../../gateway/status/silent-ends.ts";
import { givenCrmObject, givenPartner } from "../fixtures/programme.ts";
import { quoteRecord } from "../../functions/quoting/fixture.ts";
import { startSystem, type System } from "../setup/system.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

const endOf = (caseId: string) => system.client.workflow.getHandle(caseId).result();

/** 10 % off what the quote itself says to be the list price, for ten units of a product. */
async function asked(id: string, listed: number, sku = "CORE"): Promise<string> {
  const line = { sku, quantity: 10, list_unit_price: `${listed}`, net_unit_price: `${listed * 0.9}` };
  const record = quoteRecord({
    quote_id: `Q-${id}`,
    quote_list_price: `${listed * 10}`,
    quote_net_price: `${listed * 9}`,
    quote_floor_price: "0",
    quote_requested_by: "sam",
    quote_lines: JSON.stringify([line]),
  });
  await givenCrmObject(system.pool, system.company, "deal", id, record);
  return system.arrive("quoting", id);
}

async function reasonOf(caseId: string): Promise<string> {
  const { pool, company } = system;
  const { escalationId } = await openEscalationOf(system, caseId);
  const view = await readEscalation(pool, company, escalationId, new Date().toISOString());
  return view?.reason ?? "";
}

/** Sends a list and brings what is told of it to its case, as the relay does; answers the case. */
async function sent(rows: Parameters<typeof sendPriceList>[2], window: string) {
  const { pool, company } = system;
  const { batch } = await sendPriceList(pool, company, rows, { window, at: new Date().toISOString() });
  const { rows: told } = await pool.query<{ eventId: string }>(
    `select event_id as "eventId" from inbox where company = $1 and starts_with(source_key, $2)`,
    [company, `${batch}/`],
  );
  const eventId = told[0]?.eventId ?? "";
  return system.arrive("price-book", "emea-2026", { eventId, source: "batch" });
}

/** What `mandate status` tells of ends that no record tells. */
async function untold() {
  const { named } = await readSilentEnds(system.pool, system.company, []);
  return named.map(({ caseId, how }) => [caseId, how]);
}

test(
  "a price list that was sent in bulk is put in force by a person, and from then on a quote's own list price is not believed",
  { timeout: 180_000 },
  async () => {
    expect(await endOf(await asked("before", 860))).toEqual({ outcomes: ["executed"] });

    const list = await sent([priceRow()], "2026-01");
    const question = await openEscalationOf(system, list);
    expect(question.role).toBe("partner-manager");
    expect(await reasonOf(list)).toContain("1 prices: 1 new, 0 higher, none lower, 0 no longer in it");
    await answer(system, list, "approve", question);
    expect(await endOf(list)).toEqual({ outcomes: ["executed"] });

    expect(await endOf(await asked("as-listed", 1000))).toEqual({ outcomes: ["executed"] });
    const lower = await asked("lower", 860);
    expect(await reasonOf(lower)).toContain(
      "Effective discount 22.6 % is over 15 %, up to 25 %: a manager's decision; the discount is measured against " +
        "10,000.00 USD, the list price by the price book; the quote states 8,600.00 USD",
    );
    expect(await endOf(await asked("far-lower", 700))).toEqual({ outcomes: ["blocked"] });
    const unlisted = await asked("unlisted", 1000, "OTHER");
    expect(await reasonOf(unlisted)).toContain("the price book has no price of `OTHER` once in USD");
  },
);

test(
  "a list of which a row cannot be read is blocked: `mandate status` names it, and the book stays as it was",
  { timeout: 120_000 },
  async () => {
    const list = await sent([priceRow({ unit_price: "1.00" }), priceRow({ sku: "" })], "2026-02");
    expect(await endOf(list)).toEqual({ outcomes: ["blocked"] });
    expect(await untold()).toEqual([[list, "untold"]]);
    const { rows } = await system.pool.query<{ price: string }>(
      "select unit_price::float as price from programme.price where company = $1 and ended_at is null",
      [system.company],
    );
    expect(rows).toEqual([{ price: 1000 }]);
  },
);

test(
  "a list that a person rejects stays out of the book: `mandate status` names it",
  { timeout: 120_000 },
  async () => {
    const list = await sent([priceRow({ unit_price: "2000.00" })], "2026-03");
    await answer(system, list, "reject", await openEscalationOf(system, list));
    expect(await endOf(list)).toEqual({ outcomes: ["rejected"] });
    expect(await untold()).toEqual([[list, "untold"]]);
  },
);

test(
  "a list price that is stated above the book executes by the book, and the decision says so",
  { timeout: 120_000 },
  async () => {
    const caseId = await asked("above", 1200);
    expect(await endOf(caseId)).toEqual({ outcomes: ["executed"] });
    const { rows } = await system.pool.query<{ remarks: readonly string[] }>(
      "select details->'remarks' as remarks from decision where company = $1 and case_id = $2 and policy_id = 'quoting'",
      [system.company, caseId],
    );
    expect(rows).toEqual([
      {
        remarks: [
          "the discount is measured against 10,000.00 USD, the list price by the price book; the quote states 12,000.00 USD",
        ],
      },
    ]);
  },
);
