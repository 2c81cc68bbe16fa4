import { expect, test } from "vitest";
import { fileOf, loaded } from "./written.ts";

const rule = (fact: string, value: string) =>
  `rules:\n  - { id: r, effect: block, when: { fact: ${fact}, operator: equal, value: ${value} }, reason: No }\n`;
const derive = (text: string, value = "1.00 USD") => `derive:\n  net: ${text}\n${rule("net", value)}`;
const table = (rows: string, by = "[membership]", value = "3") =>
  `tables:\n  net:\n    by: ${by}\n    rows:\n${rows}${rule("net", value)}`;
const member = table("      - [▸none, 0]\n", "[membership]", "1");

const refusals: readonly (readonly [name: string, file: string, message: string])[] = [
  [
    "an operand of another unit",
    derive("{ subtract: [listPrice, ▸seats] }"),
    "`seats` is a plain number, and `listPrice` money in USD; make it of facts of one unit and currency",
  ],
  [
    "an operand of another currency",
    derive("{ add: [listPrice, ▸euros] }"),
    "`euros` is money in EUR, and `listPrice` money in USD; make it of facts of one unit and currency",
  ],
  [
    "a constant of another unit",
    derive("{ add: [listPrice, ▸5] }"),
    "`5` is a plain number, and `listPrice` money in USD; make it of facts of one unit and currency",
  ],
  [
    "a fact that is no number",
    derive("{ add: [listPrice, ▸cabin] }"),
    "`cabin` is no number; make it of numbers, percentages, amounts and times",
  ],
  ["a misspelt fact", derive("{ add: [▸listPrise, discount] }"), "unknown fact `listPrise`; did you mean `listPrice`?"],
  [
    "days that add up",
    derive("{ add: ▸[starts, ends] }", "2026-01-01"),
    "days do not add up; subtract one from the other, which gives a number of days",
  ],
  [
    "a product of two facts",
    derive("{ multiply: [seats, ▸bags] }", "1"),
    "`bags` does not multiply; write `multiply: [fact, 3]`, with a whole number or a parameter that is one",
  ],
  [
    "a share that does not say which way it rounds",
    derive("▸{ share: listPrice, of: 15% }"),
    "a share says of how much, and which way it is rounded; write `share: fact`, with `of: 15%` and `round: up` or `down`",
  ],
  [
    "two operations at once",
    derive("▸{ add: [listPrice, discount], min: [listPrice, discount] }"),
    "`net` says `add`, `min`; write one of `add`, `subtract`, `multiply`, `min`, `max`, `day`, `share`",
  ],
  [
    "an operation that is none",
    derive("{ ▸divide: [listPrice, discount] }"),
    "unknown key `divide`; remove it (known: `title`, `add`, `subtract`, `multiply`, `min`, `max`, `day`, `share`, `of`, `round`)",
  ],
  [
    "what is made of itself",
    "derive:\n  net: { add: [gross, discount] }\n  gross: { add: [▸net, discount] }\n" + rule("net", "1.00 USD"),
    "`net` reads `gross` reads `net`: nothing is made of itself; leave one of them out",
  ],
  [
    "more than whole numbers tell",
    "derive:\n  ▸net: { multiply: [listPrice, 900000000] }\n" + rule("net", "1.00 USD"),
    "`net` could come to more than whole numbers tell exactly; narrow the ranges of the facts that it is made of",
  ],
  [
    "a name that a fact has",
    "derive:\n  ▸seats: { add: [bags, bags] }\n" + rule("seats", "1"),
    "`seats` is also a fact; choose another name",
  ],
  [
    "what nothing reads",
    "derive:\n  ▸net: { add: [bags, seats] }\n" + rule("seats", "1"),
    "nothing reads `net`; use it in a rule, a limit or an override, or remove it",
  ],
  [
    "a value that it cannot have",
    derive("{ add: [bags, 1] }", "▸11"),
    "`11` is not a value of `net`; write a whole number from 1 to 10",
  ],
  [
    "a fact compared with itself",
    rule("seats", "{ fact: ▸seats }"),
    "`seats` is compared with itself; write a whole number from 0 to 500",
  ],
  [
    "texts compared with one another",
    rule("partner", "{ fact: ▸cabin }"),
    "`partner` and `cabin` are not compared; compare facts of one unit and currency, or choices with a value in common",
  ],
  [
    "choices that share no value",
    rule("membership", "{ fact: ▸cabin }"),
    "`membership` and `cabin` have no value in common; compare facts of one unit and currency, or choices with a value in common",
  ],
  [
    "a table with a gap",
    member.replace("rows:", "rows:\n      ▸- [silver, 1]").replace("▸none", "none"),
    "no row holds for membership gold; add one: a table answers every request",
  ],
  [
    "a table with an overlap",
    table("      - [[none, silver], 0]\n      - ▸[silver, 1]\n      - [gold, 2]\n", "[membership]", "1"),
    "two rows hold for membership silver: this one and the one on line 7; leave it to one of them",
  ],
  [
    "a gap between ranges",
    table("      ▸- [up to 3, 0]\n      - [from 5, 1]\n", "[bags]", "1"),
    "no row holds for bags 4; add one: a table answers every request",
  ],
  [
    "a gap in the second column",
    table(
      "      ▸- [none, up to 3, 0]\n      - ['none', over 3, 1]\n      - [[silver, gold], under 9, 1]\n",
      "[membership, bags]",
      "1",
    ),
    "no row holds for membership silver, bags 9; add one: a table answers every request",
  ],
  [
    "an overlap of amounts",
    table("      - [0.00 USD..100.00 USD, 0]\n      - ▸[from 100.00 USD, 1]\n", "[listPrice]", "1"),
    "two rows hold for listPrice 100.00 USD: this one and the one on line 7; leave it to one of them",
  ],
  [
    "a cell of another unit",
    table("      - [▸up to 5, 0]\n      - [over 5.00 USD, 1]\n", "[listPrice]", "1"),
    "`up to 5` is no range of `listPrice`, an amount from 0.00 USD to 1000000.00 USD; write a value, `A..B` with both ends, `from A`, `over A`, `up to B`, `under B`, two of these, or `*`",
  ],
  [
    "a cell that is no value",
    table("      - [▸platinum, 0]\n"),
    "`platinum` is not a value of `membership`; write one of `none`, `silver`, `gold`, or `*`",
  ],
  [
    "rows that give two kinds",
    table("      - [none, 0]\n      - [[silver, gold], ▸15%]\n"),
    "`15%` is a percentage, and the first row gives a whole number; give one kind of value",
  ],
  [
    "a row that is too short",
    table("      - ▸[none]\n"),
    "the row has 1 cells, and not 2; write rows with a cell for each fact of `by` and the value, such as `- [gold, economy, 3]`",
  ],
  [
    "a table read by a text",
    table("      - ['*', 0]\n", "[▸partner]"),
    "`partner` is a text of at most 40 characters; read a table by choices, by yes or no, and by numbers",
  ],
  [
    "a file that is not there",
    `tables:\n  net: { by: [cabin], file: ▸cabin.csv }\n${rule("net", "1")}`,
    "there is no `cabin.csv` beside the policy; none is declared",
  ],
  [
    "an unknown condition",
    "rules:\n  - { id: r, effect: block, when: { condition: ▸large }, reason: No }\n",
    "unknown condition `large`; none is declared",
  ],
  [
    "a condition that nothing names",
    `conditions:\n  ▸large: { fact: seats, operator: greaterThan, value: 9 }\n${rule("seats", "1")}`,
    "nothing names `large`; use it in a `when`, or remove it",
  ],
  [
    "a condition made of itself",
    "conditions:\n  large: { not: { condition: ▸large } }\nrules:\n  - { id: r, effect: block, when: { condition: large }, reason: No }\n",
    "`large` names `large`: nothing is made of itself; leave one of them out",
  ],
];

