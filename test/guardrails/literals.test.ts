import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { didYouMean } from "../../guardrails/did-you-mean.ts";
import { factTypesOf, showValue } from "../../guardrails/fact-types.ts";
import { Currency } from "../../domain/money.ts";
import {
  parseAs,
  parseDate,
  parseDuration,
  moneyFault,
  parseMoney,
  parsePercent,
  parseWhole,
  writeDate,
  writeMoney,
  writePercent,
} from "../../guardrails/literals.ts";
import { citedNames } from "../../guardrails/reason.ts";

describe("a percentage", () => {
  test.for([
    ["15%", 150_000],
    ["15.0%", 150_000],
    ["15.0001%", 150_001],
    ["0.0001%", 1],
    ["0%", 0],
    ["100%", 1_000_000],
  ] as const)("%s is %i parts per million", ([text, ppm]) => {
    expect(parsePercent(text)).toBe(ppm);
  });

  test.for([
    "15",
    "0.15",
    "15 %",
    "15.00001%",
    "+15%",
    "-15%",
    "1e1%",
    "015%",
    ".5%",
    "15.%",
    "１５%",
    "15%\n",
    15,
    null,
  ])("%j is none", (text) => {
    expect(parsePercent(text)).toBeUndefined();
  });

  test("reads back as it is written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000_000 }), (ppm) => {
        expect(parsePercent(writePercent(ppm))).toBe(ppm);
      }),
    );
  });
});

describe("money", () => {
  test("reads back as it is written", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 0, max: 9_000_000_000_000 }), fc.constantFrom(0, 1, 9_000_000_000_000)),
        fc.constantFrom(...Currency.options),
        (minor, currency) => {
          expect(parseMoney(writeMoney(minor, currency))).toEqual({ minor, currency });
        },
      ),
    );
  });

  test.for([
    "1 USD",
    "1.0 USD",
    "1.000 USD",
    "1.00USD",
    "1.00 usd",
    "1.00 JPY",
    "1.0 JPY",
    "1. JPY",
    "1.00 KWD",
    "1 XAU",
    "1.000 CLF",
    "9000000000001 JPY",
    "9000000000.001 KWD",
    "01.00 USD",
    "-1.00 USD",
    "90000000000.01 USD",
    1,
  ])("%j is none", (text) => {
    expect(parseMoney(text)).toBeUndefined();
  });
});

test.for([
  [
    "500.00 JPY",
    "`500.00 JPY` has 2 decimals, and JPY has no minor unit: it is written without decimals",
    "write `500 JPY`",
  ],
  [
    "500.50 JPY",
    "`500.50 JPY` has 2 decimals, and JPY has no minor unit: it is written without decimals",
    "write an amount such as `500 JPY`",
  ],
  ["500 USD", "`500 USD` has no decimals, and USD is written with 2 decimals", "write `500.00 USD`"],
  ["1.5 KWD", "`1.5 KWD` has 1 decimal, and KWD is written with 3 decimals", "write `1.500 KWD`"],
  [
    "1.23456 CLF",
    "`1.23456 CLF` has 5 decimals, and CLF is written with 4 decimals",
    "write an amount such as `1.2345 CLF`",
  ],
  [
    "1 XAU",
    "`XAU` has no minor unit in ISO 4217: no amount of it is exact",
    "write the code of a currency, such as `USD`",
  ],
  ["1.00 USB", "`USB` is no currency of ISO 4217", "write the code of a currency, such as `USD`"],
  ["1.00 usd", "`usd` is no currency of ISO 4217", "did you mean `USD`?"],
] as const)("%s is refused with the reason", ([text, message, fix]) => {
  expect(moneyFault(text)).toEqual({ message, fix });
});

describe("a whole number", () => {
  test.for([
    ["9", 9],
    ["0", 0],
    ["-3", -3],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ] as const)("%s is %i", ([text, number]) => {
    expect(parseWhole(text)).toBe(number);
  });

  test.for(["9.0", "9e0", "09", "+9", "-0", " 9", "0x9", "9007199254740992", "", "9%", 9, null])(
    "%j is none",
    (text) => {
      expect(parseWhole(text)).toBeUndefined();
    },
  );
});

describe("a day", () => {
  test.for([
    ["1970-01-01", 0],
    ["2024-02-29", 19_782],
    ["0000-01-01", -719_528],
    ["9999-12-31", 2_932_896],
  ] as const)("%s is %i", ([text, days]) => {
    expect(parseDate(text)).toBe(days);
  });

  test.for(["2026-02-29", "2026-13-01", "2026-1-1", "26-01-01", "2026-01-01T00:00:00Z", "+012026-01-01", 20_454, null])(
    "%j is none",
    (text) => {
      expect(parseDate(text)).toBeUndefined();
    },
  );

  test("reads back as it is written", () => {
    fc.assert(
      fc.property(fc.integer({ min: -719_528, max: 2_932_896 }), (days) => {
        expect(parseDate(writeDate(days))).toBe(days);
      }),
    );
  });
});

