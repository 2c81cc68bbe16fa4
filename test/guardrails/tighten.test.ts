import { describe, expect, test } from "vitest";
import type { Decision } from "../../domain/decision.ts";
import type { Review } from "../../domain/proposal.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import { tighten } from "../../guardrails/tighten.ts";
import { policyOf } from "../fixtures/policy.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";

const policy = policyOf("quoting");
const decide = (changes = {}): Promise<Decision> => evaluate(policy, quoteFacts(changes));
const review = (verdict: Review["verdict"], ...reasons: string[]): Review => ({ verdict, reasons });

const reviews = {
  agree: review("agree", "All in order."),
  escalate: review("escalate", "Names a competitor."),
  block: review("block", "Promises a refund."),
  missing: undefined,
} as const;
const starts = {
  execute: { effectiveDiscount: 120_000 },
  escalate: { effectiveDiscount: 180_000 },
  block: { effectiveDiscount: 310_000 },
} as const;

describe("compliance can only tighten", () => {
  const outcomes = [
    { from: "execute", said: "agree", to: "execute", rules: ["within-mandate"] },
    { from: "execute", said: "escalate", to: "escalate", rules: ["compliance-review", "within-mandate"] },
    { from: "execute", said: "block", to: "block", rules: ["compliance-review", "within-mandate"] },
    { from: "execute", said: "missing", to: "escalate", rules: ["compliance-review-missing", "within-mandate"] },
    { from: "escalate", said: "agree", to: "escalate", rules: ["manager-band"] },
    { from: "escalate", said: "escalate", to: "escalate", rules: ["compliance-review", "manager-band"] },
    { from: "escalate", said: "block", to: "block", rules: ["compliance-review", "manager-band"] },
    { from: "escalate", said: "missing", to: "escalate", rules: ["compliance-review-missing", "manager-band"] },
    { from: "block", said: "agree", to: "block", rules: ["over-ceiling"] },
    { from: "block", said: "escalate", to: "block", rules: ["over-ceiling", "compliance-review"] },
    { from: "block", said: "block", to: "block", rules: ["compliance-review", "over-ceiling"] },
    { from: "block", said: "missing", to: "block", rules: ["over-ceiling", "compliance-review-missing"] },
  ] as const;
  test.for(outcomes)("$from, review $said: $to", async ({ from, said, to, rules }) => {
    const decision = tighten(await decide(starts[from]), reviews[said], policy);
    expect({ to: decision.kind, rules: decision.rules.map(({ id }) => id) }).toEqual({ to, rules });
  });

  test("an execution it stops goes to the default route with its words as the reason", async () => {
    expect(tighten(await decide(starts.execute), reviews.escalate, policy)).toMatchObject({
      kind: "escalate",
      route: policy.defaultRoute,
      missing: [],
      reason: "compliance asks for a person: Names a competitor.",
    });
  });

  test("an escalation keeps its route, what is missing and its reason", async () => {
    const { partnerStanding: _, ...facts } = quoteFacts({ listPrice: 50_000_001 });
    const decision = await evaluate(policy, facts);
    expect(tighten(decision, reviews.escalate, policy)).toMatchObject({
      missing: ["partnerStanding"],
      route: { id: "regional-director" },
      reason: expect.stringMatching(
        /^not known: `partnerStanding`; List price .+; compliance asks for a person: Names/,
      ) as string,
    });
  });

  test("a block by default stays a block", () => {
    const byDefault: Decision = { kind: "block", rules: [], reason: "no rule covers this" };
    expect(tighten(byDefault, reviews.escalate, policy)).toMatchObject({
      kind: "block",
      reason: "no rule covers this",
    });
  });

  test("no reason is said to be none", async () => {
    expect(tighten(await decide(), review("block"), policy)).toMatchObject({
      reason: "compliance blocks: no reason given",
    });
  });

  test("a verdict outside the type is a fault, not an agreement", async () => {
    const decision = await decide();
    expect(() => tighten(decision, { verdict: "allow", reasons: [] } as unknown as Review, policy)).toThrow(
      /unexpected value/,
    );
  });
});