test.for(refusals)("%s is refused where it stands", ([, file, message]) => {
  const before = fileOf(file).slice(0, fileOf(file).indexOf("▸")).split("\n");
  const place = `trip.yaml:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  const read = loaded(file.replace("▸", ""));
  expect(read).toEqual([expect.stringContaining(place)]);
  expect((read as readonly string[])[0]).toContain(message);
});

test("a mistake in a CSV is told at its line and column", () => {
  const file = `tables:\n  net: { by: [membership], file: net.csv }\n${rule("net", "1")}`;
  const read = loaded(file, { "net.csv": "membership,net\nnone,0\nsilver,1\ngold,x|\n" });
  expect(read).toEqual([expect.stringContaining("net.csv:4:6")]);
});

test("an override may not go by what a parameter goes into", () => {
  const file = `params:
  most: { number: 3, allowed: 1..9 }
derive:
  rest: { subtract: [bags, { param: most }] }
tables:
  size: { by: [rest], rows: [[up to 0, small], [over 0, large]] }
overrides:
  - { id: o, for: { ▸size: [large] }, effective: { from: 2026-01-01, until: 2026-02-01 }, set: { most: 4 }, reason: Asked }
rules:
  - { id: r, effect: block, when: { fact: rest, operator: greaterThan, value: 2 }, reason: No }
`;
  expect(loaded(file.replace("▸", ""))).toEqual([
    expect.stringContaining("`size` is made with `most`, and overrides set parameters"),
  ]);
});
