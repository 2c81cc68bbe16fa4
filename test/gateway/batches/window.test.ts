import { expect, test } from "vitest";
import { parseWindow } from "../../../gateway/batches/window.ts";

test.for([
  ["2026-03", "2026-03-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z"],
  ["2026-12", "2026-12-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"],
  ["2026-03-02", "2026-03-02T00:00:00.000Z", "2026-03-03T00:00:00.000Z"],
  ["2028-02-29", "2028-02-29T00:00:00.000Z", "2028-03-01T00:00:00.000Z"],
  ["2026-03-02T23", "2026-03-02T23:00:00.000Z", "2026-03-03T00:00:00.000Z"],
  ["2026-03-02/2026-03-09", "2026-03-02T00:00:00.000Z", "2026-03-09T00:00:00.000Z"],
  ["2026-01/2026-04", "2026-01-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z"],
  ["2026-03-02T09:30:00Z/2026-03-02T09:45:00Z", "2026-03-02T09:30:00.000Z", "2026-03-02T09:45:00.000Z"],
] as const)("`%s` is from %s until %s", ([name, from, until]) => {
  expect(parseWindow(name)).toEqual({ name, from, until });
});

test.for([
  ["nothing", ""],
  ["a day that does not exist", "2026-02-29"],
  ["a month that does not exist", "2026-13"],
  ["an hour that does not exist", "2026-03-02T24"],
  ["an instant: it has no length", "2026-03-02T09:30:00Z"],
  ["an end before its beginning", "2026-03-09/2026-03-02"],
  ["an end at its beginning", "2026-03-02/2026-03-02"],
  ["three of them", "2026-01/2026-02/2026-03"],
  ["another zone", "2026-03-02T09:30:00+01:00/2026-03-02T09:45:00+01:00"],
  ["words", "yesterday"],
] as const)("%s is no window", ([, name]) => expect(parseWindow(name)).toBeUndefined());
