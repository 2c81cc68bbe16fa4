import { describe, expect } from "vitest";
import { refuses, whole } from "./traps.ts";

const dayFix = "write a day such as 2026-07-01";
const products = "some of `core`, `ai`, `data`";
const equality = "use one of `equal`, `notEqual`, `in`, `notIn`";
const text = "a text of at most 500 characters";

describe("a date is refused when", () => {
  refuses(
    [
      ...["2026-02-30", "2026-7-1", "01/07/2026", "2026-07-01T00:00:00Z", "20260701", "46204"].map((value) => ({
        name: `it is written ${value}`,
        change: "[2026-12-25, 2026-12-26]",
        to: `[2026-12-25, ▸${value}]`,
        says: [`\`${value}\` is not a value of \`startDate\`; ${dayFix}`],
      })),
      {
        name: "it is outside what the fact can be",
        change: "[2026-12-25, 2026-12-26]",
        to: "[▸1969-12-31]",
        says: [`\`1969-12-31\` is not a value of \`startDate\`; ${dayFix}`],
      },
      {
        name: "it is listed twice",
        change: "[2026-12-25, 2026-12-26]",
        to: "[2026-12-25, ▸2026-12-25]",
        says: ["`2026-12-25` is listed twice; keep one"],
      },
      {
        name: "it is compared with a parameter that is no day",
        change: "value: { param: max_open }",
        also: ["fact: openDeals, operator: greaterThanInclusive", "fact: startDate, operator: greaterThanInclusive"],
        to: "value: { param: ▸max_open }",
        says: expect.arrayContaining([
          "`max_open` and `startDate` have different units; compare with a day such as 2026-07-01",
        ]),
      },
      {
        name: "a number is compared with it",
        change: "value: { param: cutoff }",
        also: ["fact: startDate, operator: greaterThan,", "fact: openDeals, operator: greaterThan,"],
        to: "value: { param: ▸cutoff }",
        says: expect.arrayContaining([
          "`cutoff` and `openDeals` have different units; compare with a whole number from 0 to 100",
        ]),
      },
      {
        name: "it is asked for a pattern",
        change: "operator: notIn, value: [2026-12-25, 2026-12-26]",
        to: "operator: ▸matches, value: 2026-12-25",
        says: [
          "`matches` does not fit `startDate`, a day such as 2026-07-01; use one of `equal`, `notEqual`, `in`, `notIn`, `lessThan`, `lessThanInclusive`, `greaterThan`, `greaterThanInclusive`",
        ],
      },
    ],
    whole,
  );
});

describe("a set is refused when", () => {
  refuses(
    [
      {
        name: "it is asked for two members at once",
        change: "operator: contains, value: ai",
        to: "operator: contains, value: ▸[ai, data]",
        says: ['`["ai","data"]` is not a value of `products`; write some of `core`, `ai`, `data`'],
      },
      {
        name: "it is asked for what it cannot hold",
        change: "operator: contains, value: ai",
        to: "operator: contains, value: ▸al",
        says: ["`al` is not one of `core`, `ai`, `data`, which `products` takes; did you mean `ai`?"],
      },
      ...["equal", "in", "greaterThan"].map((operator) => ({
        name: `it is compared by ${operator}`,
        change: "operator: contains, value: ai",
        to: `operator: ▸${operator}, value: ${operator === "in" ? "[ai]" : "ai"}`,
        says: expect.arrayContaining([
          `\`${operator}\` does not fit \`products\`, ${products}; use one of \`contains\`, \`doesNotContain\``,
        ]),
      })),
      {
        name: "its member is a parameter",
        change: "operator: contains, value: ai",
        to: "operator: contains, value: { param: ▸max_open }",
        says: [`\`max_open\` and \`products\` have different units; compare with ${products}`],
      },
      {
        name: "a choice is asked for members",
        change: "{ fact: products, operator: contains, value: ai }",
        to: "{ fact: region, operator: ▸contains, value: EMEA }",
        says: expect.arrayContaining([`\`contains\` does not fit \`region\`, one of \`EMEA\`, \`AMER\`; ${equality}`]),
      },
    ],
    whole.replace('"Holds {products}"', "Holds them"),
  );
});

describe("a text is refused when", () => {
  const pattern = 'operator: matches, value: "(?i)resell"';
  const re2 = "write it in RE2's language, which has no lookaround and no backreference";
  const patternFix = 'write a regular expression in quotes, such as `"^ACME-"`';
  refuses(
    [
      {
        name: "its pattern is empty, which every text matches",
        change: pattern,
        to: 'operator: matches, value: ▸""',
        says: [`an empty pattern matches every text; ${patternFix}`],
      },
      {
        name: "its pattern is a number",
        change: pattern,
        to: "operator: matches, value: ▸15",
        says: [`\`15\` is not a pattern; ${patternFix}`],
      },
      {
        name: "its pattern is a list",
        change: pattern,
        to: "operator: matches, value: ▸[a, b]",
        says: [`\`["a","b"]\` is not a pattern; ${patternFix}`],
      },
      ...[
        ["(a", "missing closing ): `(a`"],
        ["(?=a)b", "invalid or unsupported Perl syntax: `(?=`"],
        ["(?<!a)b", "invalid named capture: `(?<!a)b`"],
        ["(a)\\1", "invalid escape sequence: `\\1`"],
        ["(((a{10}){10}){10}){10}", "invalid repeat count: `{10}`"],
        ["a{2,1}", "invalid repeat count: `{2,1}`"],
      ].map(([written = "", fault = ""]) => ({
        name: `its pattern is ${written}`,
        change: pattern,
        to: `operator: matches, value: ▸'${written}'`,
        says: [`not a pattern: ${fault}; ${re2}`],
      })),
      {
        name: "it is compared by order",
        change: pattern,
        to: "operator: ▸lessThan, value: resell",
        says: [
          `\`lessThan\` does not fit \`note\`, ${text}; use one of \`equal\`, \`notEqual\`, \`in\`, \`notIn\`, \`matches\``,
        ],
      },
      {
        name: "it is compared with a bare number",
        change: pattern,
        to: "operator: equal, value: ▸9",
        says: [`\`9\` is not a value of \`note\`; write ${text}, in quotes where it could be read as something else`],
      },
      {
        name: "a choice is asked for a pattern",
        change: "{ fact: products, operator: contains, value: ai }",
        to: '{ fact: region, operator: ▸matches, value: "E" }',
        says: expect.arrayContaining([`\`matches\` does not fit \`region\`, one of \`EMEA\`, \`AMER\`; ${equality}`]),
      },
    ],
    whole.replace('"Holds {products}"', "Holds them"),
  );
});
