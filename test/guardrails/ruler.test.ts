import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quoteFacts } from "../../functions/quoting/fixture.ts";
import { decideCompiled } from "../../guardrails/decide-compiled.ts";
import { rulerOf } from "../../guardrails/explain/ruler.ts";
import { policyOf } from "../fixtures/policy.ts";

const AT = "2026-03-02T09:00:00.000Z";
const quoting = policyOf("quoting");
const bandsOf = (changes: Parameters<typeof quoteFacts>[0]) => {
  const ruler = rulerOf(quoting, quoteFacts(changes), AT);
  return ruler && [ruler.fact, ruler.at.text, ...ruler.bands.map(({ verdict, to }) => `${verdict} to ${to.text}`)];
};

describe("the ruler of a question", () => {
  test.for([
    ["one millionth over", 150_001, "15.0001 %"],
    ["in the middle of the band", 180_000, "18 %"],
    ["at the band's end", 250_000, "25 %"],
  ] as const)("%s, shows what passes, what is asked and what is blocked", ([, effectiveDiscount, text]) => {
    expect(bandsOf({ effectiveDiscount })).toEqual([
      "effectiveDiscount",
      text,
      "execute to 15 %",
      "escalate to 25 %",
      "block to 30 %",
    ]);
  });

  test("is of a number that cannot be asked otherwise where that is what asks", () => {
    expect(bandsOf({ listPrice: 600_000_00 })).toEqual([
      "listPrice",
      "600,000.00 USD",
      "execute to 500,000.00 USD",
      "escalate to 720,000.00 USD",
    ]);
  });

  test("is none where no number decides", () => {
    expect(bandsOf({ protectedTerms: "liability" })).toBeUndefined();
  });

  test("says at every value what the rules say there, all else as it is", () => {
    const facts = quoteFacts({ effectiveDiscount: 180_000 });
    const ruler = rulerOf(quoting, facts, AT);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300_000 }), (value) => {
        const band = ruler?.bands.find(({ to }) => value <= to.value);
        expect(band?.verdict).toBe(decideCompiled(quoting, { ...facts, effectiveDiscount: value }, AT).verdict);
      }),
    );
  });
});
