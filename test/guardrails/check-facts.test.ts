import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../domain/json.ts";
import { checkFacts } from "../../guardrails/check-facts.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import { givenValue } from "../../guardrails/fact-types.ts";
import { complete, facts, moments, policies as generated } from "../fixtures/generated-policy.ts";

/** What each optional fact cannot take, close to what it can. */
const wrong: { readonly [name: string]: readonly Json[] } = {
  note: [null, 5, true, "thirteen char", ["note"], {}],
  ends: [null, "tomorrow", "2026-02-30", 20_601, true, ""],
  extras: [null, "a", ["a", "a"], ["c"], [1], { a: true }],
  seats: [null, "3", 13, -1, 1.5, true, [3]],
  trial: [null, "true", 1, 0, "", []],
};

test("every optional fact has values that it cannot take", () => {
  expect(Object.keys(wrong)).toEqual(facts.filter(({ optional }) => optional === true).map(({ name }) => name));
});

describe("a fact whose value it cannot take is not known, and not as if it had been left out", () => {
  test.for(Object.entries(wrong))("%s", async ([name, values]) => {
    await fc.assert(
      fc.asyncProperty(generated(6), moments, complete, fc.constantFrom(...values), async (policy, at, all, value) => {
        const given = { ...all, [name]: value };
        expect(checkFacts(policy, given as never).missing).toContain(name);
        const decision = await evaluate(policy, given as never, { at });
        expect(decision.kind).not.toBe("execute");
        expect("missing" in decision ? decision.missing : [name]).toContain(name);
      }),
      { numRuns: 60 },
    );
  });

  test("whatever it is and whichever it holds", () => {
    const any = fc.constantFrom(...facts).chain((type) =>
      fc.tuple(
        fc.constant(type.name),
        fc.jsonValue().filter((value) => givenValue(type, value) === undefined),
      ),
    );
    fc.assert(
      fc.property(generated(1), complete, any, (policy, all, [name, value]) => {
        expect(checkFacts(policy, { ...all, [name]: value } as never).missing).toContain(name);
      }),
    );
  });
});
