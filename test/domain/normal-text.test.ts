import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { latinLook } from "../../domain/look-alike.ts";
import { accountText, normalSteps, normalText, type NormalStep } from "../../domain/normal-text.ts";

const RUNS = 2_000;

describe("a text is brought to one spelling", () => {
  test.for<readonly [string, readonly NormalStep[], string | undefined]>([
    ["  Acme \t Ltd ", ["trim"], "Acme Ltd"],
    ["Straße ΟΔΟΣ", ["case"], "strasse οδος"],
    ["Ａｃｍｅ\u200b ﬁne", ["nfkc"], "Acme fine"],
    ["a\u0000\u00adb\u202e\u2800\ud800c", ["nfkc"], "abc"],
    ["Jane <jane@Portal.MÜNCHEN.de>", ["idna"], "xn--mnchen-3ya.de"],
    ["https://www.acme.co.uk/shop", ["idna"], "acme.co.uk"],
    ["jane@gmail.com", ["idna"], undefined],
    ["аcmе", ["confusables"], "acme"],
    ["ООО Ромашка", ["confusables"], "OOO Ромашка"],
    ["P-100", ["confusables"], "P-100"],
    ["ɑᴄᴍᴇ", ["confusables"], "acme"],
    ["Ωmega", ["confusables"], undefined],
    ["ΗELIOS", ["case", "confusables"], undefined],
    ["\u2003ＡСＭＥ ", ["confusables", "case", "nfkc", "trim"], "acme"],
  ])("%j by %j is %j", ([text, steps, expected]) => {
    expect(normalText(text, steps)).toBe(expected);
  });

  test("an account's name has no spaces around it and nothing unseen; without more it names nobody", () => {
    expect([" p-1", "p-1\u200b", "ｐ-1", "", " \u00a0", "\u200b\u2060", "\u3164"].map(accountText)).toEqual([
      "p-1",
      "p-1",
      "p-1",
      ...Array.from({ length: 4 }, () => undefined),
    ]);
  });
});

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...Array.from("aAbIıİßΣςσﬀＫK\u00a8\u0345\u00a0 \u200bаСο½Ω")), maxLength: 8 }),
);
const declared = fc.subarray([...normalSteps], { minLength: 1 });

test("a normal form is its own, whatever the steps", () => {
  let settled = 0;
  fc.assert(
    fc.property(text, declared, (given, steps) => {
      const once = normalText(given, steps);
      if (once === undefined) return;
      settled += 1;
      expect(normalText(once, steps)).toBe(once);
    }),
    { numRuns: RUNS },
  );
  expect(settled).toBeGreaterThan(RUNS / 4);
});

test("every text has a form by all steps that refuse none", () => {
  fc.assert(
    fc.property(text, (given) => {
      expect(normalText(given, ["trim", "case", "nfkc"])).toBeDefined();
    }),
    { numRuns: RUNS },
  );
});

const look = Object.fromEntries(
  Array.from("acehijkmopstxyABCEHIJKMOPSTXY").map((letter) => [
    letter,
    Array.from("асеһіјкморѕтхуАВСЕНІЈКМОРЅТХУαεικορτχΑΒΕΙΚΟΡΤΧᴀᴄᴇʜɪᴊᴋᴍᴏᴘꜱᴛʏ").filter(
      (other) => latinLook(other) === letter,
    ),
  ]),
);

/** One name as others might write it: in other cases, widths and alphabets, with what cannot be seen or is only space. */
function spellings(name: string): fc.Arbitrary<string> {
  const letters = Array.from(name, (letter) => {
    const wide = letter > " " && letter <= "~" ? String.fromCodePoint(letter.codePointAt(0)! + 0xfee0) : letter;
    const like = look[letter] ?? [];
    const ways = fc.constantFrom(letter, letter.toUpperCase(), letter.toLowerCase(), wide, ...like);
    return fc
      .tuple(fc.constantFrom("", "", "", "\u200b", "\u00ad", "\u2060", "\ufeff", "\u202e"), ways)
      .map((parts) => parts.join(""));
  });
  const around = fc.constantFrom("", " ", "\t", "\u00a0", "\u3000", "\n", "\u200b");
  return fc.tuple(around, fc.tuple(...letters), around).map(([before, all, after]) => [before, ...all, after].join(""));
}

const names = fc
  .array(fc.string({ unit: fc.constantFrom(...Array.from("acemnoprstxyBEKT0189-")), minLength: 1, maxLength: 8 }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((words) => words.join(" "));

test("all spellings of a name have one form, and two names have two", () => {
  const steps = ["trim", "case", "nfkc", "confusables"] as const;
  fc.assert(
    fc.property(
      names.chain((name) => fc.tuple(fc.constant(name), spellings(name), spellings(name))),
      ([name, one, other]) => {
        expect([normalText(one, steps), normalText(other, steps)]).toEqual([name.toLowerCase(), name.toLowerCase()]);
      },
    ),
    { numRuns: RUNS },
  );
});
