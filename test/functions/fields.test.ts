import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minorDigits } from "../../domain/currency.ts";
import { writeDate } from "../../domain/day.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { formatMinor, MAX_MINOR } from "../../domain/money.ts";
import {
  amountIn,
  choice,
  choices,
  currency,
  currencyOf,
  day,
  maybe,
  percent,
  readFields,
  text,
  truth,
  unknownFrom,
  whenUnset,
  whole,
  type Field,
} from "../../functions/fields.ts";

/** What a field makes of a raw value beside others; a text in backquotes is why it cannot be read. */
function read(field: Field<unknown>, raw: Json | undefined, beside: JsonObject = {}): unknown {
  const record: JsonObject = raw === undefined ? beside : { ...beside, it: raw };
  const { values, unread } = readFields({ it: field }, record);
  return unread["it"] ?? values.it;
}

const unset: readonly (Json | undefined)[] = [undefined, null, "", "  "];

describe("an amount of money", () => {
  const inUsd = (raw: Json | undefined) => read(amountIn("currency"), raw, { currency: "USD" });

  test.for<[Json, number]>([
    ["0", 0],
    ["0.05", 5],
    [".5", 50],
    ["10000", 1_000_000],
    ["10000.", 1_000_000],
    ["10000.5", 1_000_050],
    ["10000.50", 1_000_050],
    ["90000.000", 9_000_000],
    ["1.0E+5", 10_000_000],
    ["1e3", 100_000],
    ["12345E-2", 12_345],
    [" 17.20 ", 1_720],
    [90_000, 9_000_000],
    [90_000.5, 9_000_050],
    [1e10, 1_000_000_000_000],
    ["90000000000.00", MAX_MINOR],
  ])("%j, as CRMs send it, is %i minor units", ([raw, minor]) => expect(inUsd(raw)).toBe(minor));

  test.for<[Json, string]>([
    ["16.9915", "it `16.9915`: more decimals than USD has"],
    [0.1 + 0.2, "it `0.30000000000000004`: more decimals than USD has"],
    ["-100.00", "it `-100.00`: is negative"],
    ["90000000000.01", "it `90000000000.01`: is more than can be counted"],
    ["1E+99", "it `1E+99`: is more than can be counted"],
    ["9,000.00", "it `9,000.00`: is no amount such as 10000.00"],
    ["1.000,00", "it `1.000,00`: is no amount such as 10000.00"],
    ["NaN", "it `NaN`: is no amount such as 10000.00"],
    ["0x10", "it `0x10`: is no amount such as 10000.00"],
    [true, "it `true`: is no amount such as 10000.00"],
    [{ amount: "5" }, 'it `{"amount":"5"}`: is no amount such as 10000.00'],
    [
      "about `five`\n hundred and some more, as agreed",
      "it `about five hundred and some more, as ag…`: is no amount such as 10000.00",
    ],
  ])("%j is not guessed: %s", ([raw, why]) => expect(inUsd(raw)).toBe(why));

  test.for(unset)("%j is not set, and not zero by accident", (raw) => expect(inUsd(raw)).toBe("it is not set"));

  test("is zero when it is not set and a function declares so", () => {
    const field = whenUnset(amountIn("currency"), 0);
    for (const raw of unset) expect(read(field, raw, { currency: "USD" })).toBe(0);
    expect(read(field, "some", { currency: "USD" })).toBe("it `some`: is no amount such as 10000.00");
  });

  test.for([
    ["usd", "5.00", 500],
    ["JPY", "5000", 5_000],
    ["JPY", "5000.00", 5_000],
    ["JPY", "5000.5", "it `5000.5`: more decimals than JPY has"],
    ["KWD", "1.234", 1_234],
    ["XYZ", "5", "it `5`: currency `XYZ`: is no currency of ISO 4217"],
    [null, "5", "it `5`: currency is not set"],
  ] as const)("in %j, %s is %s: minor units are those of ISO 4217", ([unit, raw, minor]) => {
    expect(read(amountIn("currency"), raw, { currency: unit })).toBe(minor);
  });

  test.for([
    ["USD", "600000.00 USD", 60_000_000],
    ["usd", "600000 usd", 60_000_000],
    ["EUR", "600000.00 USD", "it `600000.00 USD`: currency is EUR"],
    ["USD", "600000.001 USD", "it `600000.001 USD`: more decimals than USD has"],
    [null, "600000.00 USD", "it `600000.00 USD`: currency is not set"],
    ["USD", "600 000 USD", "it `600 000 USD`: is no amount such as 10000.00"],
  ] as const)("in %j, written %s, is %s", ([unit, raw, minor]) => {
    expect(read(amountIn("currency"), raw, { currency: unit })).toBe(minor);
  });

  test.for<[JsonObject, string]>([
    [{ it: "600000.00 USD" }, "USD"],
    [{ it: "600000.00 USD", other: "1 usd" }, "USD"],
    [{ it: "600000.00 USD", other: "1 EUR" }, "currency is not set"],
    [{ it: "600000.00", other: "1.00" }, "currency is not set"],
    [{ it: "1.00 USD", currency: "EUR" }, "EUR"],
  ])("of %j tells its currency where the record does not: %s", ([record, told]) => {
    const { values, unread } = readFields({ currency: currencyOf(["it", "other"]) }, record);
    expect(values.currency ?? unread["currency"]).toBe(told);
  });

  test("never loses a unit, in any currency", () => {
    const codes = fc.constantFrom("USD", "EUR", "JPY", "KWD", "CLF");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_MINOR }), codes, (minor, code) => {
        const raw = formatMinor(minor, code).replaceAll(",", "").replace(` ${code}`, "");
        expect(read(amountIn("currency"), raw, { currency: code })).toBe(minor);
      }),
    );
  });

  test("is what its digits say, or is not read: nothing is rounded", () => {
    const digits = fc.stringMatching(/^\d{1,9}(\.\d{1,6})?(e[+-]?\d)?$/);
    fc.assert(
      fc.property(digits, (raw) => {
        const minor = inUsd(raw);
        const cents = Math.round(Number(raw) * 100);
        const saysWhy = /more decimals|more than can be counted/.test(String(minor));
        expect([cents, true]).toContain(saysWhy || minor);
      }),
    );
  });
});