test("a text is of one unit at most", () => {
  const kinds = ["number", "date", "ppm", "minor"] as const;
  const text = fc.oneof(
    fc.constantFrom("9", "2026-12-31", "15%", "9.00 USD", "", "9 USD", "2026"),
    fc.string(),
    fc.integer().map(String),
  );
  fc.assert(
    fc.property(text, (written) => {
      expect(kinds.filter((kind) => parseAs(kind, written) !== undefined).length).toBeLessThan(2);
    }),
  );
});

describe("a wait", () => {
  test.for([
    ["30s", 30_000],
    ["15m", 900_000],
    ["4h", 14_400_000],
    ["2d", 172_800_000],
    ["365d", 31_536_000_000],
  ] as const)("%s is %i ms", ([text, ms]) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.for(["0s", "366d", "4", "4h30m", "-4h", "PT4H", 4, undefined])("%j is none", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe("a mistyped name", () => {
  const known = ["effectiveDiscount", "listPrice", "overlap"];
  test.for([
    ["efectiveDiscount", "did you mean `effectiveDiscount`?"],
    ["listprice", "did you mean `listPrice`?"],
    ["tier", "use one of `effectiveDiscount`, `listPrice`, `overlap`"],
  ] as const)("%s: %s", ([name, fix]) => {
    expect(didYouMean(name, known)).toBe(fix);
  });
});

test.for([
  ["Discount {discount} is over {auto_max}", ["discount", "auto_max"]],
  ["nothing cited", []],
  ["{", undefined],
  ["{ discount }", undefined],
  ["{}", undefined],
  ["{{discount}}", undefined],
] as const)("the reason %j cites %j", ([reason, names]) => {
  expect(citedNames(reason)).toEqual(names);
});

test.for([
  [{ kind: "ppm" }, 150_001, "15.0001 %"],
  [{ kind: "minor", currency: "USD" }, 8_500_000, "85,000.00 USD"],
  [{ kind: "number" }, 12, "12"],
  [{ kind: "boolean" }, false, "no"],
  [{ kind: "choice" }, "liability", "liability"],
  [{ kind: "date" }, 20_454, "2026-01-01"],
  [{ kind: "set" }, ["ai", "core"], "ai, core"],
  [{ kind: "set" }, [], "none"],
  [{ kind: "text" }, "acme", "acme"],
] as const)("a person reads %j %j as %s", ([shown, value, text]) => {
  expect(showValue(shown, value)).toBe(text);
});

describe("a fact schema in JSON Schema", () => {
  const schema = (property: object, more: object = {}) => ({
    type: "object",
    properties: { speed: property },
    required: ["speed"],
    additionalProperties: false,
    ...more,
  });

  test("of a foreign domain is read as the programme's own are", () => {
    expect(factTypesOf(schema({ type: "integer", minimum: 0, maximum: 400, title: "speed in km/h" }))).toEqual([
      { name: "speed", title: "speed in km/h", adjustable: false, kind: "number", min: 0, max: 400 },
    ]);
  });

  const days = { min: -719_528, max: 2_932_896 };
  test.for([
    ["a day", { type: "string", format: "date" }, { kind: "date", ...days }],
    ["a text", { type: "string", maxLength: 40 }, { kind: "text", maxLength: 40 }],
    [
      "a set",
      { type: "array", items: { type: "string", enum: ["ai", "core"] }, uniqueItems: true },
      { kind: "set", values: ["ai", "core"] },
    ],
  ] as const)("%s is a kind of fact, left out or not", ([, property, kind]) => {
    const declared = { ...property, title: "speed" };
    const type = { name: "speed", title: "speed", adjustable: false, ...kind };
    expect(factTypesOf(schema(declared))).toEqual([type]);
    expect(factTypesOf(schema(declared, { required: [] }))).toEqual([{ ...type, optional: true }]);
  });

  test.for([
    ["a text without an end", schema({ type: "string", maxLength: 1_001, title: "speed" })],
    ["a time of day, which is on no day", schema({ type: "string", format: "time", title: "speed" })],
    [
      "a list in which a member may stand twice",
      schema({ type: "array", items: { type: "string", enum: ["a"] }, uniqueItems: false, title: "speed" }),
    ],
    ["a set of anything", schema({ type: "array", items: { type: "string" }, title: "speed" })],
    ["a number without a range", schema({ type: "integer", title: "speed" })],
    ["a fraction", schema({ type: "number", minimum: 0, maximum: 1, title: "speed" })],
    ["an open text", schema({ type: "string", title: "speed" })],
    ["a keyword it would have to ignore", schema({ type: "boolean", title: "speed", const: true })],
    ["money without a currency", schema({ type: "integer", minimum: 0, maximum: 1, unit: "minor", title: "speed" })],
    ["a currency without money", schema({ type: "integer", minimum: 0, maximum: 1, currency: "USD", title: "speed" })],
    ["a fact without a meaning", schema({ type: "boolean" })],
    ["open ends", schema({ type: "boolean", title: "speed" }, { additionalProperties: true })],
  ] as const)("is refused for %s", ([, refused]) => {
    expect(() => factTypesOf(refused)).toThrow(/^fact schema is not usable: /);
  });
});
