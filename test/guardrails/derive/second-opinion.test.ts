import { expect, test, vi } from "vitest";
import type { Disagreement } from "../../../guardrails/evaluate.ts";
import { evaluateWith, liveMatchers } from "../../../guardrails/evaluate.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { policyWith, trip } from "./written.ts";

const policy = policyWith(`derive:
  net: { subtract: [listPrice, discount] }
tables:
  most: { by: [membership], rows: [[none, 5%], [silver, 10%], [gold, 15%]] }
rules:
  - id: small
    effect: execute
    when:
      all:
        - { fact: net, operator: greaterThanInclusive, value: 90.00 USD }
        - { fact: rate, operator: lessThanInclusive, value: { fact: most } }
    reason: Small
`);

/** The policy with one derived fact made otherwise. */
function wrong(name: string, of: (policy: Policy) => NonNullable<Policy["derived"]>[number]["derive"]): Policy {
  const derived = policy.derived?.map((type) => (type.name === name ? { ...type, derive: of(policy) } : type));
  return { ...policy, ...(derived !== undefined && { derived }) };
}

const plants = [
  [
    "a difference",
    wrong("net", () => ({ kind: "add", of: [{ fact: "listPrice" }, { fact: "discount" }] })),
    { discount: 10_01 },
  ],
  [
    "a row of a table",
    wrong("most", () => ({ kind: "table", by: ["membership"], rows: [{ when: [null], value: 150_000 }] })),
    { rate: 100_001 },
  ],
] as const;

test.for(
  plants.flatMap(([name, planted, changed]) =>
    (["engine", "compiled"] as const).map((side) => ({ name, planted, changed, side })),
  ),
)("$name that the $side form gets wrong executes nothing and raises the alarm", async ({ planted, changed, side }) => {
  const matchers = {
    ...liveMatchers,
    [side]: (_: Policy, known: Parameters<typeof liveMatchers.engine>[1]) => liveMatchers[side](planted, known),
  };
  const onDisagreement = vi.fn<(detail: Disagreement) => void>();
  const decision = await evaluateWith(matchers)(policy, trip(changed), { onDisagreement });
  expect(decision).toMatchObject({
    kind: "escalate",
    reason: expect.stringContaining("evaluator_disagreement") as string,
  });
  expect(onDisagreement).toHaveBeenCalledOnce();
});

test("what the compiled form computed does not reach the engine", async () => {
  const { rules } = policy;
  expect(rules).toHaveLength(1);
  const fed = trip({ net: 1, most: 0 });
  expect([...(await liveMatchers.engine(policy, fed))]).toEqual(["small"]);
  expect(liveMatchers.compiled(policy, fed).matching).toEqual(["small"]);
});
