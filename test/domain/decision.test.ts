import { expect, test } from "vitest";
import { stricter } from "../../domain/decision.ts";

test("block is over escalate, and that over execute, whichever comes first", () => {
  const verdicts = ["execute", "escalate", "block"] as const;
  expect(verdicts.map((a) => verdicts.map((b) => stricter(a, b)))).toEqual([
    ["execute", "escalate", "block"],
    ["escalate", "escalate", "block"],
    ["block", "block", "block"],
  ]);
});
