import { describe, expect, test } from "vitest";
import { DATED_CASE_AHEAD_MS } from "../../temporal.config.ts";
import type { CasePlan, EndedStep } from "../../workflows/activities.ts";
import { endOf, nextOf, type Course, type Next, type Standing } from "../../workflows/agenda.ts";

const at = "2026-07-01T08:00:00.000Z";
const nowMs = Date.parse(at);
const shortly = new Date(nowMs + 1).toISOString();

const plan = {
  kind: "plan",
  state: "proposed",
  anchors: { due: at, ahead: shortly },
  deadlines: { offer: "2026-07-09T00:00:00.000Z" },
  correlations: {},
  endsBy: "2026-12-31T00:00:00.000Z",
  asks: { "renewals.price": "a1", "renewals.record": "b2" },
  done: { "renewals.propose": { digest: "1f0c2a9b77", on: "2026-06-30" } },
  told: ["offer/2026-06-30-1f0c2a9b"],
} satisfies CasePlan;
const unread = { kind: "unreadable", code: "no-dates" } as const satisfies CasePlan;

const begun: Course = { put: [], awaited: {} };
const going: Course = { ...begun, endsBy: shortly };

/** What an agenda is shown. */
function shown(course: Course): Standing {
  let standing: Standing | undefined;
  const agenda = (given: Standing): Next => {
    standing = given;
    return { kind: "wait" };
  };
  nextOf(agenda, plan, course, nowMs);
  if (standing === undefined) throw new Error("the agenda was not asked");
  return standing;
}

const unasked = (): Next => {
  throw new Error("the agenda was asked");
};

describe("what is next", () => {
  test("is what the agenda says, while the record can be read", () => {
    expect(nextOf(({ state }) => ({ kind: "tell", template: state, occasion: "" }), plan, going, nowMs)).toEqual({
      kind: "tell",
      template: "proposed",
      occasion: "",
    });
  });

  test("is nothing more from the last moment on, and where no plan was ever read of a record that is gone", () => {
    expect(nextOf(unasked, plan, { ...going, endsBy: at }, nowMs)).toEqual({ kind: "end" });
    expect(nextOf(unasked, { ...unread, gone: true }, begun, nowMs)).toEqual({ kind: "end" });
  });

  test("of a record that cannot be read is put to people once, else told once, and then waited for", () => {
    const asking = { ...unread, ask: "renewals.propose" } as const;
    expect(nextOf(unasked, asking, begun, nowMs)).toEqual({ kind: "step", action: "renewals.propose" });
    expect(nextOf(unasked, unread, begun, nowMs)).toEqual({ kind: "standstill", code: "no-dates" });
    expect(nextOf(unasked, asking, { ...going, put: ["renewals.propose:"] }, nowMs)).toEqual({ kind: "wait" });
    expect(nextOf(unasked, unread, { ...going, put: ["plan:"] }, nowMs)).toEqual({ kind: "wait" });
    expect(nextOf(unasked, unread, { ...begun, put: ["plan:"] }, nowMs)).toEqual({ kind: "end" });
  });

  test("of a record that is gone asks nobody", () => {
    expect(nextOf(unasked, { ...unread, gone: true }, going, nowMs)).toEqual({ kind: "wait" });
  });
});

