import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { Decision } from "../../domain/decision.ts";
import { evaluate, evaluateWith, liveMatchers } from "../../guardrails/evaluate.ts";
import type { Disagreement } from "../../guardrails/evaluate.ts";
import { complete, knownOf, leaving, partial, policies } from "../fixtures/generated-policy.ts";
import { policyOf } from "../fixtures/policy.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";

const quoting = policyOf("quoting");
const clean = quoteFacts({ effectiveDiscount: 100_000 });
const blocked = quoteFacts({ effectiveDiscount: 310_000 });

const finds = (ids: readonly string[]) => () => new Set(ids);
const findsCompiled =
  (ids: readonly string[]): typeof liveMatchers.compiled =>
  (cell, known) => ({ ...liveMatchers.compiled(cell, known), matching: ids });

/** Both sides of the seam in turn with a matcher that finds `ids`, beside the real other one. */
const planted = (ids: readonly string[]) => [
  { side: "engine", decide: evaluateWith({ ...liveMatchers, engine: finds(ids) }) },
  { side: "compiled", decide: evaluateWith({ ...liveMatchers, compiled: findsCompiled(ids) }) },
];

describe("when the two evaluators find different rules", () => {
  test.for(planted([]))(
    "what one of them would execute goes to people: the $side finds nothing",
    async ({ decide }) => {
      expect(await decide(quoting, clean)).toMatchObject({
        kind: "escalate",
        rules: [{ id: "within-mandate" }],
        missing: [],
        route: { id: "partner-manager" },
        reason: "runtime_error:evaluator_disagreement",
      });
    },
  );

  test.for(planted(["within-mandate"]))("the block of one of them stands: the $side lost it", async ({ decide }) => {
    expect(await decide(quoting, blocked)).toMatchObject({
      kind: "block",
      rules: [{ id: "over-ceiling" }, { id: "within-mandate" }],
      reason: "runtime_error:evaluator_disagreement; Effective discount 31 % is over the ceiling of 25 %",
    });
  });

  test.for(planted([]))("a default that blocks stands too: the $side finds nothing", async ({ decide }) => {
    expect(await decide({ ...quoting, default: "block" }, clean)).toMatchObject({
      kind: "block",
      reason: "runtime_error:evaluator_disagreement; no rule of `quoting` covers this",
    });
  });

  test("the most senior route that either asks for is taken", async () => {
    const facts = quoteFacts({ listPrice: 50_000_001 });
    for (const { decide } of planted(["manager-band"])) {
      expect(await decide(quoting, facts)).toMatchObject({
        kind: "escalate",
        rules: [{ id: "large-quote" }, { id: "manager-band" }],
        route: { id: "regional-director" },
      });
    }
  });

  test.for(planted(["manager-band"]))("or the default route, when that is more senior: $side", async ({ decide }) => {
    const defaultRoute = {
      id: "regional-director",
      quorum: 1,
      levels: [{ role: "regional-director", slaMs: 28_800_000 }],
    };
    expect(await decide({ ...quoting, defaultRoute }, clean)).toMatchObject({ kind: "escalate", route: defaultRoute });
  });

  test("the alarm is raised once, with what each of them found", async () => {
    const onDisagreement = vi.fn<(detail: Disagreement) => void>();
    const decide = evaluateWith({ ...liveMatchers, compiled: findsCompiled(["over-ceiling", "large-quote"]) });
    await decide(quoting, clean, { onDisagreement });
    expect(onDisagreement.mock.calls).toEqual([
      [{ policy: "quoting", engine: ["within-mandate"], compiled: ["large-quote", "over-ceiling"] }],
    ]);
  });

  test("an alarm that fails changes nothing in the decision", async () => {
    const onDisagreement = () => {
      throw new Error("no line to the operator");
    };
    const decide = evaluateWith({ ...liveMatchers, compiled: findsCompiled([]) });
    expect(await decide(quoting, blocked, { onDisagreement })).toEqual(await decide(quoting, blocked));
  });

  test("a policy that was changed after its first decision executes nothing more", async () => {
    const policy = { ...quoting };
    expect((await evaluate(policy, blocked)).kind).toBe("block");
    const onDisagreement = vi.fn<(detail: Disagreement) => void>();
    policy.rules = quoting.rules
      .filter(({ effect }) => effect === "execute")
      .map((rule) => ({
        ...rule,
        when: { fact: "belowFloorPrice", operator: "equal", value: false },
      }));
    expect(await evaluate(policy, blocked, { onDisagreement })).toMatchObject({ kind: "escalate" });
    expect(onDisagreement).toHaveBeenCalledOnce();
  });

  test("nothing executes and the alarm is raised once, whatever is asked and whichever rules are found wrongly", async () => {
    const wrong = fc.subarray(Array.from({ length: 8 }, (_, at) => `rule-${at}`));
    await fc.assert(
      fc.asyncProperty(policies(8), partial, wrong, async (policy, [all, missing], ids) => {
        const facts = leaving(all, missing);
        const right = await evaluate(policy, facts);
        const { matching } = liveMatchers.compiled(policy, knownOf(policy, facts));
        const differs = matching.toSorted().join() !== ids.join();
        for (const { decide } of planted(ids)) {
          const onDisagreement = vi.fn<(detail: Disagreement) => void>();
          const decision = await decide(policy, facts, { onDisagreement });
          expect(onDisagreement).toHaveBeenCalledTimes(differs ? 1 : 0);
          expect(differs && decision.kind === "execute").toBe(false);
          expect(right.kind === "block" && decision.kind !== "block").toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("when they find the same", () => {
  test("no alarm is raised, whatever the policy and the facts", async () => {
    const onDisagreement = vi.fn<(detail: Disagreement) => void>();
    await fc.assert(
      fc.asyncProperty(policies(12), partial, async (policy, [all, missing]) => {
        await evaluate(policy, leaving(all, missing), { onDisagreement });
      }),
      { numRuns: 300 },
    );
    expect(onDisagreement).not.toHaveBeenCalled();
  });

  test("1,000 overlapping decisions over generated policies equal the same taken one by one", async () => {
    const some = fc.sample(policies(12), { numRuns: 20, seed: 20_260_302 });
    const asked = fc.sample(complete, { numRuns: 1000, seed: 20_260_303 });
    const requests = asked.map((known, at) => ({ policy: some[at % some.length]!, known }));
    const overlapping = await Promise.all(requests.map(({ policy, known }) => evaluate(policy, known)));
    const sequential: Decision[] = [];
    for (const { policy, known } of requests) sequential.push(await evaluate({ ...policy }, known));
    expect(overlapping).toEqual(sequential);
    expect(new Set(overlapping.map(({ kind }) => kind))).toEqual(new Set(["execute", "escalate", "block"]));
  });
});
