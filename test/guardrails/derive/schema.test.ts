import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { policySchema } from "../../../guardrails/schema.ts";
import { facts, fileOf, policyWith } from "./written.ts";

const deriving = `derive:
  net: { title: net price, subtract: [listPrice, discount] }
  most: { share: listPrice, of: 15%, round: up }
tables:
  allowance: { by: [membership, cabin], rows: [[none, "*", 1], [[silver, gold], economy, 2], [[silver, gold], business, 3]] }
  band: { by: [net], rows: [["up to 5.00 USD", small], ["over 5.00 USD", large]] }
conditions:
  cheap: { fact: band, operator: equal, value: small }
params:
  room: { number: 3, allowed: 1..9 }
overrides:
  - { id: o, for: { band: [large] }, effective: { from: 2026-01-01, until: 2026-02-01 }, set: { room: 4 }, reason: Asked }
rules:
  - { id: r, effect: block, when: { any: [{ condition: cheap }, { fact: bags, operator: greaterThan, value: { fact: allowance } }] }, reason: No }
  - { id: s, effect: block, when: { fact: discount, operator: greaterThan, value: { fact: most } }, reason: No }
  - { id: t, effect: block, when: { fact: seats, operator: greaterThan, value: { param: room } }, reason: No }
limits:
  - { id: l, sum: most, per: [band], window: calendar-day, cap: 90.00 USD, over: block }
`;

const takes = (sections: string) =>
  z.fromJSONSchema(policySchema("trip", facts) as never).safeParse(parse(fileOf(sections))).success;

test("editors take what the loader takes of derived facts, tables and shared conditions", () => {
  expect(policyWith(deriving).derived?.map(({ name }) => name)).toEqual(["net", "most", "allowance", "band"]);
  expect(takes(deriving)).toBe(true);
});

test.for([
  ["an operation that is none", "subtract: [listPrice", "divide: [listPrice"],
  ["a share without its rounding", ", round: up", ""],
  ["a comparison of a given fact with what it cannot be", "value: { param: room }", "value: many"],
  ["a file that is no CSV", "rows: [[none", "file: a.txt, x: [[none"],
] as const)("%s is marked", ([, from, to]) => {
  expect(deriving).toContain(from);
  expect(takes(deriving.replace(from, to))).toBe(false);
});
