import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { modes } from "../../domain/decision-details.ts";
import type { Decision } from "../../domain/decision.ts";
import { lapseOf, lowerMode, mayAct, oneLower, restrain } from "../../guardrails/mode.ts";
import { policyOf } from "../fixtures/policy.ts";

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

test("only assisted and led agents have an effect", () => {
  expect(modes.filter(mayAct)).toEqual(["assisted", "led"]);
});

describe("people decide what an assisted agent would have executed", () => {
  const policy = policyOf("quoting");
  const rules = [{ id: "within-mandate", effect: "execute", reason: "fine", values: {} }] as const;
  const executes: Decision = { kind: "execute", rules };
  const blocks: Decision = { kind: "block", rules: [], reason: "over the ceiling" };

  test("with the rules that allow it, at the default route", () => {
    expect(restrain(executes, "assisted", policy)).toEqual({
      kind: "escalate",
      rules,
      missing: [],
      route: policy.defaultRoute,
      reason: "people decide while `quoting` is assisted; the rules alone would execute",
    });
  });

  test("and nothing else: no block, and under no other mode", () => {
    expect(restrain(blocks, "assisted", policy)).toBe(blocks);
    for (const mode of modes.filter((other) => other !== "assisted")) {
      expect(restrain(executes, mode, policy)).toBe(executes);
    }
  });
});
