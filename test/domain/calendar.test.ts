import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CalendarDocument, weekTexts } from "../../domain/calendar-document.ts";
import {
  deadlineAfter,
  weekdays,
  workingMsBetween,
  workingTimeAfter,
  workingTimeOf,
  type Interval,
  type Week,
  type WorkingTime,
} from "../../domain/calendar.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const office: readonly Interval[] = [["09:00", "17:00"]];
const five: Week = { monday: office, tuesday: office, wednesday: office, thursday: office, friday: office };
const paris: WorkingTime = { zone: "Europe/Paris", hours: five, holidays: ["2026-12-25", "2027-01-01"] };
const always: Week = Object.fromEntries(weekdays.map((day) => [day, [["00:00", "24:00"]]]));

describe("working time passes", () => {
  test.for<[string, WorkingTime, string, number, string]>([
    ["within a day", paris, "2026-03-02T09:00:00.000Z", 4, "2026-03-02T13:00:00.000Z"],
    ["up to the end of a day, and not into the next", paris, "2026-03-02T08:00:00.000Z", 8, "2026-03-02T16:00:00.000Z"],
    ["from the night on, once the morning comes", paris, "2026-03-02T22:00:00.000Z", 1, "2026-03-03T09:00:00.000Z"],
    ["over a weekend", paris, "2026-03-06T15:00:00.000Z", 4, "2026-03-09T11:00:00.000Z"],
    ["over the weekend of a change of clocks", paris, "2026-03-27T15:00:00.000Z", 4, "2026-03-30T10:00:00.000Z"],
    ["over the weekend that they are put back", paris, "2026-10-23T14:00:00.000Z", 4, "2026-10-26T11:00:00.000Z"],
    ["over a holiday and the weekend after it", paris, "2026-12-24T15:00:00.000Z", 2, "2026-12-28T09:00:00.000Z"],
    [
      "through the hour that a night shift loses",
      { zone: "Europe/Paris", hours: { sunday: [["01:00", "04:00"]] }, holidays: [] },
      "2026-03-29T00:00:00.000Z",
      2,
      "2026-03-29T02:00:00.000Z",
    ],
    [
      "through the hour that it gains",
      { zone: "Europe/Paris", hours: { sunday: [["01:00", "04:00"]] }, holidays: [] },
      "2026-10-24T23:00:00.000Z",
      4,
      "2026-10-25T03:00:00.000Z",
    ],
    [
      "in two halves of a day",
      {
        ...paris,
        hours: {
          monday: [
            ["09:00", "12:00"],
            ["13:00", "17:00"],
          ],
        },
      },
      "2026-03-02T10:30:00.000Z",
      1,
      "2026-03-02T12:30:00.000Z",
    ],
    [
      "day and night where people always work",
      { ...paris, hours: always, holidays: [] },
      "2026-03-28T12:00:00.000Z",
      48,
      "2026-03-30T12:00:00.000Z",
    ],
  ])("%s", ([, time, at, hours, due]) => {
    expect(workingTimeAfter(time, at, hours * HOUR)).toBe(due);
    expect(workingMsBetween(time, at, due)).toBe(hours * HOUR);
  });

  test("none passes at night, and none is asked of anybody for no time", () => {
    expect(workingMsBetween(paris, "2026-03-02T17:00:00.000Z", "2026-03-03T07:59:59.999Z")).toBe(0);
    expect(workingMsBetween(paris, "2026-03-03T10:00:00.000Z", "2026-03-02T10:00:00.000Z")).toBe(0);
    expect(workingTimeAfter(paris, "2026-03-02T22:00:00.000Z", 0)).toBe("2026-03-02T22:00:00.000Z");
  });

  test("an interval that the clocks skip whole is no working time", () => {
    const skipped: WorkingTime = { zone: "Europe/Paris", hours: { sunday: [["02:15", "02:45"]] }, holidays: [] };
    expect(workingMsBetween(skipped, "2026-03-29T00:00:00.000Z", "2026-03-29T12:00:00.000Z")).toBe(0);
    expect(workingTimeAfter(skipped, "2026-03-29T00:00:00.000Z", 1)).toBe("2026-04-05T00:15:00.001Z");
  });
});