describe("an agenda is shown", () => {
  test("dates, of which one is due from its very moment on", () => {
    const { dateOf, isDue, deadlineOf } = shown(going);
    expect([dateOf("due"), dateOf("none")]).toEqual([at, undefined]);
    expect([isDue("due"), isDue("ahead"), isDue("none")]).toEqual([true, false, false]);
    expect([deadlineOf("offer"), deadlineOf("none")]).toEqual(["2026-07-09T00:00:00.000Z", undefined]);
  });

  test("what the record asks for, but for just that which was put to the rules", () => {
    const { asksFor } = shown({ ...going, put: ["renewals.price:a1", "renewals.record:a1"] });
    expect([asksFor("renewals.price"), asksFor("renewals.record"), asksFor("renewals.propose")]).toEqual([
      false,
      true,
      false,
    ]);
  });

  test("what was done last, by its day and its digest", () => {
    const { done } = shown(going);
    expect([done("renewals.propose"), done("renewals.price")]).toEqual(["2026-06-30-1f0c2a9b", undefined]);
  });

  test("what was told, by the record or since the last event, for its own occasion", () => {
    const { hasTold } = shown({ ...going, put: ["reminder/step30"] });
    const texts = [
      ["offer", "2026-06-30-1f0c2a9b"],
      ["reminder", "step30"],
      ["reminder", "step60"],
      ["offer", "step30"],
    ] as const;
    expect(texts.map(([template, occasion]) => hasTold(template, occasion))).toEqual([true, true, false, false]);
  });

  test("where an awaited answer stands, and not that about something else", () => {
    const offer = { correlation: "c", about: "first", state: { kind: "withdrawn" } } as const;
    const { reply } = shown({ ...going, awaited: { offer } });
    expect([reply("offer", "first"), reply("offer", "second"), reply("other", "first")]).toEqual([
      "withdrawn",
      undefined,
      undefined,
    ]);
  });
});

describe("the work on an event", () => {
  const taken: readonly EndedStep[] = [{ step: "price", kind: "executed" }];
  const work = (ended: readonly EndedStep[] = [], gone?: true) => ({
    ended,
    event: gone === undefined ? {} : { gone },
  });
  const wait = { kind: "wait" } as const;
  const end = { kind: "end" } as const;
  const none = { code: "no-dates", stepKey: "", decisionId: "" };

  test.for<readonly [string, readonly EndedStep[], true | undefined, Course, CasePlan, readonly unknown[]]>([
    ["with what it took, where it took any", taken, undefined, going, plan, []],
    [
      "as refused, where the record was never read",
      [],
      undefined,
      begun,
      unread,
      [{ step: "plan", kind: "refused", because: none }],
    ],
    [
      "as moot, where its source says so",
      [],
      true,
      begun,
      unread,
      [{ step: "plan", kind: "superseded", because: none }],
    ],
    [
      "idle, where nothing is left of what was read",
      [],
      undefined,
      going,
      unread,
      [{ step: "plan", kind: "idle", because: { code: "nothing-left" } }],
    ],
    [
      "idle, where nothing is left to do",
      [],
      true,
      going,
      plan,
      [{ step: "plan", kind: "idle", because: { code: "nothing-left" } }],
    ],
    [
      "idle, where the last day is over",
      [],
      undefined,
      { ...going, endsBy: at },
      plan,
      [{ step: "plan", kind: "idle", because: { code: "last-date-over" } }],
    ],
  ])("ends %s", ([, ended, gone, course, read, outcomes]) => {
    expect(endOf(work(ended, gone), course, read, end, nowMs)).toEqual(outcomes);
  });

  const from = (ms: number) => new Date(nowMs + DATED_CASE_AHEAD_MS + ms).toISOString();
  const dated = (...dates: readonly string[]): CasePlan => ({
    ...plan,
    anchors: Object.fromEntries(dates.map((date, place) => [`date-${place}`, date])),
  });

  test("is left to the daily sweep where its first date is further off than a case waits, and not before", () => {
    const far = endOf(work(taken), going, dated(from(2), from(1)), wait, nowMs);
    expect(far).toEqual([{ step: "plan", kind: "idle", because: { code: "first-date", on: from(1) } }]);
    expect(endOf(work(), going, dated(from(1), from(0)), wait, nowMs)).toBeUndefined();
    expect(endOf(work(), going, dated(), wait, nowMs)).toBeUndefined();
  });

  test("goes on while an answer is awaited, something is to be done or nothing can be read", () => {
    const far = dated(from(1));
    const offer = (state: Course["awaited"][string]["state"]): Course => ({
      ...going,
      awaited: { offer: { correlation: "c", about: "", state } },
    });
    expect(endOf(work(), offer({ kind: "waiting", deadline: shortly }), far, wait, nowMs)).toBeUndefined();
    expect(endOf(work(), offer({ kind: "withdrawn" }), far, wait, nowMs)).toHaveLength(1);
    expect(endOf(work(), going, far, { kind: "tell", template: "", occasion: "" }, nowMs)).toBeUndefined();
    expect(endOf(work(), going, unread, wait, nowMs)).toBeUndefined();
  });
});
