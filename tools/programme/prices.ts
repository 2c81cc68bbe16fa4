import type { Pool } from "pg";
import { dayAtUtc } from "../../domain/day.ts";
import type { Evidence } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Receipt } from "../../domain/permit.ts";
import { changedBy, faultOf, type PriceList } from "../../functions/price-book/price-list.ts";
import { PRICES, type BookPrice, type ListedPrice, type PricesReading } from "../../functions/shared/prices.ts";
import type { RecordReader } from "../record-reader.ts";
import { ToolError } from "../tool-error.ts";
import { unavailable } from "../unavailable.ts";
import type { PriceWriter } from "./prices-port.ts";
import { iso } from "../sql-instant.ts";

/** A price in the words of the book, from the row `p`. */
const PRICE = `jsonb_build_object('sku', p.sku, 'currency', p.currency, 'region', p.region, 'per', p.per,
  'from', p.from_day, 'until', p.until_day, 'unitPrice', trim_scale(p.unit_price)::text)`;

/** What a decision may be computed from again: what was done is watched for 90 days, and no window of a limit is longer than 400. */
const KEPT_DAYS = 400;

/**
 * All that the book said of these products in the last 400 days and says of them, and since when it is kept. Undefined where none
 * is. `at`: ISO 8601.
 */
export async function readPrices(
  sql: Pick<Pool, "query">,
  company: string,
  skus: readonly string[],
  at: string,
): Promise<Evidence | undefined> {
  const { rows } = await sql
    .query<{ keptSince: string | null; prices: BookPrice[]; newest: number }>({
      name: "programme-prices",
      text: `select (select ${iso("x.set_at")} from programme.price_list x
                     where x.company = $1 and x.set_at > '-infinity' order by x.set_at limit 1) as "keptSince",
               coalesce(jsonb_agg(${PRICE} || jsonb_build_object('setAt', ${iso("p.set_at")}, 'endedAt', ${iso("p.ended_at")})
                 order by p.set_at, p.sku, p.from_day) filter (where p.row_id is not null), '[]') as prices,
               coalesce(max(p.row_id), 0) as newest
             from unnest($2::text[]) as asked (sku)
             left join lateral (select * from programme.price x where x.company = $1 and x.sku = asked.sku offset 0) p
               on coalesce(p.ended_at > $3::timestamptz - interval '${KEPT_DAYS} days', true)
               and coalesce(p.until_day > $3::timestamptz - interval '${KEPT_DAYS} days', true)`,
      values: [company, skus, at],
    })
    .catch(unavailable("programme"));
  const { keptSince = null, prices = [], newest = 0 } = rows[0] ?? {};
  if (keptSince === null) return undefined;
  const value: PricesReading = { keptSince, prices };
  const stands = prices.filter(({ endedAt }) => endedAt === null).length;
  const version = `${newest}.${stands}`;
  return { source: { source: PRICES, ref: `prices/${skus.length}`, version, observedAt: at }, value };
}

type SentRow = {
  batch: string;
  digest: string;
  sentBy: string;
  badRows: number;
  reading: PriceList;
  inForce: boolean;
  list: ListedPrice[];
  book: ListedPrice[];
};

/** What was sent of a list last, and the book beside it: the list's own part, and all it says of the products that were sent. */
const SENT = `
  select s.batch_id as batch, s.digest, coalesce(s.sent_by, '') as "sentBy", s.bad_count as "badRows", s.reading,
    coalesce((select x.batch_id = s.batch_id
              from (select * from programme.price_list x where x.company = $1 and x.list_id = $2 offset 0) x
              order by x.row_id desc limit 1), false) as "inForce",
    (select coalesce(jsonb_agg(${PRICE} order by p.sku, p.from_day), '[]') from programme.price p
     where p.company = $1 and p.list_id = $2 and p.ended_at is null) as list,
    (select coalesce(jsonb_agg(${PRICE} order by p.sku, p.from_day), '[]')
     from (select distinct sku from jsonb_to_recordset(s.reading->'prices') as x (sku text)) as asked
     cross join lateral (select * from programme.price x where x.company = $1 and x.sku = asked.sku offset 0) p
     where p.ended_at is null) as book
  from programme.price_list_sent($1, $2) s`;

/** Price lists as they were sent last, as records of ours: the reading `programme.record`. */
export function priceListRecords(pool: Pool, now: () => string): RecordReader {
  return {
    async readRecord(company, objectType, id) {
      if (objectType !== "price-list") return undefined;
      const at = now();
      const { rows } = await pool
        .query<SentRow>({ name: "programme-price-list", text: SENT, values: [company, id] })
        .catch(unavailable("programme"));
      const [row] = rows;
      if (row === undefined) return undefined;
      const source = { source: "programme.record", ref: `price-list/${id}`, version: row.batch, observedAt: at };
      return { source, value: recordOf(id, row, dayAtUtc(at)) };
    },

    async listRecords(company, objectType, after, limit) {
      if (objectType !== "price-list") return [];
      const { rows } = await pool
        .query<{ id: string }>({
          name: "programme-price-lists",
          text: `select distinct list_id as id from programme.price_list
                 where company = $1 and list_id > $2 order by list_id limit $3`,
          values: [company, after, limit],
        })
        .catch(unavailable("programme"));
      return rows.map(({ id }) => id);
    },
  };
}

function recordOf(id: string, row: SentRow, today: number): JsonObject {
  const { batch, digest, sentBy, badRows, reading, inForce, list, book } = row;
  const { added, raised, lowered, dropped, largestFallPpm } = changedBy(reading.prices, { book, list, today });
  return {
    list: id,
    batch,
    digest,
    sent_by: sentBy,
    state: inForce ? "in-force" : "sent",
    prices: reading.count,
    added,
    raised,
    lowered,
    dropped,
    largest_fall_ppm: largestFallPpm,
    fault: badRows > 0 ? `${badRows} rows of its batch could not be read` : faultOf(reading),
  };
}

function writer(pool: Pool, now: () => string): PriceWriter {
  async function findPriceList(company: string, effectKey: string): Promise<Receipt | undefined> {
    const { rows } = await pool
      .query<Receipt>({
        name: "programme-find-price-list",
        text: `select list_id || '@' || row_id as "externalRef", ${iso("set_at")} as "answeredAt"
               from programme.price_list where company = $1 and effect_key = $2`,
        values: [company, effectKey],
      })
      .catch(unavailable("programme"));
    return rows[0];
  }

  return {
    findPriceList,
    async putPriceList({ company, effectKey }, sent) {
      const { rows } = await pool
        .query<{ outcome: "done" | "key-reused" | "moved-on" }>({
          name: "programme-put-price-list",
          text: "select programme.put_price_list($1, $2, $3, $4) as outcome",
          values: [company, effectKey, now(), JSON.stringify(sent)],
        })
        .catch(unavailable("programme"));
      const outcome = rows[0]?.outcome;
      const list = `price list \`${sent.list}\``;
      if (outcome === "moved-on") throw new ToolError("TARGET_MOVED_ON", `${list} was sent again after the decision`);
      if (outcome === "key-reused") throw new ToolError("TARGET_KEY_REUSED", `the key was used for another ${list}`);
      const receipt = await findPriceList(company, effectKey);
      if (receipt === undefined) throw new ToolError("TARGET_UNAVAILABLE", `${list} was not told to be in force`);
      return receipt;
    },
  };
}

/** The company's price book on PostgreSQL. `now`: the company's clock, by which prices come into force. */
export function createPrices(pool: Pool, now: () => string): PriceWriter {
  return writer(pool, now);
}
