import fc from "fast-check";
import type { FactType } from "../../../guardrails/fact-types.ts";
import type { Limit, Window } from "../../../guardrails/policy.ts";

const windows: readonly Window[] = [
  "calendar-day",
  "calendar-week",
  "calendar-month",
  "calendar-quarter",
  "calendar-year",
  "ever",
  "1d",
  "2d",
  "30d",
];
const rolling = ["1d", "2d", "14d"] as const;

const asking = fc.constantFrom<Pick<Limit, "over" | "route">>(
  { over: "escalate", route: "partner-manager" },
  { over: "escalate", route: "regional-director" },
  { over: "block", route: "partner-manager" },
);

/** A cool-down, a count or a sum over any window, of the policy's own or shared under other names and in another zone. */
function limitOver(id: string, words: readonly string[], sums: readonly string[]): fc.Arbitrary<Limit> {
  const per = fc.subarray([...words]);
  const once = fc.record({ window: fc.constantFrom(...rolling), per, asks: asking });
  const cooldown = once.map(({ window, per: by, asks }): Limit => ({
    id,
    sum: null,
    per: by,
    window,
    cap: 1,
    warnAtPpm: null,
    ...asks,
    cooldown: true,
  }));
  const counted = fc
    .record({
      sum: fc.constantFrom(null, ...sums),
      per,
      window: fc.constantFrom(...windows),
      cap: fc.nat({ max: 9 }),
      warnAtPpm: fc.constantFrom(null, 500_000),
      asks: asking,
    })
    .map(({ asks, ...limit }): Limit => ({ id, ...limit, ...asks }));
  const zone = fc.constantFrom(null, null, "Pacific/Kiritimati", "America/New_York");
  return fc.tuple(fc.oneof(cooldown, counted), zone).map(([limit, timezone]) => {
    if (timezone === null) return limit;
    const { sum, per: by } = limit;
    const names = { sum: sum === null ? null : `all-${sum}`, per: by.map((name) => `all-${name}`) };
    return { ...limit, shared: { version: "0".repeat(64), timezone, ...names } };
  });
}

/** Up to two limits over facts that every request has: plain numbers are added up, words name accounts. */
export function limitsOver(facts: readonly FactType[]): fc.Arbitrary<readonly Limit[]> {
  const needed = facts.filter(({ optional }) => optional === undefined);
  const words = needed.filter(({ kind }) => kind === "choice" || kind === "text").map(({ name }) => name);
  const sums = needed.filter((type) => type.kind === "number" && type.min >= 0).map(({ name }) => name);
  const one = (id: string) => limitOver(id, words, sums);
  return fc.oneof(
    fc.constant([]),
    one("limit-0").map((limit) => [limit]),
    fc.tuple(one("limit-0"), one("limit-1")),
  );
}
