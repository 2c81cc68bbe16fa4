import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Plan } from "../../functions/definition.ts";
import { contractRecord, RENEWAL_AT, renewalInput } from "../../functions/renewals/fixture.ts";
import { renewals } from "../../functions/renewals/function.ts";
import { recordRenewal } from "../../functions/renewals/record-renewal.ts";

function planOf(changes: { readonly [property: string]: string }, at = RENEWAL_AT): Plan {
  const plan = renewals.plan(contractRecord(changes), at);
  if (plan === undefined) throw new Error("the record cannot be read");
  return plan;
}

const endDate = fc
  .date({ min: new Date("1902-01-01"), max: new Date("2199-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

const daysOf = ({ anchors }: Plan) =>
  Object.fromEntries(Object.entries(anchors).map(([name, instant]) => [name, instant.slice(0, 10)]));

describe("the anchors of a renewal", () => {
  test("count from the notice date where the contract renews itself, and steps begin with their day", () => {
    expect(planOf({})).toEqual({
      state: "scheduled",
      anchors: {
        step120: "2026-06-04T00:00:00.000Z",
        step90: "2026-07-04T00:00:00.000Z",
        step60: "2026-08-03T00:00:00.000Z",
        step30: "2026-09-02T00:00:00.000Z",
        noticeAhead: "2026-09-29T00:00:00.000Z",
        decideBy: "2026-10-02T00:00:00.000Z",
        renews: "2026-10-02T23:59:59.999Z",
        ends: "2026-12-31T23:59:59.999Z",
        recoveryEnds: "2027-01-14T23:59:59.999Z",
        outcome: "2026-10-02T23:59:59.999Z",
      },
      deadlines: { offer: "2026-07-04T23:59:59.999Z" },
      correlations: { offer: "renewals/offer/C-7001/2026-12-31" },
      endsBy: "2027-01-21T23:59:59.999Z",
    });
  });

  test("count from the end where it does not, and then nothing happens by itself", () => {
    expect(daysOf(planOf({ auto_renew: "false", notice_days: "" }))).toEqual({
      step120: "2026-09-02",
      step90: "2026-10-02",
      step60: "2026-11-01",
      step30: "2026-12-01",
      decideBy: "2026-12-31",
      ends: "2026-12-31",
      recoveryEnds: "2027-01-14",
      outcome: "2026-12-31",
    });
  });

  test.for([
    ["over the leap day", "2028-03-30", "30", "2028-02-29", "2027-11-01"],
    ["on the leap day itself", "2028-02-29", "0", "2028-02-29", "2027-11-01"],
    ["in a year without one", "2027-03-30", "30", "2027-02-28", "2026-10-31"],
    ["in a century that has one", "2000-03-01", "1", "2000-02-29", "1999-11-01"],
    ["in a century that has none", "2100-03-01", "1", "2100-02-28", "2099-10-31"],
    ["at the end of a month of 31 days", "2027-05-31", "30", "2027-05-01", "2027-01-01"],
    ["at the end of a month of 30 days", "2027-06-30", "30", "2027-05-31", "2027-01-31"],
    ["over a turn of the year", "2027-01-01", "1", "2026-12-31", "2026-09-02"],
    ["over the end of summer time", "2026-11-01", "7", "2026-10-25", "2026-06-27"],
  ] as const)("are right %s", ([, end_date, notice_days, decideBy, step120]) => {
    const { anchors } = planOf({ start_date: "1999-01-01", end_date, notice_days });
    expect([anchors["decideBy"], anchors["step120"]]).toEqual([
      `${decideBy}T00:00:00.000Z`,
      `${step120}T00:00:00.000Z`,
    ]);
  });

  /** The day before or after another, by nothing but the lengths of months. */
  function neighbour([year, month, day]: readonly number[], by: 1 | -1): readonly number[] {
    const [y, m, d] = [year ?? 0, month ?? 0, day ?? 0];
    const isLeap = (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
    const lengthOf = (of: number) =>
      [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][(of + 11) % 12] ?? 0;
    if (by === 1) {
      if (d < lengthOf(m)) return [y, m, d + 1];
      return m === 12 ? [y + 1, 1, 1] : [y, m + 1, 1];
    }
    if (d > 1) return [y, m, d - 1];
    return m === 1 ? [y - 1, 12, 31] : [y, m - 1, lengthOf(m - 1)];
  }

  function stepped(date: string, days: number): string {
    let at: readonly number[] = date.split("-").map(Number);
    for (let left = Math.abs(days); left > 0; left -= 1) at = neighbour(at, days < 0 ? -1 : 1);
    return at.map((part, index) => String(part).padStart(index === 0 ? 4 : 2, "0")).join("-");
  }

  test("are those of a calendar walked day by day", () => {
    fc.assert(
      fc.property(endDate, fc.integer({ min: 0, max: 365 }), fc.boolean(), (end_date, notice, auto) => {
        const plan = planOf({
          start_date: "1900-01-01",
          end_date,
          notice_days: String(notice),
          auto_renew: String(auto),
        });
        const decideBy = stepped(end_date, auto ? -notice : 0);
        expect(daysOf(plan)).toEqual({
          step120: stepped(decideBy, -120),
          step90: stepped(decideBy, -90),
          step60: stepped(decideBy, -60),
          step30: stepped(decideBy, -30),
          ...(auto ? { noticeAhead: stepped(decideBy, -3), renews: decideBy } : {}),
          decideBy,
          ends: end_date,
          recoveryEnds: stepped(end_date, 14),
          outcome: decideBy,
        });
        expect(plan.endsBy.slice(0, 10)).toBe(stepped(end_date, 21));
      }),
    );
  });

  test("all move with a moved end date, by as many days", () => {
    fc.assert(
      fc.property(fc.integer({ min: -200, max: 2_000 }), fc.boolean(), (days, auto) => {
        const kept = { auto_renew: String(auto) };
        const [before, after] = [planOf(kept), planOf({ ...kept, end_date: stepped("2026-12-31", days) })];
        const moved = Object.entries(before.anchors).map(([name, at]) => [name, Date.parse(at) + days * 86_400_000]);
        const found = Object.entries(after.anchors).map(([name, at]) => [name, Date.parse(at)]);
        expect(found).toEqual(moved);
      }),
    );
  });

  test("and deadlines are over before the case is, and all of it is plain JSON", () => {
    fc.assert(
      fc.property(
        endDate,
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2200-01-01") }),
        (end_date, at) => {
          const plan = planOf({ start_date: "1900-01-01", end_date }, at.toISOString());
          const instants = [...Object.values(plan.anchors), ...Object.values(plan.deadlines)];
          expect(instants.filter((instant) => instant > plan.endsBy)).toEqual([]);
          expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
        },
      ),
    );
  });
});

describe("what became of the contract may be recorded", () => {
  const accepted = { acceptance_evidence: "ORDER-88", accepted_on: "2026-07-10" };
  const refused = { non_renewal_reason: "budget", notice_received_on: "2026-09-01" };

  test.for<[string, { readonly [property: string]: string }, string | undefined]>([
    ["when silence has renewed it", {}, "2026-10-02T23:59:59.999Z"],
    ["when silence has ended it", { auto_renew: "false" }, "2026-12-31T23:59:59.999Z"],
    ["from the start of the day of an acceptance", accepted, "2026-07-10T00:00:00.000Z"],
    ["from the start of the day of a notice", refused, "2026-09-01T00:00:00.000Z"],
    [
      "when it ends, after its notice is recorded",
      { ...refused, renewal_state: "notice-given" },
      "2026-12-31T23:59:59.999Z",
    ],
    ["when silence would have, for want of the day", { ...accepted, accepted_on: "" }, "2026-10-02T23:59:59.999Z"],
    [
      "from the day on which it is won back",
      { ...accepted, renewal_state: "lapsed", accepted_on: "2027-01-10" },
      "2027-01-10T00:00:00.000Z",
    ],
    ["before the case ends, of a day far off", { ...accepted, accepted_on: "2199-01-01" }, "2027-01-21T23:59:59.999Z"],
    ["no more, once it is accepted", { ...accepted, renewal_state: "accepted" }, undefined],
    ["no more, once it has renewed itself", { renewal_state: "auto-renewed" }, undefined],
    ["no more, once it has lapsed and nobody took it up", { renewal_state: "lapsed" }, undefined],
    ["not while its day cannot be read", { ...accepted, accepted_on: "soon" }, undefined],
  ])("%s", ([, changes, outcome]) => expect(planOf(changes).anchors["outcome"]).toBe(outcome));

  test("and then people or the policy find that its day has come, at that instant and not a millisecond before", () => {
    fc.assert(
      fc.property(endDate, fc.boolean(), fc.integer({ min: 0, max: 90 }), (end_date, auto, notice) => {
        const record = contractRecord({
          start_date: "1900-01-01",
          end_date,
          auto_renew: String(auto),
          notice_days: String(notice),
        });
        const outcome = renewals.plan(record, RENEWAL_AT)?.anchors["outcome"] ?? "";
        const come = [0, -1].map((ms) => {
          const at = new Date(Date.parse(outcome) + ms).toISOString();
          return recordRenewal.facts(renewalInput(recordRenewal, record, { at }))["hasCome"];
        });
        expect(come).toEqual([true, false]);
      }),
    );
  });
});

describe("an answer to the offer names", () => {
  const named = (changes: { readonly [property: string]: string }) => planOf(changes).correlations;

  test("the contract and the end of its term, and so never an earlier term's offer", () => {
    expect([named({}), named({ contract_id: "EU/7.2_a", end_date: "2027-12-31" })]).toEqual([
      { offer: "renewals/offer/C-7001/2026-12-31" },
      { offer: "renewals/offer/EU/7.2_a/2027-12-31" },
    ]);
  });

  test.for(["C 7001", "C-7001#2", "Vertrag-ä", "a:b"])("nothing for a contract `%s`: it could not be written", (id) =>
    expect(named({ contract_id: id })).toEqual({}),
  );

  test("for any contract, at most 200 of the characters that are agreed", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 70 }), endDate, (contract_id, end_date) => {
        const { offer = "left-out" } = named({ contract_id, start_date: "1900-01-01", end_date });
        expect(offer).toMatch(/^[A-Za-z0-9._/-]{1,200}$/);
      }),
    );
  });
});