describe("a deadline of whole days counts working days", () => {
  test.for<[string, string, number, string]>([
    ["the same time the next working day", "2026-03-02T10:00:00.000Z", 1, "2026-03-03T10:00:00.000Z"],
    ["over a weekend", "2026-03-06T10:00:00.000Z", 2, "2026-03-10T10:00:00.000Z"],
    ["over a change of clocks, by the clock", "2026-03-27T10:00:00.000Z", 1, "2026-03-30T09:00:00.000Z"],
    ["over a holiday", "2026-12-24T10:00:00.000Z", 1, "2026-12-28T10:00:00.000Z"],
    ["asked at night, from the next morning on", "2026-03-02T22:00:00.000Z", 1, "2026-03-04T08:00:00.000Z"],
    ["asked at a weekend, from Monday morning on", "2026-03-07T12:00:00.000Z", 1, "2026-03-10T08:00:00.000Z"],
  ])("%s", ([, at, days, due]) => expect(deadlineAfter(paris, at, days * DAY)).toBe(due));

  test("asked when work ends, from the next morning on, and asked for at once, at once", () => {
    expect(deadlineAfter(paris, "2026-03-06T16:00:00.000Z", DAY)).toBe("2026-03-10T08:00:00.000Z");
    expect(deadlineAfter(paris, "2026-03-06T22:00:00.000Z", 0)).toBe("2026-03-06T22:00:00.000Z");
  });

  test.for<[string, string, string]>([
    ["at the end of its morning still", "2026-03-05T11:30:00.000Z", "2026-03-06T11:30:00.000Z"],
    ["after its break, where that is none of its time", "2026-03-05T11:45:00.000Z", "2026-03-06T12:30:00.000Z"],
    ["at its end, where it is over by then", "2026-03-05T15:00:00.000Z", "2026-03-06T14:00:00.000Z"],
  ])("on a day with a break %s", ([, at, due]) => {
    const broken: readonly Interval[] = [
      ["09:00", "12:30"],
      ["13:30", "15:00"],
    ];
    expect(deadlineAfter({ ...paris, hours: { ...five, friday: broken } }, at, DAY)).toBe(due);
  });

  test("over a day of which the clocks skip all that is worked", () => {
    const hours: Week = { saturday: office, sunday: [["02:15", "02:45"]], monday: office };
    expect(deadlineAfter({ ...paris, hours }, "2026-03-28T10:00:00.000Z", DAY)).toBe("2026-03-30T09:00:00.000Z");
  });

  test("at the end of a day that is over by then", () => {
    const short = { ...paris, hours: { ...five, friday: [["09:00", "12:00"]] as const } };
    expect(deadlineAfter(short, "2026-03-05T14:00:00.000Z", DAY)).toBe("2026-03-06T11:00:00.000Z");
  });

  test("anything else is working time", () => {
    expect(deadlineAfter(paris, "2026-03-02T15:00:00.000Z", 4 * HOUR)).toBe("2026-03-03T11:00:00.000Z");
  });
});

test("where nobody ever works no deadline comes, and that is a fault; a long one comes all the same", () => {
  const never: WorkingTime = { ...paris, hours: {} };
  for (const until of [workingTimeAfter, deadlineAfter]) {
    expect(() => until(never, "2026-03-02T10:00:00.000Z", DAY)).toThrow("the calendar has no working day any more");
  }
  const utc: WorkingTime = { zone: "UTC", hours: always, holidays: [] };
  expect(workingTimeAfter(utc, "2000-01-01T00:00:00.000Z", 7_100 * DAY)).toBe("2019-06-10T00:00:00.000Z");
});

test("a region has what it says itself, and the rest of the company", () => {
  const iberia = { zone: "Europe/Madrid", holidays: ["2026-01-06"] };
  const calendar = { ...paris, regions: { iberia } };
  expect(workingTimeOf(calendar, "iberia")).toEqual({ ...iberia, hours: five });
  for (const region of [undefined, "dach", "constructor"]) expect(workingTimeOf(calendar, region)).toEqual(paris);
});

/** Minutes of a day as a clock shows them. */
const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const intervals = fc
  .uniqueArray(fc.integer({ min: 0, max: 96 }), { minLength: 2, maxLength: 6 })
  .map((quarters) => quarters.toSorted((a, b) => a - b).map((quarter) => clock(quarter * 15)))
  .map((times) =>
    times.flatMap((from, at): Interval[] => (at % 2 === 0 && times[at + 1] ? [[from, times[at + 1]!]] : [])),
  );
