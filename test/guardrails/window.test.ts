import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { windows } from "../../guardrails/policy.ts";
import { windowAt } from "../../guardrails/window.ts";

describe("a calendar window begins and ends at the first instants of days in the policy's time zone", () => {
  test.for([
    ["calendar-day", "2026-05-14T09:30:00.000Z", "2026-05-14T00:00:00.000Z", "2026-05-15T00:00:00.000Z"],
    ["calendar-week", "2026-05-14T09:30:00.000Z", "2026-05-11T00:00:00.000Z", "2026-05-18T00:00:00.000Z"],
    ["calendar-week", "2026-05-17T23:59:59.999Z", "2026-05-11T00:00:00.000Z", "2026-05-18T00:00:00.000Z"],
    ["calendar-week", "2026-05-18T00:00:00.000Z", "2026-05-18T00:00:00.000Z", "2026-05-25T00:00:00.000Z"],
    ["calendar-month", "2026-02-28T23:59:59.999Z", "2026-02-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z"],
    ["calendar-quarter", "2026-03-31T23:59:59.999Z", "2026-01-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z"],
    ["calendar-quarter", "2026-04-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z", "2026-07-01T00:00:00.000Z"],
    ["calendar-quarter", "2026-12-31T23:59:59.999Z", "2026-10-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"],
    ["calendar-year", "2028-02-29T12:00:00.000Z", "2028-01-01T00:00:00.000Z", "2029-01-01T00:00:00.000Z"],
  ] as const)("%s at %s", ([window, at, from, until]) => {
    expect(windowAt(window, at, "UTC")).toEqual({ from, until });
  });

  test("the same instant lies in other days elsewhere", () => {
    const at = "2026-03-31T23:30:00.000Z";
    const paris = { from: "2026-03-31T22:00:00.000Z", until: "2026-06-30T22:00:00.000Z" };
    expect(windowAt("calendar-quarter", at, "Europe/Paris")).toEqual(paris);
    const newYork = { from: "2026-01-01T05:00:00.000Z", until: "2026-04-01T04:00:00.000Z" };
    expect(windowAt("calendar-quarter", at, "America/New_York")).toEqual(newYork);
  });

  test.for([
    ["23 hours", "Europe/Paris", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"],
    ["25 hours", "Europe/Paris", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"],
    ["no midnight", "Africa/Cairo", "2026-04-24T12:00:00Z", "2026-04-23T22:00:00.000Z", "2026-04-24T21:00:00.000Z"],
  ] as const)("a day of %s keeps its own bounds", ([, timezone, at, from, until]) => {
    expect(windowAt("calendar-day", at, timezone)).toEqual({ from, until });
  });

  test("`ever` has no bounds", () => {
    expect(windowAt("ever", "2026-05-14T09:30:00Z", "UTC")).toBeNull();
  });

  test.for([
    ["90d", "2026-05-14T09:30:00.000Z", "2026-02-13T09:30:00.000Z", 90],
    ["1d", "2026-03-29T12:00:00+02:00", "2026-03-28T10:00:00.000Z", 1],
    ["400d", "2026-05-14T09:30:00.001Z", "2025-04-09T09:30:00.001Z", 400],
  ] as const)("%s at %s rolls, in days of 24 hours whatever the zone", ([window, at, from, days]) => {
    const until = new Date(at).toISOString();
    for (const zone of ["UTC", "Europe/Paris"]) expect(windowAt(window, at, zone)).toEqual({ from, until, days });
  });

  test("a time or a zone that is none is a fault", () => {
    expect(() => windowAt("calendar-day", "yesterday", "UTC")).toThrow(RangeError);
    expect(() => windowAt("90d", "yesterday", "UTC")).toThrow(RangeError);
    expect(() => windowAt("calendar-day", "2026-05-14T09:30:00Z", "Mars/Olympus")).toThrow(RangeError);
  });
});

test("every instant lies in its window, and windows follow each other without a gap or an overlap", () => {
  const calendar = windows.filter((window) => window !== "ever");
  const zones = ["UTC", "Europe/Paris", "America/St_Johns", "Africa/Cairo", "Pacific/Apia", "Australia/Lord_Howe"];
  const instant = fc.date({ min: new Date("1990-01-01"), max: new Date("2060-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(fc.constantFrom(...calendar), fc.constantFrom(...zones), instant, (window, zone, date) => {
      const at = date.toISOString();
      const span = windowAt(window, at, zone);
      if (span === null) throw new Error("no window");
      expect(span.from <= at && at < span.until).toBe(true);
      expect(windowAt(window, span.until, zone)?.from).toBe(span.until);
      const last = new Date(Date.parse(span.until) - 1).toISOString();
      expect(windowAt(window, last, zone)).toEqual(span);
    }),
    { numRuns: 300 },
  );
});
