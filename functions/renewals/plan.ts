import { endOfDayUtc, dayAtUtc, startOfDayUtc } from "../../domain/day.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Plan } from "../definition.ts";
import { readContract, termOf, type Term } from "./contract.ts";
import { correlationsOf } from "./correlations.ts";
import { outcomeFrom } from "./outcome.ts";

/** Days before the day to decide at which a renewal moves on: the programme's 120/90/60/30. */
const STEP_DAYS = [120, 90, 60, 30] as const;

/** Days before it renews itself that the customer is told: the last in which it can still say no. The programme's. */
const NOTICE_AHEAD_DAYS = 3;

/** Days that an offer is open. The programme's, 2026-11. */
export const OFFER_DAYS = 30;

/** Days after the end in which a lapsed contract may be won back. The programme's, 2026-11. */
const RECOVERY_DAYS = 14;

/** Days that a case outlives its last anchor, for answers on their way. Our own default, 2026-11. */
const GRACE_DAYS = 7;

/** The last day of an offer made on a day: none outlives the last one on which it could be taken. */
export function offerEndsOn({ end, autoRenews, decideBy }: Term, madeOn: number): number {
  return Math.min(madeOn + OFFER_DAYS, autoRenews ? decideBy : end + RECOVERY_DAYS);
}

/**
 * The anchors of a renewal, all in calendar days: steps begin with their day, what ends on a day ends with it, in UTC.
 * `step120` to `step30` and `decideBy` count from the notice date where the contract renews itself, else from its end.
 * `noticeAhead` and `renews` are there only where it renews itself: from `renews` on silence has renewed it.
 * `outcome` is when what the record says became of the contract may be recorded: there only while something is left to
 * record, and never after the case's end. The deadline `offer` is that of an offer made at `at`; what answers it names the
 * correlation `offer`.
 */
export function renewalPlan(record: JsonObject, at: string): Plan | undefined {
  const contract = readContract(record);
  const term = termOf(contract);
  if (term === undefined) return undefined;
  const { end, autoRenews, decideBy } = term;
  const steps = STEP_DAYS.map((days) => [`step${days}`, startOfDayUtc(decideBy - days)] as const);
  const renewing = { noticeAhead: startOfDayUtc(decideBy - NOTICE_AHEAD_DAYS), renews: endOfDayUtc(decideBy) };
  const lastDay = end + RECOVERY_DAYS;
  const endsBy = endOfDayUtc(lastDay + GRACE_DAYS);
  const outcome = outcomeFrom(contract);
  return {
    state: contract.renewal_state ?? "",
    anchors: {
      ...Object.fromEntries(steps),
      decideBy: startOfDayUtc(decideBy),
      ...(autoRenews ? renewing : {}),
      ends: endOfDayUtc(end),
      recoveryEnds: endOfDayUtc(lastDay),
      ...(outcome === undefined ? {} : { outcome: outcome < endsBy ? outcome : endsBy }),
    },
    deadlines: { offer: endOfDayUtc(offerEndsOn(term, dayAtUtc(at))) },
    correlations: correlationsOf(contract),
    endsBy,
  };
}