test.for([
  ["USD", 2],
  ["JPY", 0],
  ["KWD", 3],
  ["usd", undefined],
  ["XYZ", undefined],
  ["", undefined],
] as const)("%s has %s minor digits", ([code, digits]) => expect(minorDigits(code)).toBe(digits));

describe("a share", () => {
  test.for([
    ["3%", 30_000],
    ["2.5 %", 25_000],
    ["0%", 0],
    ["15.0001%", 150_001],
    ["112.5%", 1_125_000],
    ["9999%", 99_990_000],
    ["3", "it `3`: is no percentage such as 3% or 2.5 %"],
    [3, "it `3`: is no percentage such as 3% or 2.5 %"],
    ["2,5 %", "it `2,5 %`: is no percentage such as 3% or 2.5 %"],
    ["CPI + 2%", "it `CPI + 2%`: is no percentage such as 3% or 2.5 %"],
    ["-3%", "it `-3%`: is not from 0% to 9999%"],
    ["10000%", "it `10000%`: is not from 0% to 9999%"],
    ["3.00001%", "it `3.00001%`: has more than four decimals"],
    ["", "it is not set"],
  ] as const)("%j is %s", ([raw, ppm]) => expect(read(percent, raw)).toBe(ppm));
});

describe("a day", () => {
  const on = (raw: Json | undefined) => {
    const days = read(day, raw);
    return typeof days === "number" ? writeDate(days) : days;
  };

  test.for<[Json, string]>([
    ["2026-12-31", "2026-12-31"],
    ["2026-12-31T00:00:00Z", "2026-12-31"],
    ["2026-12-31T00:00:00.000+0000", "2026-12-31"],
    ["2026-12-31T23:30:00.000-0200", "2027-01-01"],
    ["1798675200000", "2026-12-31"],
    [1_798_675_200_000, "2026-12-31"],
  ])("%j is %s: as dates, as instants, as milliseconds", ([raw, date]) => expect(on(raw)).toBe(date));

  test.for(["2026-02-30", "31.12.2026", "12/31/2026", "soon", "2026-12-31T25:00:00Z", "2026-12-31T10:00:00"])(
    "%j is no day",
    (raw) => expect(on(raw)).toBe(`it \`${raw}\`: is no day such as 2026-12-31`),
  );

  test.for(["9999-12-31", "0001-01-01"])("%s is a placeholder, which nobody means", (raw) =>
    expect(on(raw)).toBe(`it \`${raw}\`: is not between 1900 and 2199`),
  );
});

