import { describe, expect, test } from "vitest";
import { policyFile, policyOf } from "../fixtures/policy.ts";

const text = policyFile("deal-registration.yaml");
const set = "  protection_days: { number: 90, allowed: 30..180 }";
const fix = "write `protection_days: { number: …, allowed: 1..730 }` under `params`";

describe("a term that an action takes from its policy", () => {
  test("is a parameter that no rule need read", () => {
    expect(policyOf("deal-registration").params).toContainEqual({
      name: "protection_days",
      kind: "number",
      value: 90,
      allowed: { min: 30, max: 180 },
      protected: false,
    });
  });

  test.for([
    ["is left out", "", `\`protection_days\` is not set, and the action needs it; ${fix}`],
    ["is no number", "  protection_days: { percent: 90% }", `\`protection_days\` is not a \`number\`; ${fix}`],
    ["is nothing", "  protection_days: { number: 0 }", `\`protection_days\` is not from 1 to 730; ${fix}`],
    ["is over its bound", "  protection_days: { number: 731 }", `\`protection_days\` is not from 1 to 730; ${fix}`],
    [
      "may be set over its bound",
      "  protection_days: { number: 90, allowed: 1..731 }",
      `\`protection_days\` is not from 1 to 730; ${fix}`,
    ],
  ] as const)("refuses the policy when it %s", ([, written, says]) => {
    const start = text.indexOf(set);
    const end = text.indexOf("\n", start);
    expect(start).toBeGreaterThan(0);
    expect(() => policyOf("deal-registration", text.slice(0, start) + written + text.slice(end))).toThrow(says);
  });
});

test("a share that an action takes is written as one", () => {
  const qualify = policyFile("co-selling.qualify.yaml");
  const line = "  badge_from: { percent: 60%, allowed: 30%..90% }";
  expect(policyOf("co-selling.qualify").params).toContainEqual(
    expect.objectContaining({ name: "badge_from", kind: "ppm", value: 600_000 }),
  );
  expect(() => policyOf("co-selling.qualify", qualify.replace(line, "  badge_from: { percent: 101% }"))).toThrow(
    "`badge_from` is not from 0% to 100%; write `badge_from: { percent: …, allowed: 0%..100% }` under `params`",
  );
});
