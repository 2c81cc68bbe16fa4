import { expect, test } from "vitest";
import { editText } from "../../../guardrails/draft/edit.ts";
import { readWords } from "../../../guardrails/draft/read.ts";
import { tieredPolicy } from "../../fixtures/tiered.ts";

const policy = tieredPolicy();
const TODAY = "2026-11-30";

/** Every reading in words; none where something is not read. */
function read(words: string): readonly string[] {
  const reading = readWords(policy, words, TODAY);
  return reading.kind === "read" ? reading.edits.map(editText) : [];
}

function unread(words: string): readonly string[] {
  const reading = readWords(policy, words, TODAY);
  return reading.kind === "read" ? [] : reading.unread.map(({ word, why }) => (word === "" ? why : `${word}: ${why}`));
}

const override = (value: string, where: string, from: string, until: string) =>
  `an override: auto_max is ${value} where ${where}, from ${from} up to, not including, ${until}`;

test.for([
  ["gold partners up to 18 % until March", override("18 %", "tier gold", TODAY, "2027-03-01")],
  ["Gold partners may get up to 18% until the end of March.", override("18 %", "tier gold", TODAY, "2027-04-01")],
  ["gold partners up to 18 percent through March", override("18 %", "tier gold", TODAY, "2027-04-01")],
  ["up to 18.5 % discount for gold partners in Q1", override("18.5 %", "tier gold", "2027-01-01", "2027-04-01")],
  ["gold partners up to 18 % from Q2 until Q4", override("18 %", "tier gold", "2027-04-01", "2027-10-01")],
  ["gold partners up to 18 % from December until March", override("18 %", "tier gold", "2026-12-01", "2027-03-01")],
  ["gold partners up to 18 % in Q1 2028", override("18 %", "tier gold", "2028-01-01", "2028-04-01")],
  ["gold partners up to 18 % until 2027-02-15", override("18 %", "tier gold", TODAY, "2027-02-15")],
  ["gold partners up to 18 % until 15 February", override("18 %", "tier gold", TODAY, "2027-02-15")],
  ["gold partners up to 18 % through February 29", override("18 %", "tier gold", TODAY, "2028-03-01")],
  ["gold partners up to 18 % until November", override("18 %", "tier gold", TODAY, "2027-11-01")],
  ["gold partners may have at most 6 % from today until May", override("6 %", "tier gold", TODAY, "2027-05-01")],
  [
    "gold and registered partners up to 18 % until March",
    override("18 %", "tier gold or registered", TODAY, "2027-03-01"),
  ],
  [
    "gold partners in uk and ireland up to 18 % until March",
    override("18 %", "tier gold and region uk-and-ireland", TODAY, "2027-03-01"),
  ],
  ["silver partners up to 18 % until March", override("18 %", "tier silver", TODAY, "2027-03-01")],
  ['partner "p-juniper" up to 18 % until March', override("18 %", "partner p-juniper", TODAY, "2027-03-01")],
  ["up to 16 % discount", "a parameter: auto_max becomes 16 % for everybody, with no end"],
  ["up to 700000 USD rebate", "a parameter: quarter_cap becomes 700,000.00 USD for everybody, with no end"],
  [
    "ask the deal desk over 300000 USD list price",
    "a rule: where listPrice is over 300,000.00 USD, it is asked of deal-desk",
  ],
  [
    "ask regional-director for more than 300000.5 USD list price",
    "a rule: where listPrice is over 300,000.50 USD, it is asked of deal-desk",
  ],
  [
    "block gold partners above 12 % line discount",
    "a rule: where lineDiscount is over 12 % and tier gold, it is blocked",
  ],
  [
    "at most 3 a month per partner",
    "a limit: at most 3 requests per partner in a calendar-month; what is over is asked, of the policy's default route",
  ],
  [
    "at most 3 requests per quarter per customer, else block",
    "a limit: at most 3 requests per customer in a calendar-quarter; what is over is blocked",
  ],
  [
    "ask deal desk over 50000 USD rebate a year for each partner",
    "a limit: at most 50,000.00 USD of rebate per partner in a calendar-year; what is over is asked of deal-desk",
  ],
  [
    "no more than 9 a day altogether",
    "a limit: at most 9 requests of all together in a calendar-day; what is over is asked, of the policy's default route",
  ],
] as const)("%s", ([words, said]) => {
  expect([read(words), unread(words)]).toEqual([[said], []]);
});