describe("an offer", () => {
  test.for([
    ["is open for 30 days, to the end of the last", {}, "2026-07-04T09:00:00.000Z", "2026-08-03T23:59:59.999Z"],
    ["is as long open when made late in the day", {}, "2026-07-04T23:59:59.999Z", "2026-08-03T23:59:59.999Z"],
    ["ends when the contract renews itself", {}, "2026-09-20T09:00:00.000Z", "2026-10-02T23:59:59.999Z"],
    [
      "may outlive the end of a contract that lapses",
      { auto_renew: "false" },
      "2026-12-10T09:00:00.000Z",
      "2027-01-09T23:59:59.999Z",
    ],
    [
      "ends when it can no longer be won back",
      { auto_renew: "false" },
      "2027-01-02T09:00:00.000Z",
      "2027-01-14T23:59:59.999Z",
    ],
  ] as const)("%s", ([, changes, at, deadline]) => {
    expect(planOf(changes, at).deadlines).toEqual({ offer: deadline });
  });
});

describe("a record that cannot be read has no plan:", () => {
  test.for([
    ["no end", { end_date: "" }],
    ["an end on a day that does not exist", { end_date: "2026-02-30" }],
    ["a placeholder for an end", { end_date: "9999-12-31" }],
    ["an end that is written otherwise", { end_date: "31.12.2026" }],
    ["an end before the start", { end_date: "2025-12-31" }],
    ["an end on the start", { end_date: "2026-01-01" }],
    ["a start that is no date", { start_date: "last year" }],
    ["no word on whether it renews itself", { auto_renew: "" }],
    ["a renewal by itself without days of notice", { notice_days: "" }],
    ["days of notice that are no number", { notice_days: "three months" }],
    ["less than no notice", { notice_days: "-1" }],
    ["a notice before the contract began", { notice_days: "365" }],
  ] as const)("%s", ([, changes]) => {
    expect(renewals.plan(contractRecord(changes), RENEWAL_AT)).toBeUndefined();
  });

  test("nothing at all", () => expect(renewals.plan({}, RENEWAL_AT)).toBeUndefined());
});
