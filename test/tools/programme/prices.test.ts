import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerPool } from "../../../audit/records.ts";
import type { PricesReading } from "../../../functions/shared/prices.ts";
import { createPrices, priceListRecords, readPrices } from "../../../tools/programme/prices.ts";
import type { ToolError } from "../../../tools/tool-error.ts";
import { fundPermit } from "../../fixtures/funds.ts";
import { priceRow, sendPriceList } from "../../fixtures/price-lists.ts";
import { someCompany } from "../../fixtures/reservations.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  pool = database.pool;
});
afterAll(() => database.drop());

/** A company with a price book, at a clock that the test moves. */
function given() {
  const { name: company } = someCompany();
  const clock = { at: "2026-03-02T09:00:00.000Z" };
  const prices = createPrices(pool, () => clock.at);
  const records = priceListRecords(pool, () => clock.at);
  const permit = (key: string) => fundPermit(company, key, "programme.put-price-list");
  const sent = (rows: Parameters<typeof sendPriceList>[2], more = {}) => sendPriceList(pool, company, rows, more);
  const put = (key: string, { batch, digest }: { batch: string; digest: string }, list = "emea-2026") =>
    prices.putPriceList(permit(key), { list, batch, digest });
  const read = async (...skus: string[]) =>
    (await readPrices(pool, company, skus, clock.at))?.value as PricesReading | undefined;
  const said = async (...skus: string[]) =>
    ((await read(...skus))?.prices ?? []).map(({ sku, unitPrice, setAt, endedAt }) => [sku, unitPrice, setAt, endedAt]);
  const record = async (list = "emea-2026") => (await records.readRecord(company, "price-list", list))?.value;
  return { company, clock, prices, permit, sent, put, read, said, record };
}
const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => "done",
    ({ code }: ToolError) => code,
  );
const [first, second] = ["2026-03-02T09:00:00.000Z", "2026-04-01T09:00:00.000Z"];

describe("a price list", () => {
  test("is not in the book before it is put in force, and there is no book before the first is", async () => {
    const { sent, put, read } = given();
    const batch = await sent([priceRow()]);
    expect(await read("CORE")).toBeUndefined();
    await put("one", batch);
    const price = {
      sku: "CORE",
      currency: "USD",
      region: "",
      per: "once",
      from: "2026-01-01",
      until: null,
      unitPrice: "1000",
    };
    expect(await read("CORE")).toEqual({ keptSince: first, prices: [{ ...price, setAt: first, endedAt: null }] });
    expect(await read("ADD")).toEqual({ keptSince: first, prices: [] });
    expect(await read()).toEqual({ keptSince: first, prices: [] });
  });

  test("takes the place of what it said, whole, and what it said before can still be read", async () => {
    const { clock, sent, put, said } = given();
    await put("one", await sent([priceRow(), priceRow({ sku: "OLD" })]));
    clock.at = second;
    await put("two", await sent([priceRow({ unit_price: "1100.00" })], { window: "2026-02" }));
    expect(await said("CORE", "OLD")).toEqual([
      ["CORE", "1000", first, second],
      ["OLD", "1000", first, second],
      ["CORE", "1100", second, null],
    ]);
    clock.at = "2027-05-07T09:00:00.000Z";
    expect(await said("CORE", "OLD")).toEqual([["CORE", "1100", second, null]]);
  });

  test("leaves what other lists say", async () => {
    const { sent, put, said } = given();
    const apac = priceRow({ list: "apac-2026", unit_price: "900.00" });
    const batch = await sent([priceRow(), apac]);
    await put("one", batch);
    await put("two", batch, "apac-2026");
    expect((await said("CORE")).map(([, unitPrice]) => unitPrice)).toEqual(["1000", "900"]);
  });

  test("is put in force once per key", async () => {
    const { sent, put, said } = given();
    const batch = await sent([priceRow()]);
    const [one, again] = [await put("one", batch), await put("one", batch)];
    expect(again).toEqual(one);
    expect(await said("CORE")).toHaveLength(1);
    expect(await codeOf(put("one", { ...batch, batch: "bat_other" }))).toBe("TARGET_KEY_REUSED");
  });

  test("that was sent again since is not put in force: what was seen is what counts", async () => {
    const { sent, put, read } = given();
    const seen = await sent([priceRow()]);
    const newer = await sent([priceRow({ unit_price: "1.00" })], { window: "2026-02", at: "2026-03-02T08:30:00.000Z" });
    expect(await codeOf(put("one", seen))).toBe("TARGET_MOVED_ON");
    expect(await codeOf(put("two", { ...newer, digest: seen.digest }))).toBe("TARGET_MOVED_ON");
    expect(await read("CORE")).toBeUndefined();
  });
});

describe("the record of a list, beside the book", () => {
  const unchanged = { added: 0, raised: 0, lowered: 0, dropped: 0, largest_fall_ppm: 0, fault: "" };

  test("says who sent it, what it changes, and whether it is in force", async () => {
    const { sent, put, record } = given();
    expect(await record()).toBeUndefined();
    const batch = await sent([priceRow(), priceRow({ sku: "OLD" })], { personId: "ola" });
    const said = { list: "emea-2026", ...batch, sent_by: "ola", prices: 2 };
    expect(await record()).toEqual({ ...unchanged, ...said, state: "sent", added: 2 });
    await put("one", batch);
    expect(await record()).toEqual({ ...unchanged, ...said, state: "in-force" });
    const rows = [priceRow({ unit_price: "880.00" }), priceRow({ sku: "NEW" })];
    const next = await sent(rows, { window: "2026-02", at: "2026-03-02T10:00:00.000Z" });
    const changes = { added: 1, lowered: 1, dropped: 1, largest_fall_ppm: 120_000 };
    expect(await record()).toEqual({ ...unchanged, ...said, ...next, ...changes, sent_by: "sam", state: "sent" });
  });

  test.for([
    [
      "rows that cannot be read",
      [priceRow(), priceRow({ unit_price: "none" })],
      "1 rows of its batch could not be read",
    ],
    ["two prices that hold at once", [priceRow(), priceRow()], "two prices of `CORE` hold on 2026-01-01"],
  ] as const)("says that it is not whole: %s", async ([, rows, fault]) => {
    const { sent, record } = given();
    await sent(rows);
    expect(await record()).toMatchObject({ state: "sent", fault });
  });
});