test.for([
  [
    "up to 18 % for silver until March",
    [override("18 %", "tier silver", TODAY, "2027-03-01"), override("18 %", "region silver", TODAY, "2027-03-01")],
  ],
  [
    'up to 18 % for "p-juniper" until March',
    [
      override("18 %", "partner p-juniper", TODAY, "2027-03-01"),
      override("18 %", "customer p-juniper", TODAY, "2027-03-01"),
    ],
  ],
  [
    "block over 300000 USD",
    [
      "a rule: where listPrice is over 300,000.00 USD, it is blocked",
      "a rule: where rebate is over 300,000.00 USD, it is blocked",
    ],
  ],
] as const)("every reading is given of: %s", ([words, said]) => {
  expect(read(words)).toEqual(said);
});

const unknown = (word: string) => `${word}: no value or name that the policy has, and no word of the patterns`;

test.for([
  ["platinum partners up to 18 % until March", [unknown("platinum"), unknown("partners")]],
  ["partners who are not gold up to 18 % until March", ["partners", "who", "are", "not"].map(unknown)],
  ["all gold resellers up to 18 % until March", [unknown("all"), unknown("resellers")]],
  ["gold partners except dach up to 18 % until March", [unknown("except")]],
  [
    "gold partners up to 18 % until Easter",
    ["until: names no day, month or quarter, such as `until March` or `until 2027-03-01`", unknown("Easter")],
  ],
  [
    "gold partners up to 18 % until 2027-02-30",
    [
      "until: names no day, month or quarter, such as `until March` or `until 2027-03-01`",
      "2027-02-30: no day of the calendar",
    ],
  ],
  [
    "gold partners up to 18.00001 % until March",
    [
      "up: is followed by no amount, such as `18 %` or `500000 USD`",
      unknown("to"),
      "18.00001 %: no amount that a policy can hold; write `18 %`, `500000 USD`, `9` or `2027-03-01`",
    ],
  ],
  [
    "block over 300,000 USD list price",
    [
      "over: is followed by no amount, such as `18 %` or `500000 USD`",
      "300,000: thousands separators are not taken: write 500000",
      unknown("USD"),
    ],
  ],
  [
    "gold partners 18 % until March",
    ["18 %: an amount that nothing is said of: `up to`, `at most`, `over` or `more than` it"],
  ],
  ["ask the ceo over 12 % discount", ["ask: names nobody whom the policy asks: manager, deal-desk", unknown("ceo")]],
  [
    "gold partners up to 18 %",
    ["it does not say until when: every override ends, so say `until` a day, a month or a quarter"],
  ],
  [
    "up to 18 % until March",
    ["it does not say for whom: every override has a scope; for everybody leave the days out"],
  ],
  [
    "gold partners up to 18 % from March until 2027-02-01",
    ["it would end on 2027-02-01, before it begins on 2027-03-01"],
  ],
  ["gold partners up to 18 % until March until April", ["it says twice when it begins or ends: say it once"]],
  ["gold partners up to 18 % until March and up to 19 % until April", [unknown("and")]],
  ["gold partners up to 18 % up to 19 % until April", ["it says two amounts: say one change at a time"]],
  ["gold partners up to 21 % until March", ["21 % is outside what `auto_max` allows: an override may set 5 % to 20 %"]],
  ["gold partners up to 30 % line discount until March", ["`line_max`: protected: no override may touch it"]],
  [
    "gold partners up to 2 % floor until March",
    ["no parameter in this unit that is called `floor` is the most that passes unasked"],
  ],
  ["up to 15 % discount", ["`auto_max` is 15 % already"]],
  ["block over 100 % discount", ["no request is over it: `discount` ends there"]],
  ["block over 12 % discount until March", ["it says days, and a rule has none: leave them out"]],
  ["over 12 % discount", ["it does not say what becomes of what is over: say `ask` and a role, or `block`"]],
  ["block gold partners", ["it says whom to ask, or to block, and not what: say `over` an amount"]],
  ["ask deal desk block over 12 % discount", ["it says twice what becomes of it: say it once"]],
  ["up to 12 % discount, else block", ["it says two things, what passes and what does not: say one at a time"]],
  ["at most 3 a month", ["it does not say whose: say `per` and a fact, such as `per partner`, or `altogether`"]],
  ["at most 3 a month per gold partner", ["per: names no fact that every request has and that tells accounts apart"]],
  ["at most 3 per partner", ["it says whose, and no window: say `a month`, `a quarter` or another"]],
  ["gold partners", ["it says no change: say `up to`, `at most`, `ask ROLE over` or `block over` an amount"]],
  ["", ["nothing was said"]],
] as const)("nothing is guessed: %s", ([words, why]) => {
  expect([read(words), unread(words)]).toEqual([[], why]);
});
