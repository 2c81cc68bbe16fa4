import { describe, expect, test } from "vitest";
import type { OutcomeKind } from "../../../domain/outcome.ts";
import { writeBack, writeBackValue } from "../../../functions/shared/write-back.ts";
import { evidenceOf, FIXTURE_AT } from "../../../functions/shared/fixture.ts";

function factsFor(property: string, value: string, outcome: string) {
  const args = { action: "quoting", objectType: "deal", objectId: "1001", property, value, reportsStep: "step-1" };
  return writeBack.facts({
    evidence: evidenceOf({ "ledger.step-outcome": { outcome } }),
    action: { tool: writeBack.tool, args },
    at: FIXTURE_AT,
  });
}

describe("a value for the CRM", () => {
  test.for([
    ["executed", "approved"],
    ["rejected", "denied"],
    ["expired", "denied"],
    ["blocked", "blocked"],
    ["superseded", undefined],
    ["unknown", undefined],
    ["refused", undefined],
    ["open", undefined],
  ] as const satisfies readonly (readonly [OutcomeKind | "open", string | undefined])[])(
    "of an outcome %s is %s",
    ([outcome, value]) => {
      expect(writeBackValue("quoting", outcome)).toBe(value);
    },
  );
});

describe("the facts of a write-back", () => {
  test.for([
    [
      "the recorded outcome in its property",
      "quote_status",
      "approved",
      "executed",
      { propertyAllowed: true, tellsOutcome: true },
    ],
    ["another property", "amount", "approved", "executed", { propertyAllowed: false, tellsOutcome: true }],
    ["another outcome", "quote_status", "approved", "rejected", { propertyAllowed: true, tellsOutcome: false }],
    [
      "an outcome that is still open",
      "quote_status",
      "approved",
      "open",
      { propertyAllowed: true, tellsOutcome: false },
    ],
    ["an outcome that does not exist", "quote_status", "approved", "won", {}],
  ] as const)("tell %s", ([, property, value, outcome, expected]) => {
    expect(factsFor(property, value, outcome)).toEqual(expected);
  });

  test("are none without the ledger's word", () => {
    const action = { tool: writeBack.tool, args: {} };
    expect(writeBack.facts({ evidence: {}, action, at: FIXTURE_AT })).toEqual({});
  });
});
