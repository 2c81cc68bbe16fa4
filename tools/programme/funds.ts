import { hash } from "node:crypto";
import type { Pool } from "pg";
import type { JsonObject } from "../../domain/json.ts";
import { fundAccountOf, type FundRef } from "../../domain/fund.ts";
import type { Permit, Receipt } from "../../domain/permit.ts";
import { ToolError } from "../tool-error.ts";
import { unavailable } from "../unavailable.ts";
import type { FundReader, FundWriter } from "./funds-port.ts";

/** A fund as the ledger of accounts knows it: nobody reads the partner out of it. */
function accountOf(company: string, fund: FundRef) {
  const { text, from, until } = fundAccountOf(company, fund);
  const { fundId, currency } = fund;
  const account = hash("sha256", text, "hex");
  return { account, windowFrom: from, windowUntil: until, name: `shared/${fundId}`, currency };
}

function refOf({ fundId, partnerId, period, currency }: FundRef): string {
  return `fund/${fundId}/${partnerId}/${period}/${currency}`;
}

type Read = { version: string; value: JsonObject };

function createReader(pool: Pool, now: () => string): FundReader {
  return {
    async readFund(company, fund) {
      const { account, windowFrom } = accountOf(company, fund);
      const observedAt = now();
      const { rows } = await pool
        .query<Read>({
          name: "programme-fund",
          text: `select concat_ws('/', t.deposited, t.used, t.reserved) as version,
                   jsonb_build_object('opened', coalesce(t.deposited <> 0 or t.used <> 0, false),
                     'depositedMinor', coalesce(t.deposited, 0), 'usedMinor', coalesce(t.used, 0),
                     'reservedMinor', coalesce(t.reserved, 0)) as value
                 from (select coalesce($3::timestamptz, '-infinity') as window_from) w
                 left join lateral (
                   select deposited, used, reserved from account x
                   where x.company = $1 and x.account = $2 and x.window_from = w.window_from limit 1) t on true`,
          values: [company, account, windowFrom],
        })
        .catch(unavailable("programme"));
      const { version = "", value = {} } = rows[0] ?? {};
      return { source: { source: "programme.fund", ref: refOf(fund), version, observedAt }, value };
    },

    async readPosting(company, fund, decisionId) {
      const { account, windowFrom } = accountOf(company, fund);
      const observedAt = now();
      const { rows } = await pool
        .query<Read>({
          name: "programme-posting",
          text: `select concat_ws('/', p.amount, s.stands) as version, jsonb_build_object(
                   'postedMinor', coalesce(p.amount, 0), 'standsMinor', coalesce(s.stands, 0)) as value
                 from (select coalesce($3::timestamptz, '-infinity') as window_from) w
                 cross join lateral posting_stands($1, $4, $2, w.window_from) as s (stands)
                 left join lateral (
                   select amount from account_entry x where x.company = $1 and x.cause = $4 and x.account = $2
                     and x.window_from = w.window_from and x.kind = 'posting' limit 1) p on true`,
          values: [company, account, windowFrom, decisionId],
        })
        .catch(unavailable("programme"));
      const { version = "", value = {} } = rows[0] ?? {};
      const ref = `${refOf(fund)}/${decisionId}`;
      return { source: { source: "programme.posting", ref, version, observedAt }, value };
    },
  };
}

/** Why nothing was entered, by what the ledger answered. */
const refusals = {
  "no-fund": "nothing was ever paid into it",
  "would-be-negative": "it would hold less than is used and reserved",
  "not-posted": "the posting does not count that much any more",
} as const;

type Entered =
  | { readonly outcome: "done"; readonly receipt: Receipt }
  | { readonly outcome: "key-reused" | keyof typeof refusals };

function createWriter(pool: Pool, now: () => string): FundWriter {
  /** One entry of the ledger, once per effect key. */
  async function enter({ company, effectKey }: Permit, fund: FundRef, entry: JsonObject): Promise<Receipt> {
    const { rows } = await pool
      .query<{ entered: Entered }>({
        name: "programme-enter-fund",
        text: "select programme.enter_fund($1, $2, $3, $4) as entered",
        values: [company, effectKey, now(), JSON.stringify({ ...accountOf(company, fund), ...entry })],
      })
      .catch(unavailable("programme"));
    const entered = rows[0]?.entered ?? { outcome: "no-fund" };
    if (entered.outcome === "done") return entered.receipt;
    const ref = `\`${refOf(fund)}\``;
    if (entered.outcome === "key-reused")
      throw new ToolError("TARGET_KEY_REUSED", `key used for another entry than this of ${ref}`);
    throw new ToolError("TARGET_REFUSED", `${ref}: ${refusals[entered.outcome]}`);
  }

  return {
    depositFund: (permit, { amountMinor, ...fund }) => enter(permit, fund, { kind: "deposit", amountMinor }),

    adjustFund: (permit, { changeMinor, mayGoNegative, ...fund }) =>
      enter(permit, fund, { kind: "adjustment", amountMinor: changeMinor, mayGoNegative }),

    reversePosting: (permit, { decisionId, amountMinor, ...fund }) =>
      enter(permit, fund, { kind: "reversal", amountMinor, decisionId }),

    async findFundEntry(company, effectKey) {
      const { rows } = await pool
        .query<{ receipt: Receipt }>({
          name: "programme-find-fund-entry",
          text: `select programme.fund_receipt(e) as receipt from account_entry e
           where e.company = $1 and e.cause = $2 and e.kind in ('deposit', 'adjustment', 'reversal')`,
          values: [company, effectKey],
        })
        .catch(unavailable("programme"));
      return rows[0]?.receipt;
    },
  };
}

/** Partners' funds, on the ledger that limits are counted in. `now`: the company's clock, by which entries are made. */
export function createFunds(pool: Pool, now: () => string): FundReader & FundWriter {
  return { ...createReader(pool, now), ...createWriter(pool, now) };
}
