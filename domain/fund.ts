import { z } from "zod";
import { sharedAccountText } from "./account.ts";
import { Currency } from "./money.ts";
import { accountText } from "./normal-text.ts";

/** A period that a fund is given for, counted in UTC: `2026`, `2026-Q3`, `2026-07`, or `ever`. */
const Period = z.string().regex(/^(ever|\d{4}(-(Q[1-4]|0[1-9]|1[0-2]))?)$/, "expected a period such as `2026-Q3`");

/** A partner's fund in a period: the account that deposits go into and decisions draw on. */
export const FundRef = z.strictObject({
  /** The shared limit that declares it: `policies/shared/<fundId>.yaml` with `cap: { deposited: … }`. */
  fundId: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
  partnerId: z.string().min(1).max(64),
  period: Period,
  currency: Currency,
});
export type FundRef = z.infer<typeof FundRef>;

/** An account as the ledger names it, with its window: the first instant and the first one after it. */
export type FundAccount = {
  /** Its SHA-256 is the account's name. */
  readonly text: string;
  readonly from: string | null;
  readonly until: string | null;
};

type Months = { readonly window: string; readonly first: number; readonly count: number };

/** The kind of window a period is, and its months, from 0. */
function monthsOf(part: string | undefined): Months {
  if (part === undefined) return { window: "calendar-year", first: 0, count: 12 };
  if (!part.startsWith("Q")) return { window: "calendar-month", first: Number(part) - 1, count: 1 };
  return { window: "calendar-quarter", first: (Number(part.slice(1)) - 1) * 3, count: 3 };
}

/** The account of a fund, however the partner's id is spelled. A decision in that period, under a limit that says so, draws on it. */
export function fundAccountOf(company: string, { fundId, partnerId, period, currency }: FundRef): FundAccount {
  const account = { company, kind: "fund", id: fundId, unit: { unit: "minor", currency } } as const;
  const values = { partner: accountText(partnerId) ?? partnerId };
  if (period === "ever") {
    return { text: sharedAccountText({ ...account, window: period, values }), from: null, until: null };
  }
  const [year = "", part] = period.split("-");
  const { window, first, count } = monthsOf(part);
  const month = (number: number) => new Date(Date.UTC(Number(year), number, 1)).toISOString();
  const text = sharedAccountText({ ...account, window, values });
  return { text, from: month(first), until: month(first + count) };
}
