import { describe, expect, test } from "vitest";
import { diffPolicies } from "../../../guardrails/analyse/diff.ts";
import { lint } from "../../../guardrails/analyse/lint.ts";
import { prove } from "../../../guardrails/analyse/prove.ts";
import type { Proof } from "../../../guardrails/analyse/prove.ts";
import { decisionOf } from "../../../guardrails/analyse/verdict.ts";
import type { Comparison, Condition, Policy, PolicyRule } from "../../../guardrails/policy.ts";
import { rulesOf } from "../../bench/rule-set.ts";

const lane = { name: "lane", title: "lane", adjustable: false, kind: "choice", values: ["own", "seeded"] } as const;
const inLane = (value: string): Condition => ({ fact: "lane", operator: "equal", value });
const discount = (operator: Comparison["operator"], value: number): Condition => ({
  fact: "discount",
  operator,
  value,
});

function seeded(id: string, effect: "execute" | "block", ...all: readonly Condition[]): PolicyRule {
  return { id, effect, when: { all: [inLane("seeded"), ...all] }, reason: "holds" };
}

const asks: PolicyRule = {
  id: "asks",
  effect: "escalate",
  route: "partner-manager",
  when: { all: [inLane("seeded"), discount("greaterThan", 150_000)] },
  reason: "holds",
};

/** Five mistakes among rules that are not concerned by them. */
function withDefects(count: number): Policy {
  const generated = rulesOf(count);
  const rules = generated.rules.map((rule) => ({ ...rule, when: { all: [inLane("own"), rule.when] } }));
  const defects = [
    seeded("ceiling", "block", discount("greaterThan", 250_000)),
    asks,
    seeded("unreachable", "block", discount("greaterThan", 300_000), discount("lessThan", 200_000)),
    seeded("shadowed", "execute", discount("greaterThan", 260_000)),
    seeded("redundant", "block", discount("greaterThanInclusive", 270_000)),
    seeded("promo", "execute", discount("lessThanInclusive", 200_000)),
  ];
  const invariants = [
    { id: "holds", always: "block", when: { all: [inLane("seeded"), discount("greaterThan", 250_000)] } },
    { id: "broken", never: "execute", when: { all: [inLane("seeded"), discount("greaterThan", 140_000)] } },
  ] as const;
  return { ...generated, facts: [...generated.facts, lane], rules: [...rules, ...defects], invariants };
}

describe.for([10, 100, 1_000])("among %s rules", (count) => {
  const policy = withDefects(count);

  test("every seeded mistake is found, each by its name", { timeout: 120_000 }, () => {
    const findings = lint(policy, { today: "2026-03-01" });
    const own = ["unreachable", "shadowed", "redundant", "promo", "ceiling", "asks"];
    const about = findings.filter(({ about: [id = ""], severity }) => own.includes(id) && severity !== "info");
    expect(new Set(about.map(({ kind, about: ids }) => `${kind}: ${ids.join(", ")}`))).toEqual(
      new Set([
        "limit-never-acts: promo",
        "redundant: redundant, ceiling",
        "shadowed: shadowed, ceiling",
        "unreachable: unreachable",
      ]),
    );
    expect(findings.filter(({ kind }) => kind === "undecided")).toEqual([]);
  });

  test("a limit that holds is proved, and one that does not has a request", () => {
    const [holds, broken] = prove(policy);
    expect(holds).toEqual({ invariant: "holds", kind: "proved" });
    expect(broken).toMatchObject({ kind: "counterexample", verdict: "execute", rules: ["promo"] });
    const { facts } = broken as Extract<Proof, { readonly kind: "counterexample" }>;
    expect(decisionOf(policy, facts, null).kind).toBe("execute");
  });

  test("one limit moved is the only difference; order makes none", () => {
    const rules = policy.rules.map((rule) =>
      rule.id === "asks" ? { ...rule, when: { all: [inLane("seeded"), discount("greaterThan", 180_000)] } } : rule,
    );
    const { changes, undecided } = diffPolicies(policy, { ...policy, rules });
    expect(undecided).toEqual([]);
    expect(changes.map(({ where }) => where)).toEqual(["discount is over 15 % and at most 18 %; lane is seeded"]);
    expect(diffPolicies(policy, { ...policy, rules: policy.rules.toReversed() }).equal).toBe(true);
  });
});
