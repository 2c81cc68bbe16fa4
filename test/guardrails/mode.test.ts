import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { modes } from "../../domain/decision-details.ts";
import { lapseOf, lowerMode, oneLower } from "../../guardrails/mode.ts";

const bounds = { blockedPpm: 200_000, rejectedPpm: 100_000, minimum: 50 };
const none = { decisions: 0, blocked: 0, answered: 0, rejected: 0 };

describe("a policy lapses over its bounds, and not at them", () => {
  test.for([
    ["exactly 20 % blocked", { decisions: 50, blocked: 10 }, null],
    ["one more", { decisions: 50, blocked: 11 }, "11 of 50 decisions blocked is over 20 %"],
    ["all of 49: fewer than the minimum", { decisions: 49, blocked: 49 }, null],
    ["exactly 10 % rejected", { answered: 50, rejected: 5 }, null],
    ["one more", { answered: 50, rejected: 6 }, "6 of 50 answers rejected is over 10 %"],
    ["all of 49 answers", { answered: 49, rejected: 49 }, null],
    ["nothing at all", {}, null],
    [
      "both",
      { decisions: 50, blocked: 50, answered: 50, rejected: 50 },
      "50 of 50 decisions blocked is over 20 %; 50 of 50 answers rejected is over 10 %",
    ],
  ] as const)("%s", ([, tally, reason]) => {
    expect(lapseOf(bounds, { ...none, ...tally })).toBe(reason);
  });

  test("no minimum and nothing decided is no lapse", () => {
    expect(lapseOf({ blockedPpm: 0, rejectedPpm: 0, minimum: 0 }, none)).toBeNull();
  });

  test("for any counts it is exact", () => {
    const count = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(count, count, fc.integer({ min: 0, max: 1_000_000 }), (part, rest, boundPpm) => {
        const tally = { ...none, decisions: part + rest, blocked: part };
        const over = BigInt(part) * 1_000_000n > BigInt(boundPpm) * BigInt(part + rest);
        const reason = lapseOf({ blockedPpm: boundPpm, rejectedPpm: 0, minimum: 1 }, tally);
        expect(reason !== null).toBe(over);
      }),
    );
  });
});

test("a step down is one step, and never up", () => {
  expect(modes.map(oneLower)).toEqual([null, null, "shadow", "assisted"]);
  for (const mode of modes) expect(lowerMode(oneLower(mode) ?? mode, mode)).toBe(oneLower(mode) ?? mode);
});
