import { dayAtUtc, endOfDayUtc, startOfDayUtc } from "../../domain/day.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Plan } from "../definition.ts";
import { isClosed, isOpen, readOpportunity } from "./opportunity.ts";

/** Days after which a deal that names no close date is looked at again. Our own default, 2026-11. */
const REVIEW_DAYS = 90;

/** Days that a case outlives a deal's close date: deals are closed late. Our own default, 2026-11. */
const GRACE_DAYS = 180;

/** Long past: what nobody scored yet is due. */
const LONG_DUE = "2000-01-01T00:00:00.000Z";

/**
 * The dates of co-selling a deal: the day it is to close, and long since where nobody scored it, so that the daily sweep finds what no
 * event told of. A deal without one, or past it, is looked at again in so many days. `state`
 * is `closed` once the deal is.
 */
export function coSellingPlan(record: JsonObject, at: string): Plan {
  const opportunity = readOpportunity(record);
  const today = dayAtUtc(at);
  const close = opportunity.close_date ?? undefined;
  const next = close === undefined || close < today ? today + REVIEW_DAYS : close;
  const isUnscored = isOpen(record) && opportunity.co_sell_badge === null;
  return {
    state: isClosed(opportunity) ? "closed" : "",
    anchors: { ...(isUnscored && { unscored: LONG_DUE }), looksAgain: startOfDayUtc(next + 1) },
    deadlines: {},
    correlations: {},
    endsBy: endOfDayUtc(next + GRACE_DAYS),
  };
}