describe("what is chosen", () => {
  const terms = ["none", "liability", "data"] as const;

  test.for([
    ["liability", "liability"],
    ["Liability ", "liability"],
    ["liability;data", "it `liability;data`: is none of none, liability, data"],
    ["", "it is not set"],
  ] as const)("of a picklist, %j is %s", ([raw, value]) => expect(read(choice(terms), raw)).toBe(value));

  test.for([
    ["liability", ["liability"]],
    ["liability;data", ["liability", "data"]],
    [" data ; data;", ["data"]],
    ["liability;fees", "it `liability;fees`: names something else than none, liability, data"],
    [";", "it `;`: names something else than none, liability, data"],
    [null, "it is not set"],
  ] as const)("of a multi-select, %j is %j", ([raw, value]) => expect(read(choices(terms), raw)).toEqual(value));

  test.for<[Json, unknown]>([
    ["true", true],
    ["FALSE", false],
    [true, true],
    [1, "it `1`: is neither true nor false"],
    ["yes", "it `yes`: is neither true nor false"],
    [null, "it is not set"],
  ])("of yes and no, %j is %s", ([raw, value]) => expect(read(truth, raw)).toBe(value));

  test.for([
    ["usd", "USD"],
    ["US$", "it `US$`: is no currency of ISO 4217"],
  ] as const)("of currencies, %s is %s", ([raw, value]) => expect(read(currency, raw)).toBe(value));

  test.for<[Json, unknown]>([
    ["90", 90],
    [90, 90],
    ["90.0", 90],
    ["90.5", "it `90.5`: is no whole number from 0 to 100"],
    ["101", "it `101`: is no whole number from 0 to 100"],
  ])("of whole numbers, %j is %s", ([raw, value]) => expect(read(whole(100), raw)).toBe(value));
});

describe("a text", () => {
  test("is trimmed, and a number that stands for an id is its digits", () => {
    expect([read(text(9), " Q-1 "), read(text(9), 1001)]).toEqual(["Q-1", "1001"]);
  });

  test("that cannot be read is never shown: it may name a person", () => {
    expect(read(text(5), "Dana Adams")).toBe("it has more than 5 characters");
    expect(read(text(5), { name: "Dana" })).toBe("it is no text");
  });

  test("that may be left empty is null then", () => {
    for (const raw of unset) expect(read(maybe(text(5)), raw)).toBeNull();
  });
});

test("one property that cannot be read takes no other with it", () => {
  const fields = { list: amountIn("unit"), net: amountIn("unit"), unit: currency };
  const { values, unread } = readFields(fields, { list: "5.00", net: "16.9915", unit: "USD", other: "x" });
  expect(values).toEqual({ list: 500, unit: "USD" });
  expect(unread).toEqual({ net: "net `16.9915`: more decimals than USD has" });
  expect(unknownFrom(unread, { discount: ["list", "net"], price: ["list"] })).toEqual({ discount: unread["net"] });
});

test("whatever a record holds, every property is read or says why, and none throws", () => {
  const fields = {
    a: amountIn("b"),
    b: currency,
    c: choice(["x"]),
    d: choices(["x"]),
    e: truth,
    f: percent,
    g: day,
    h: whole(9),
    i: text(9),
    j: maybe(day),
  };
  const names = fc.constantFrom(...Object.keys(fields), "__proto__", "constructor");
  fc.assert(
    fc.property(fc.dictionary(names, fc.jsonValue()), (record) => {
      const { values, unread } = readFields(fields, record as JsonObject);
      expect([...Object.keys(values), ...Object.keys(unread)].sort()).toEqual(Object.keys(fields));
    }),
  );
});
