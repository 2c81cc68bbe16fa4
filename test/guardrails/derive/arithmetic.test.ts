import { describe, expect, test } from "vitest";
import { diffPolicies } from "../../../guardrails/analyse/diff.ts";
import { lint } from "../../../guardrails/analyse/lint.ts";
import { prove } from "../../../guardrails/analyse/prove.ts";
import { judge } from "../../../guardrails/evaluate.ts";
import { policyWith, trip } from "./written.ts";

const net = `derive:
  net: { title: net price, subtract: [listPrice, discount] }
  most: { share: listPrice, of: 15%, round: up }
`;
const rules = `rules:
  - id: small
    effect: execute
    when: { fact: net, operator: greaterThan, value: 80.00 USD }
    reason: "Net {net} is over 80"
  - id: deep
    effect: block
    when: { fact: discount, operator: greaterThan, value: { fact: most } }
    reason: "Discount {discount} is over {most}"
`;

describe("a derived fact", () => {
  const policy = policyWith(`${net}${rules}`);

  test("has the type and range that its operands give it", () => {
    expect(
      policy.derived?.map(({ name, kind, ...type }) => ({
        name,
        kind,
        ...("min" in type ? { min: type.min, max: type.max } : {}),
      })),
    ).toEqual([
      { name: "net", kind: "minor", min: -1_000_000_00, max: 1_000_000_00 },
      { name: "most", kind: "minor", min: 0, max: 150_000_00 },
    ]);
  });

  test.for([
    ["within", { discount: 10_00 }, "execute", ["small"]],
    ["at the share", { discount: 15_00 }, "execute", ["small"]],
    ["one cent over the share", { discount: 15_01 }, "block", ["deep", "small"]],
    ["at the limit", { discount: 12_00, listPrice: 92_00 }, "escalate", []],
  ] as const)("is read by both evaluators: %s", async ([, changed, kind, ids]) => {
    const { decision } = await judge(policy, trip(changed));
    expect([decision.kind, decision.rules.map(({ id }) => id)]).toEqual([kind, ids]);
  });

  test("stands in the reason and in what a decision records", async () => {
    const { decision } = await judge(policy, trip());
    expect(decision.rules[0]).toMatchObject({ reason: "Net 90.00 USD is over 80", values: { net: 90_00 } });
  });

  test("is no fact that a request may bring", async () => {
    const { decision } = await judge(policy, trip({ net: 99_999_00 }));
    expect(decision).toMatchObject({ kind: "escalate", reason: "not declared: `net`" });
  });
});

describe("the analysis", () => {
  test("proves what holds of every request", () => {
    const policy = policyWith(`${net}${rules}invariants:
  - { id: never-under, never: execute, when: { fact: net, operator: lessThan, value: 70.00 USD } }
  - { id: held, never: execute, when: { fact: discount, operator: greaterThan, value: 200000.00 USD } }
  - { id: broken, never: execute, when: { fact: discount, operator: greaterThan, value: 100.00 USD } }
`);
    const [under, held, broken] = prove(policy);
    expect([under?.kind, held?.kind]).toEqual(["proved", "proved"]);
    expect(broken).toMatchObject({ kind: "counterexample", verdict: "execute", rules: ["small"] });
  });

  test("finds no fault in live rules, and shows given facts as witnesses", () => {
    const findings = lint(policyWith(`${net}${rules}`), { today: "2026-01-01" });
    expect(findings.map(({ kind }) => kind)).toEqual(["overlap", "gap"]);
    const { listPrice, discount, ...others } = findings[0]?.witness ?? {};
    expect(Number(discount)).toBeGreaterThan(0.15 * Number(listPrice));
    expect(Number(listPrice) - Number(discount)).toBeGreaterThan(80_00);
    expect(Object.keys(others)).not.toContain("net");
  });

  test("proves two ways of saying one thing equal", () => {
    const unrolled = policyWith(
      `derive:
  left: { subtract: [discount, listPrice] }
rules:
  - id: small
    effect: execute
    when: { fact: left, operator: lessThan, value: 0.00 USD }
    reason: "Some"
`,
    );
    const other = policyWith(`rules:
  - id: little
    effect: execute
    when: { fact: listPrice, operator: greaterThan, value: { fact: discount } }
    reason: "Some"
`);
    expect(diffPolicies(unrolled, other).equal).toBe(true);
  });
});