const calendars: fc.Arbitrary<WorkingTime> = fc.record({
  zone: fc.constantFrom("Europe/Paris", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"),
  hours: fc
    .tuple(
      intervals,
      fc.record(Object.fromEntries(weekdays.map((day) => [day, fc.option(intervals, { nil: undefined })]))),
    )
    .map(([some, week]): Week => ({ ...week, wednesday: some })),
  holidays: fc.array(fc.constantFrom("2026-03-04", "2026-03-29", "2026-10-25", "2026-11-01"), { maxLength: 3 }),
});
const instants = fc
  .integer({ min: Date.parse("2026-02-01T00:00:00Z"), max: Date.parse("2026-12-01T00:00:00Z") })
  .map((ms) => new Date(ms).toISOString());
const spans = fc.integer({ min: 1, max: 60 * HOUR });

describe("for any calendar, instant and time", () => {
  test("what passes until so much has passed is so much", () => {
    fc.assert(
      fc.property(calendars, instants, spans, (time, at, ms) => {
        expect(workingMsBetween(time, at, workingTimeAfter(time, at, ms))).toBe(ms);
      }),
    );
  });

  test("more time is later, and two times one after the other are their sum", () => {
    fc.assert(
      fc.property(calendars, instants, spans, spans, (time, at, one, other) => {
        const first = workingTimeAfter(time, at, one);
        const both = workingTimeAfter(time, at, one + other);
        expect(first < both).toBe(true);
        expect(workingTimeAfter(time, first, other)).toBe(both);
      }),
    );
  });

  test("it adds up over an instant between", () => {
    fc.assert(
      fc.property(calendars, fc.tuple(instants, instants, instants), (time, given) => {
        const [a, b, c] = given.toSorted() as [string, string, string];
        expect(workingMsBetween(time, a, b) + workingMsBetween(time, b, c)).toBe(workingMsBetween(time, a, c));
      }),
      { numRuns: 30 },
    );
  });

  test("it is never up outside working time: the millisecond before is worked", () => {
    fc.assert(
      fc.property(calendars, instants, spans, fc.constantFrom(1, DAY), (time, at, ms, unit) => {
        const due = unit === DAY ? deadlineAfter(time, at, DAY) : workingTimeAfter(time, at, ms);
        const edge = (by: number) => new Date(Date.parse(due) + by).toISOString();
        const before = workingMsBetween(time, edge(-1), due);
        const after = workingMsBetween(time, due, edge(1));
        // A working day may begin at the time that is asked for.
        expect(unit === DAY ? before + after > 0 : before === 1).toBe(true);
      }),
    );
  });

  test("a deadline comes after what it is counted from", () => {
    fc.assert(
      fc.property(calendars, instants, fc.integer({ min: 1, max: 9 }), (time, at, days) => {
        expect(deadlineAfter(time, at, days * DAY) > at).toBe(true);
        expect(deadlineAfter(time, at, (days + 1) * DAY) > deadlineAfter(time, at, days * DAY)).toBe(true);
      }),
    );
  });
});

describe("a document", () => {
  const said = (document: unknown) => {
    const read = CalendarDocument.safeParse(document);
    return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  };
  const whole = { zone: "Europe/Paris", hours: { monday: [["09:00", "17:30"]] } };

  test("may have an interval that begins when another ends, and none that is empty or out of order", () => {
    const monday = (...intervals: readonly Interval[]) => said({ ...whole, hours: { monday: intervals } });
    expect(monday(["09:00", "12:00"], ["12:00", "17:00"])).toEqual([]);
    expect(monday(["09:00", "09:00"])).toEqual(["hours.monday.0: `09:00` is not after `09:00`"]);
    expect(monday(["09:00", "12:00"], ["11:59", "17:00"])).toHaveLength(1);
  });

  test.for(["Dach", "-dach", "dach south", "7dach", `d${"a".repeat(63)}`, "dach!"])("has no region `%s`", (name) => {
    const [problem] = said({ ...whole, regions: { [name]: {} } });
    expect(problem).toBe(`regions.${name}: expected a region's name in lower case, as routes name it`);
  });

  test("is read as a line a day that is worked", () => {
    const friday: readonly Interval[] = [
      ["09:00", "12:30"],
      ["13:30", "17:30"],
    ];
    expect(weekTexts({ friday, monday: office, sunday: [] })).toEqual([
      "monday 09:00-17:00",
      "friday 09:00-12:30, 13:30-17:30",
    ]);
  });

  test("needs no holidays and no regions", () => {
    expect(CalendarDocument.parse(whole)).toEqual({ ...whole, holidays: [] });
    expect(said({ ...whole, holidays: ["2026-12-25"], regions: { dach: { zone: "Europe/Berlin" } } })).toEqual([]);
  });

  test.for<[string, unknown, string]>([
    ["another zone", { ...whole, zone: "Europe/Atlantis" }, "zone: expected the IANA name"],
    ["an offset", { ...whole, zone: "+01:00" }, "zone: expected the IANA name"],
    [
      "a time that is none",
      { ...whole, hours: { monday: [["9:00", "17:30"]] } },
      'hours.monday.0.0: expected a time of day as "09:00"',
    ],
    [
      "24:00 to begin with",
      { ...whole, hours: { monday: [["24:00", "24:00"]] } },
      "hours.monday.0.0: expected a time of day",
    ],
    [
      "an interval backwards",
      { ...whole, hours: { monday: [["17:30", "09:00"]] } },
      "hours.monday.0: `09:00` is not after `17:30`",
    ],
    [
      "overlapping ones",
      {
        ...whole,
        hours: {
          monday: [
            ["09:00", "12:00"],
            ["11:00", "13:00"],
          ],
        },
      },
      "hours.monday.1: begins at `11:00`, before",
    ],
    ["no working interval", { ...whole, hours: { monday: [] } }, "hours: nobody ever works"],
    ["none in a region", { ...whole, regions: { dach: { hours: {} } } }, "regions.dach.hours: nobody ever works"],
    [
      "a weekday that is none",
      { ...whole, hours: { ...whole.hours, moonday: [] } },
      'hours: Unrecognized key: "moonday"',
    ],
    ["a holiday that is no day", { ...whole, holidays: ["2026-02-30"] }, "holidays.0: expected a day"],
    ["a region's name", { ...whole, regions: { "D A CH": {} } }, "regions.D A CH: expected a region's name"],
    ["nothing", {}, "zone: "],
  ])("is refused for %s, and says where", ([, document, problem]) => {
    const problems = said(document);
    expect(
      problems.some((line) => line.startsWith(problem)),
      problems.join("\n"),
    ).toBe(true);
  });
});
