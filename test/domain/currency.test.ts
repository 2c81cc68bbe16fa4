import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { currencyCodes, currencyFault, minorDigits } from "../../domain/currency.ts";

/** The standard's own list one, as its maintenance agency publishes it: code, minor unit, and whether it is a fund's code. */
const listOne = readFileSync(createRequire(import.meta.url).resolve("currency-codes/iso-4217-list-one.xml"), "utf8")
  .split("<CcyNtry>")
  .flatMap((entry) => {
    const [code, unit] = [/<Ccy>([A-Z]{3})</.exec(entry)?.[1], /<CcyMnrUnts>([^<]+)</.exec(entry)?.[1]];
    return code === undefined || unit === undefined ? [] : [{ code, unit, isFund: entry.includes('IsFund="true"') }];
  });
const unitOf = new Map(listOne.map(({ code, unit }) => [code, unit]));
const withUnit = [...unitOf].filter(([, unit]) => unit !== "N.A.");

test("every code of list one with a minor unit is a currency, with the digits that the standard gives it", () => {
  expect([...unitOf].length).toBeGreaterThan(170);
  expect(withUnit.map(([code]) => [code, minorDigits(code)])).toEqual(
    withUnit.map(([code, unit]) => [code, Number(unit)]),
  );
});

test("beside them only what was added to the standard since", () => {
  expect(currencyCodes.filter((code) => !unitOf.has(code))).toEqual(["XAD", "XCG"]);
  expect([new Set(currencyCodes).size, currencyCodes.length]).toEqual([withUnit.length + 2, withUnit.length + 2]);
});

test("a code without a minor unit is none, and says so", () => {
  const without = [...unitOf].flatMap(([code, unit]) => (unit === "N.A." ? [code] : []));
  expect(without.toSorted()).toEqual([
    "XAG",
    "XAU",
    "XBA",
    "XBB",
    "XBC",
    "XBD",
    "XDR",
    "XPD",
    "XPT",
    "XSU",
    "XTS",
    "XUA",
    "XXX",
  ]);
  for (const code of without) {
    expect([minorDigits(code), currencyFault(code)]).toEqual([
      undefined,
      "has no minor unit in ISO 4217: no amount of it is exact",
    ]);
  }
});

test("codes of funds count in their own units", () => {
  const funds = new Set(listOne.flatMap(({ code, isFund }) => (isFund ? [code] : [])));
  expect([...funds].map((code) => [code, minorDigits(code)])).toEqual([
    ["BOV", 2],
    ["CLF", 4],
    ["COU", 2],
    ["MXV", 2],
    ["CHE", 2],
    ["CHW", 2],
    ["USN", 2],
    ["UYI", 0],
  ]);
});

test.for([
  ["JPY", 0],
  ["USD", 2],
  ["KWD", 3],
  ["UYW", 4],
  ["usd", undefined],
  ["JPX", undefined],
] as const)("%s has %s digits", ([code, digits]) => {
  expect(minorDigits(code)).toBe(digits);
});
