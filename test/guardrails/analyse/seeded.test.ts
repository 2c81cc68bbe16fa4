import { describe, expect, test } from "vitest";
import { diffPolicies } from "../../../guardrails/analyse/diff.ts";
import { lint } from "../../../guardrails/analyse/lint.ts";
import { prove } from "../../../guardrails/analyse/prove.ts";
import type { Proof } from "../../../guardrails/analyse/prove.ts";
import { decisionOf } from "../../../guardrails/analyse/verdict.ts";
import { discount, inLane, withDefects } from "../../fixtures/seeded-policy.ts";

describe.for([10, 100, 1_000])("among %s rules", (count) => {
  const policy = withDefects(count);

  test("every seeded mistake is found, each by its name", { timeout: 120_000 }, () => {
    const findings = lint(policy, { today: "2026-03-01" });
    const own = ["unreachable", "shadowed", "redundant", "promo", "ceiling", "asks"];
    const about = findings.filter(({ about: [id = ""], severity }) => own.includes(id) && severity !== "info");
    expect(new Set(about.map(({ kind, about: ids }) => `${kind}: ${ids.join(", ")}`))).toEqual(
      new Set([
        "limit-not-binding: promo",
        "redundant: redundant, ceiling",
        "shadowed: shadowed, ceiling",
        "unreachable: unreachable",
      ]),
    );
    expect(findings.filter(({ kind }) => kind === "undecided")).toEqual([]);
    const untried = findings.filter(({ message }) => message.endsWith("; values farther off were not tried"));
    expect(untried.length > 0, "what a lint has no time for, it says").toBe(count === 1_000);
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
