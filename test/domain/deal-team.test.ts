import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { creditTotalPpm, holdsAt, membersIn, overlap, strictestStanding } from "../../domain/deal-team.ts";
import { teamMember, teamOf } from "../../functions/shared/fixture.ts";

const day = (n: number) => `2026-03-${String(n).padStart(2, "0")}T09:00:00.000Z`;
const term = (from: number | null, until: number | null) => ({
  from: from === null ? null : day(from),
  until: until === null ? null : day(until),
});

describe("a role is held", () => {
  test.for([
    ["from its first instant on", term(10, 20), day(10), "now"],
    ["not an instant before", term(10, 20), "2026-03-10T08:59:59.999Z", "to-come"],
    ["to the instant before its end", term(10, 20), "2026-03-20T08:59:59.999Z", "now"],
    ["not at its end", term(10, 20), day(20), "ended"],
    ["without an end while that is open", term(10, null), "2199-01-01T00:00:00Z", "now"],
    ["since ever where no beginning is known", term(null, 20), "1970-01-01T00:00:00Z", "now"],
    ["never where it ends as it begins", term(10, 10), day(10), "ended"],
    ["never where it was ended before it began", term(10, 5), day(1), "ended"],
    ["at the same instant however that is written", term(10, 20), "2026-03-10T09:00:00Z", "now"],
  ] as const)("%s", ([, dates, at, expected]) => {
    expect(holdsAt(dates, at)).toBe(expected);
  });
});

describe("two terms", () => {
  test.for([
    ["meet when one begins within the other", term(1, 10), term(9, null), true],
    ["do not meet when one begins as the other ends", term(1, 10), term(10, 20), false],
    ["meet when both are open", term(5, null), term(null, null), true],
    ["do not meet when one is never in force", term(5, 5), term(null, null), false],
  ] as const)("%s", ([, one, other, expected]) => {
    expect([overlap(one, other), overlap(other, one)]).toEqual([expected, expected]);
  });

  test("meet exactly when there is an instant at which both are held", () => {
    const bound = fc.option(fc.integer({ min: 2, max: 8 }));
    const any = fc.tuple(bound, bound).map(([from, until]) => term(from, until));
    fc.assert(
      fc.property(any, any, (one, other) => {
        const days = Array.from({ length: 10 }, (_, n) => day(n + 1));
        const both = days.some((at) => [one, other].every((dates) => holdsAt(dates, at) === "now"));
        expect(overlap(one, other)).toBe(both);
      }),
      { numRuns: 500 },
    );
  });
});

test("a role's members are those who hold it at the instant that is asked for, or at that of the reading", () => {
  const team = teamOf(
    { partnerId: "a", ...term(1, 10), holds: "ended" },
    { partnerId: "b", ...term(5, null) },
    { partnerId: "c", ...term(5, null), role: "source" },
    { partnerId: "d", ...term(20, null), holds: "to-come" },
  );
  const sellers = (at?: string) => membersIn(team, "sell", at).map(({ partnerId }) => partnerId);
  expect([sellers(), sellers(day(1)), sellers(day(5)), sellers(day(20))]).toEqual([
    ["b"],
    ["a"],
    ["a", "b"],
    ["b", "d"],
  ]);
});

test.for([
  ["nobody's is unknown", [], "unknown"],
  ["active, when all are", ["active", "active"], "active"],
  ["unknown before active", ["active", "unknown", "active"], "unknown"],
  ["suspended before all", ["unknown", "suspended", "active"], "suspended"],
] as const)("the standing that counts: %s", ([, standings, expected]) => {
  expect(strictestStanding(standings.map((standing) => ({ standing })))).toBe(expected);
});

test("of credits the newest row of each partner and role counts, also after it has ended", () => {
  const members = [
    teamMember({ creditPpm: 500_000, holds: "ended" }),
    teamMember({ creditPpm: 300_000, holds: "ended" }),
    teamMember({ creditPpm: 200_000, role: "source" }),
    teamMember({ creditPpm: 900_000, partnerId: "partner-9" }),
    teamMember({ creditPpm: null, partnerId: "partner-9" }),
  ];
  expect(creditTotalPpm(members)).toBe(500_000);
});
