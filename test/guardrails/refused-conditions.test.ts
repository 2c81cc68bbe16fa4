import { describe, expect } from "vitest";
import { refuses } from "./traps.ts";

const touchy =
  'when: { fact: protectedTerms, operator: in, value: [liability, data] }\n    reason: "Touches {protectedTerms}"';
const reason = "reason: Touchy";
const ppm = "a percentage from 0% to 2000%";
const terms = "one of `none`, `liability`, `exclusivity`, `termination`, `data`, `several`";

describe("a condition is refused when", () => {
  refuses([
    {
      name: "the fact is misspelt",
      change: "fact: effectiveDiscount",
      to: "fact: ▸efectiveDiscount",
      says: ["unknown fact `efectiveDiscount`; did you mean `effectiveDiscount`?"],
    },
    {
      name: "the operator is misspelt",
      change: "operator: greaterThan",
      to: "operator: ▸greaterThen",
      says: ["unknown operator `greaterThen`; did you mean `greaterThan`?"],
    },
    {
      name: "the parameter is misspelt",
      change: "{ param: auto_max }",
      to: "{ param: ▸auto_mx }",
      says: ["unknown parameter `auto_mx`; did you mean `auto_max`?"],
    },
    {
      name: "the operator does not fit the fact: a word is not over another word",
      change: "operator: in, value: [liability, data]",
      to: "operator: ▸greaterThan, value: data",
      says: [
        `\`greaterThan\` does not fit \`protectedTerms\`, ${terms}; use one of \`equal\`, \`notEqual\`, \`in\`, \`notIn\``,
      ],
    },
    {
      name: "the operator does not fit the fact: yes is not over no",
      change: "fact: belowFloorPrice, operator: equal",
      to: "fact: belowFloorPrice, operator: ▸greaterThan",
      says: ["`greaterThan` does not fit `belowFloorPrice`, `true` or `false`; use one of `equal`, `notEqual`"],
    },
    {
      name: "an array operator meets a fact that is no array",
      change: "operator: in, value: [liability, data]",
      to: "operator: ▸contains, value: data",
      says: [
        `\`contains\` does not fit \`protectedTerms\`, ${terms}; use one of \`equal\`, \`notEqual\`, \`in\`, \`notIn\``,
      ],
    },
    {
      name: "`in` is given a text, in which it would look for a part of the word",
      change: "value: [liability, data]",
      to: "value: ▸liability-data",
      says: [`\`value\` needs a list with at least one value; write a list of: ${terms}`],
    },
    {
      name: "`in` is given an empty list",
      change: "value: [liability, data]",
      to: "value: ▸[]",
      says: [`\`value\` needs a list with at least one value; write a list of: ${terms}`],
    },
    {
      name: "a list names a value twice",
      change: "[liability, data]",
      to: "[liability, ▸liability]",
      says: ["`liability` is listed twice; keep one"],
    },
    {
      name: "the value is outside the fact's enumeration",
      change: "[liability, data]",
      to: "[liability, ▸date]",
      says: [`\`date\` is not ${terms}, which \`protectedTerms\` takes; did you mean \`data\`?`],
    },
    {
      name: "a text stands for a boolean",
      change: "value: false",
      to: 'value: ▸"false"',
      says: ["`false` is not a value of `belowFloorPrice`; write `true` or `false`"],
    },
    {
      name: "`NO` is not a boolean",
      change: "value: false",
      to: "value: ▸NO",
      says: ["`NO` is not a value of `belowFloorPrice`; write `true` or `false`"],
    },
    {
      name: "a text stands for a number",
      change: "value: 3",
      to: 'value: ▸"3"',
      says: ["`3` is not a value of `seats`; write a whole number from 1 to 500"],
    },
    ...["3.5", "3.0", "3e0", "0x3", ".nan", ".inf", "-0", "501", "0", "9007199254740993", "2026-01-01"].map(
      (value) => ({
        name: `a number is written ${value}`,
        change: "value: 3",
        to: `value: ▸${value}`,
        says: [expect.stringMatching(/ is not a value of `seats`; write a whole number from 1 to 500$/)],
      }),
    ),
    ...["15", "0.15"].map((value) => ({
      name: `a percentage is the bare number ${value}`,
      change: "{ fact: seats, operator: greaterThan, value: 3 }",
      to: `{ fact: effectiveDiscount, operator: greaterThan, value: ▸${value} }`,
      says: [`a bare number says no unit: \`effectiveDiscount\` is a percentage; write ${ppm}`],
    })),
    ...['"0.15"', "15 %", "15.00001%", "-5%", "015%", "2000.0001%", '"40"'].map((value) => ({
      name: `a percentage is written ${value}`,
      change: "{ fact: seats, operator: greaterThan, value: 3 }",
      to: `{ fact: effectiveDiscount, operator: greaterThan, value: ▸${value} }`,
      says: [expect.stringMatching(/ is not a value of `effectiveDiscount`; write a percentage from 0% to 2000%$/)],
    })),
    {
      name: "money is a bare number",
      change: "{ fact: seats, operator: greaterThan, value: 3 }",
      to: "{ fact: listPrice, operator: greaterThan, value: ▸500000 }",
      says: ["a bare number says no unit: `listPrice` is money; write an amount from 0.01 USD to 90000000000.00 USD"],
    },
    {
      name: "money is in another currency than the fact",
      change: "{ fact: seats, operator: greaterThan, value: 3 }",
      to: "{ fact: listPrice, operator: greaterThan, value: ▸500000.00 EUR }",
      says: ["`listPrice` is in USD, not EUR; write an amount from 0.01 USD to 90000000000.00 USD"],
    },
    {
      name: "a fact is compared with one of another unit",
      change: "{ param: auto_max }",
      to: "{ fact: ▸listPrice }",
      says: [
        "`listPrice` is money in USD, and `effectiveDiscount` a percentage; compare facts of one unit and currency, or choices with a value in common",
      ],
    },
    {
      name: "a percentage is compared with money",
      change: "{ param: auto_max }",
      to: "{ param: ▸tier_up }",
      says: [`\`tier_up\` and \`effectiveDiscount\` have different units; compare with ${ppm}`],
    },
    {
      name: "a parameter is outside what the fact can be",
      also: ["percent: 15%, allowed: 5%..20% }", "percent: 2000.0001% }"],
      change: "{ param: auto_max }",
      to: "{ param: ▸auto_max }",
      says: [`\`auto_max\` is outside what \`effectiveDiscount\` can be; set it to ${ppm}`],
    },
    {
      name: "a part of the fact is reached by a path",
      change: "operator: equal, value: false",
      to: 'operator: equal, value: false, ▸path: "$.x"',
      says: ["unknown key `path`; remove it (known: `fact`, `operator`, `value`)"],
    },
    {
      name: "a comparison carries a priority",
      change: "operator: equal, value: false",
      to: "operator: equal, value: false, ▸priority: 2",
      says: ["unknown key `priority`; remove it (known: `fact`, `operator`, `value`)"],
    },
    {
      name: "a shared condition is named that there is not",
      change: "- { fact: seats, operator: greaterThan, value: 3 }",
      to: "- { condition: ▸shared }",
      says: ["unknown condition `shared`; none is declared"],
    },
    {
      name: "the value is missing",
      change: "{ fact: belowFloorPrice, operator: equal, value: false }",
      to: "▸{ fact: belowFloorPrice, operator: equal }",
      says: ["`value` is missing; write `true` or `false`"],
    },
    {
      name: "the value is null",
      change: "value: false",
      to: "value: ▸null",
      says: ["`value` is missing; write `true` or `false`"],
    },
    ...["all", "any"].map((group) => ({
      name: `\`${group}\` is empty: an empty group holds for everything`,
      change: touchy,
      to: `when: { ${group}: ▸[] }\n    ${reason}`,
      says: [`\`${group}\` needs a list with at least one condition; add a condition or remove the group`],
    })),
    {
      name: "`any` and `all` share a node, where one would be ignored",
      change: touchy,
      to: `when: { any: [{ fact: seats, operator: equal, value: 2 }], ▸all: [{ fact: seats, operator: equal, value: 3 }] }\n    ${reason}`,
      says: ["`all` beside `any` would be ignored; keep one of them, or nest them under `all`"],
    },
    {
      name: "several things are wrong in it, all of which are told",
      change: touchy,
      to: `when: { any: [{ fact: ▸seets, operator: greater, value: { param: nobody }, note: a }, { fact: seats, operator: in, value: [0, 2, 0] }], all: [{ fact: protectedTerms, operator: lessThan, value: dota }] }\n    ${reason}`,
      says: [
        "unknown fact `seets`; did you mean `seats`?",
        expect.stringMatching(/^unknown operator `greater`; /),
        expect.stringMatching(/^unknown parameter `nobody`; /),
        "unknown key `note`; remove it (known: `fact`, `operator`, `value`)",
        "`0` is not a value of `seats`; write a whole number from 1 to 500",
        "`0` is not a value of `seats`; write a whole number from 1 to 500",
        "`all` beside `any` would be ignored; keep one of them, or nest them under `all`",
        expect.stringMatching(/^`lessThan` does not fit `protectedTerms`, /),
        expect.stringMatching(/^`dota` is not one of .*; did you mean `data`\?$/),
      ],
    },
    {
      name: "a comparison shares a node with a group",
      change: touchy,
      to: `when: { not: { fact: seats, operator: equal, value: 2 }, ▸fact: seats }\n    ${reason}`,
      says: ["`fact` beside `not` would be ignored; keep one of them, or nest them under `all`"],
    },
    {
      name: "`not` holds a list",
      change: touchy,
      to: `when: { not: ▸[{ fact: seats, operator: equal, value: 2 }] }\n    ${reason}`,
      says: ["a condition is missing here; write `{ fact, operator, value }`, `all`, `any` or `not`"],
    },
    {
      name: "there is none",
      change: `id: touchy\n    effect: escalate\n    ${touchy}`,
      to: `▸id: touchy\n    effect: escalate\n    ${reason}`,
      says: ["a condition is missing here; write `{ fact, operator, value }`, `all`, `any` or `not`"],
    },
  ]);
});
