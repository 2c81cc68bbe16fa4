import { expect, test } from "vitest";
import {
  dayAtUtc,
  daysInWords,
  earliestDayAt,
  endOfDayUtc,
  latestDayAt,
  parseDate,
  startOfDayUtc,
  writeDate,
} from "../../domain/day.ts";

test.for([
  ["1970-01-01", 0],
  ["1969-12-31", -1],
  ["2028-02-29", 21_243],
  ["2027-02-29", undefined],
  ["2026-1-1", undefined],
  ["+010000-01", undefined],
  ["-000001-01", undefined],
  ["2026-12-31T00:00:00Z", undefined],
  ["", undefined],
] as const)("`%s` is day %s", ([text, day]) => {
  const read = parseDate(text);
  expect([read, read === undefined ? text : writeDate(read)]).toEqual([day, text]);
});

test("a day runs from its first instant to its last millisecond in UTC", () => {
  expect([startOfDayUtc(0), endOfDayUtc(0)]).toEqual(["1970-01-01T00:00:00.000Z", "1970-01-01T23:59:59.999Z"]);
  expect([dayAtUtc(startOfDayUtc(0)), dayAtUtc(endOfDayUtc(0)), dayAtUtc(startOfDayUtc(1))]).toEqual([0, 0, 1]);
});

test("a day has come somewhere 14 hours before it has in UTC", () => {
  expect(["09:59:59.999Z", "10:00:00.000Z"].map((time) => latestDayAt(`1970-01-01T${time}`))).toEqual([0, 1]);
});

test("and is over everywhere 12 hours after it is in UTC", () => {
  expect(["11:59:59.999Z", "12:00:00.000Z"].map((time) => earliestDayAt(`1970-01-02T${time}`))).toEqual([0, 1]);
});

test("what is no text is no day", () => {
  expect([20_635, null, undefined, ["2026-07-01"]].map(parseDate)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("days are counted in words", () => expect([0, 1, 12].map(daysInWords)).toEqual(["0 days", "1 day", "12 days"]));
