import { describe, expect, test } from "vitest";
import { cardSections, drawnRuler } from "../../cli/card-text.ts";
import { wrapped } from "../../cli/wrap.ts";
import { cardFixture } from "../fixtures/card.ts";

const ruler = cardFixture().ruler!;
const drawnAt = (value: number) => drawnRuler({ ...ruler, at: { value, text: "" } });

describe("the card in the terminal", () => {
  test("has its parts in the order in which people ask", () => {
    const shown = cardSections(cardFixture()).filter(([, lines]) => lines.length > 0);
    expect(shown.map(([title]) => title)).toEqual([
      "What is at stake",
      "How far it may go",
      "Why it is here",
      "Evidence",
      "What past answers say, and decide nothing",
      "What our ledgers say of it",
      "Can it be taken back",
      "If nobody answers",
      "Agents' words, which are no facts",
      "Not on this card",
    ]);
    expect(shown[1]?.[1]).toEqual([
      "effective discount 18 %: passes up to 15 %, asks people up to 25 %, is blocked above",
      "0 % [........................|---o----------|xxxxxxxx] 30 %",
      "would pass with net price 35,700.00 USD in place of 34,440.00 USD",
    ]);
    expect(shown[2]?.[1]).toEqual([
      "manager-band (escalate): Effective discount 18 % is over 15 %",
      "  true: all of",
      "    true: effectiveDiscount > 15 % (auto_max), read 18 %",
    ]);
  });

  test.for([
    ["one millionth over the first limit", 150_001, "|o"],
    ["at the first limit", 150_000, "o-"],
    ["one millionth over the second", 250_001, "|o"],
  ] as const)("a value %s is never drawn on the wrong side of it", ([, value, drawn]) => {
    expect(drawnAt(value)).toContain(drawn);
  });
});

describe("a text in so many columns", () => {
  const text =
    "  effective discount 18 % is over 15 %, up to 25 %: a manager's decision esc_0123456789abcdef0123 all else as it is";

  test.for([40, 80, 120])("keeps within %d, breaks between words and loses none", (width) => {
    const lines = wrapped(text, width, { indent: 2, hang: 2 });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines.map((line) => line.trim()).join(" ")).toBe(text.trim());
    expect(lines.every((line) => line.startsWith("    "))).toBe(true);
  });

  test("is one line where nobody says how wide it is", () => {
    expect(wrapped(text, undefined, { indent: 2 })).toEqual([`  ${text}`]);
  });
});
