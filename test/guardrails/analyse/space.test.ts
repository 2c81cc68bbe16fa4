import fc from "fast-check";
import { expect, test } from "vitest";
import { narrowed, search, truthOver } from "../../../guardrails/analyse/box.ts";
import { cellsOf, cellsOn, valuesOf } from "../../../guardrails/analyse/cells.ts";
import { allOf, keyOf, notOf } from "../../../guardrails/analyse/formula.ts";
import { escalationsOf, modelOf, verdictFormulas } from "../../../guardrails/analyse/model.ts";
import { spaceOf } from "../../../guardrails/analyse/space.ts";
import { decisionOf, verdictOf } from "../../../guardrails/analyse/verdict.ts";
import { exists, find } from "../../../guardrails/analyse/witness.ts";
import type { Witness } from "../../../guardrails/analyse/witness.ts";
import { cellOf, dayAt } from "../../../guardrails/cell.ts";
import { evaluate } from "../../../guardrails/evaluate.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { testOf } from "../../../guardrails/ternary.ts";
import { complete, knownOf, leaving, moments, optionalNames, policies } from "../../fixtures/generated-policy.ts";
import { policyOf } from "../../fixtures/policy.ts";
import { pointOf } from "./point.ts";

const verdicts = ["execute", "escalate", "block"] as const;
const freely = { left: Number.MAX_SAFE_INTEGER };
/** Every required fact, and some of those that a request may leave out. */
const requests = fc.tuple(complete, fc.subarray([...optionalNames])).map(([given, left]) => leaving(given, left));
const manyRequests = fc.array(requests, { minLength: 20, maxLength: 20 });

function spaceFor(policy: Policy) {
  return spaceOf(policy.facts, { cells: valuesOf(policy), conditions: policy.rules.map(({ when }) => when) });
}

test("over the box of one request, a rule's condition is what the evaluator says of it", () => {
  fc.assert(
    fc.property(policies(4), manyRequests, (policy, given) => {
      const space = spaceFor(policy);
      for (const { when } of policy.rules) {
        const { must, may } = space.compile(policy, when);
        const holds = testOf(when, policy.params);
        for (const known of given.map((one) => knownOf(policy, one))) {
          const point = pointOf(space, known);
          const said = [truthOver(point, must, freely), truthOver(point, may, freely)];
          expect(said).toEqual([holds(known) === true, holds(known) !== false]);
          expect(truthOver(point, notOf(must), freely)).toBe(holds(known) !== true);
        }
      }
    }),
  );
});

test("what is true or false of a box is so of every request in it", () => {
  fc.assert(
    fc.property(policies(3), requests, requests, (policy, one, other) => {
      const space = spaceFor(policy);
      const [a, b] = [one, other].map((given) => pointOf(space, knownOf(policy, given)));
      const box = a!.map((word, index) => word | b![index]!);
      for (const { when } of policy.rules) {
        const { must } = space.compile(policy, when);
        const truth = truthOver(box, must, freely);
        if (truth === undefined) continue;
        expect([a!, b!].map((point) => truthOver(point, must, freely))).toEqual([truth, truth]);
      }
    }),
  );
});

test("exactly one verdict's formulas hold of a request, and one escalation's: those of the live decision", async () => {
  await fc.assert(
    fc.asyncProperty(policies(5), requests, moments, async (policy, given, at) => {
      const space = spaceFor(policy);
      const known = knownOf(policy, given);
      const point = pointOf(space, known);
      const model = modelOf(space, cellOf(policy, known, at));
      const decision = await evaluate(policy, given as never, { at });
      const holding = verdicts.filter((verdict) => truthOver(point, allOf(verdictFormulas(model, verdict)), freely));
      expect(holding).toEqual([decision.kind]);
      const ways = escalationsOf(model).filter(({ formulas }) => truthOver(point, allOf(formulas), freely));
      const asked = decision.kind === "escalate" ? [[decision.route.id, decision.route.quorum]] : [];
      expect(ways.map(({ route, quorum }) => [route, quorum])).toEqual(asked);
      expect(decisionOf(policy, given as never, at)).toEqual(decision);
      expect(verdictOf(cellOf(policy, known, at), known)).toBe(decision.kind);
    }),
  );
});

test("a request is in exactly one cell of its day, with the parameters that its decision goes by", () => {
  fc.assert(
    fc.property(policies(3), requests, moments, (policy, given, at) => {
      const space = spaceFor(policy);
      const known = knownOf(policy, given);
      const point = pointOf(space, known);
      const day = dayAt(at, policy.timezone);
      const own = cellsOn(space, policy, day).filter(({ region }) => truthOver(point, region, freely));
      expect(own.map((cell) => cell.policy.params)).toEqual([cellOf(policy, known, at).params]);
      const ever = cellsOf(space, policy).map((cell) => JSON.stringify(cell.policy.params));
      expect(ever).toContain(JSON.stringify(own[0]!.policy.params));
    }),
  );
});

test("a verdict has a request that comes to it, or comes of none", () => {
  fc.assert(
    fc.property(policies(4), manyRequests, (policy, given) => {
      const space = spaceFor(policy);
      const model = modelOf(space, policy);
      for (const verdict of verdicts) {
        const formulas = verdictFormulas(model, verdict);
        const isSo = ({ facts }: Witness) => decisionOf(policy, facts, null).kind === verdict;
        const found = find(space, formulas, isSo, verdict);
        const why = found.kind === "undecided" ? found.why : "no text was found";
        expect(why).toContain("no text was found");
        expect(exists(space, formulas, verdict).kind).toBe(found.kind);
        const refuting = given.filter((one) => decisionOf(policy, one as never, null).kind === verdict);
        expect(found.kind === "none" ? refuting : []).toEqual([]);
      }
    }),
  );
});

test("formulas that are written alike in another order have the same key", () => {
  fc.assert(
    fc.property(policies(2), (policy) => {
      const space = spaceFor(policy);
      const [{ must }] = [space.compile(policy, policy.rules[0]!.when)];
      expect(keyOf(notOf(notOf(must)))).toBe(keyOf(must));
    }),
  );
});

test("a search that runs out of steps says so, and is no proof", () => {
  const policy = policyOf("quoting");
  const space = spaceFor(policy);
  const formulas = verdictFormulas(modelOf(space, policy), "execute");
  expect(search(space.whole, formulas, { left: 3 })).toBe("spent");
  expect(search(space.whole, formulas, freely)).toBeInstanceOf(Int32Array);
});

test("a witness that the evaluator reads otherwise is never reported", () => {
  const policy = policyOf("quoting");
  const space = spaceFor(policy);
  const formulas = verdictFormulas(modelOf(space, policy), "execute");
  const found = find(space, formulas, () => false, "the question");
  expect(found).toEqual({
    kind: "undecided",
    why: "the question: the analysis and the evaluation of a request differ",
  });
});

test("a box of which the budget runs out is narrowed by what was found until then, and holds all that is left", () => {
  const policy = policyOf("quoting");
  const space = spaceFor(policy);
  const asking = policy.rules.filter(({ effect }) => effect !== "execute");
  const rules = asking.map(({ when }) => notOf(space.compile(policy, when).may));
  const all = narrowed(space.whole, rules, { ...freely });
  for (const left of [0, 1, 5, 20]) {
    const some = narrowed(space.whole, rules, { left });
    expect(some?.map((word, at) => word & (all?.[at] ?? 0))).toEqual(all);
  }
});
