import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { stricter } from "../../domain/decision.ts";
import type { Decision } from "../../domain/decision.ts";
import { governedActions } from "../../functions/governed-actions.ts";
import { approveDiscount } from "../../functions/quoting/approve-discount.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import type { Review } from "../../domain/proposal.ts";
import { cellOf, dayAt } from "../../guardrails/cell.ts";
import { evaluate, judge } from "../../guardrails/evaluate.ts";
import { factTypesOf, givenValue, jsonValue } from "../../guardrails/fact-types.ts";
import type { FactType } from "../../guardrails/fact-types.ts";
import { thresholdsOf } from "../../guardrails/thresholds.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { tighten } from "../../guardrails/tighten.ts";
import {
  complete,
  givenOf,
  knownOf,
  leaving as leavingOut,
  moments,
  optionalNames,
  partial,
  policies as generated,
} from "../fixtures/generated-policy.ts";
import { policyOf } from "../fixtures/policy.ts";
import { decimal, quoteFacts, quoteInput, quoteRecord } from "../../functions/quoting/fixture.ts";
import { coSellingFacts } from "../../functions/co-selling/fixture.ts";
import { registrationFacts } from "../../functions/deal-registration/fixture.ts";
import { teamChangeFacts } from "../../functions/shared/fixture.ts";
import { renewalFacts } from "../../functions/renewals/fixture.ts";
import { messageFacts } from "../../functions/shared/message-fixture.ts";

const policies = Object.keys(governedActions).map((id) => policyOf(id));
const quoting = policyOf("quoting");

/** Values a fact can take, many of them right beside a threshold. */
function valueOf(policy: Policy, type: FactType): fc.Arbitrary<Json> {
  if (!("min" in type)) return givenOf(type).map((value) => jsonValue(type, value));
  const near = thresholdsOf(policy).flatMap(({ fact, below, above }) => (fact === type.name ? [below, above] : []));
  const number = fc.oneof(fc.integer({ min: type.min, max: type.max }), fc.constantFrom(type.min, ...near));
  return number.map((value) => jsonValue(type, value));
}

/** Facts of a request that nothing speaks against, by the action that decides it; names may mean another thing to each. */
const clean: { readonly [policy: string]: JsonObject } = {
  ...renewalFacts(),
  ...coSellingFacts(),
  quoting: quoteFacts({ customer: "example.com" }),
  "quoting.revoke": { difference: "outside" },
  "deal-registration": registrationFacts(),
  "deal-registration.release": { difference: "outside" },
  "deal-team.change": teamChangeFacts(),
  "deal-team.tell": { tellsSeller: true },
  message: messageFacts(),
  "write-back": { propertyAllowed: true, tellsOutcome: true },
  "crm-note": { tellsDecision: true },
  "programme.deposit-fund": { amount: 5_000_000, fundOpened: true, partnerStanding: "active", partner: "p-juniper" },
  "programme.adjust-fund": {
    amount: 120_000,
    direction: "out",
    fundOpened: true,
    leavesNegative: false,
    mayGoNegative: false,
    partner: "p-juniper",
  },
  "price-book": {
    whole: true,
    prices: 40,
    dropped: 0,
    lowered: 8,
    largestFall: 50_000,
    proposedAsRequested: true,
    requester: "sam",
  },
  "programme.reverse-posting": { reversed: 180_000, withinPosting: true, partner: "p-juniper" },
};

/** Money that is put into a fund, or taken out of it by hand, is a person's decision however little it is; so is every price list. */
const alwaysAsked: ReadonlySet<string> = new Set(["programme.deposit-fund", "programme.adjust-fund", "price-book"]);

test("every policy has a request that nothing speaks against", async () => {
  const verdicts = policies.map(async (policy) => [policy.id, (await evaluate(policy, clean[policy.id] ?? {})).kind]);
  expect(await Promise.all(verdicts)).toEqual(
    policies.map(({ id }) => [id, alwaysAsked.has(id) ? "escalate" : "execute"]),
  );
});

/** Facts of which most are clean, so that a good share of the requests would execute. */
const factsOf = (policy: Policy): fc.Arbitrary<{ [name: string]: Json }> =>
  fc.record(
    Object.fromEntries(
      policy.facts.map((type) => {
        const untroubled = fc.constant(clean[policy.id]?.[type.name] ?? null);
        return [
          type.name,
          fc.oneof({ weight: 4, arbitrary: untroubled }, { weight: 1, arbitrary: valueOf(policy, type) }),
        ];
      }),
    ),
  );

const request = fc.constantFrom(...policies).chain((policy) => fc.tuple(fc.constant(policy), factsOf(policy)));

/** Whether `a` is at least as strict as `b`. */
const atLeast = (a: Decision, b: Decision): boolean => stricter(a.kind, b.kind) === a.kind;

/** A request and at least so many of its facts' names, to be left out. */
const without = (least: number) =>
  request.chain(([policy, facts]) =>
    fc.tuple(fc.constant(policy), fc.constant(facts), fc.subarray(Object.keys(facts), { minLength: least })),
  );

const leaving = (facts: JsonObject, removed: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(facts).filter(([name]) => !removed.includes(name)));

describe("for any facts", () => {
  test("the order of the rules changes nothing in a decision", async () => {
    const shuffled = request.chain(([policy, facts]) =>
      fc.tuple(
        fc.constant(policy),
        fc.constant(facts),
        fc.shuffledSubarray([...policy.rules], { minLength: policy.rules.length }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, async ([policy, facts, rules]) => {
        expect(await evaluate({ ...policy, rules }, facts)).toEqual(await evaluate(policy, facts));
      }),
    );
  });

  test("without any one of the required ones nothing executes", async () => {
    await fc.assert(
      fc.asyncProperty(without(1), async ([policy, facts, removed]) => {
        const decision = await evaluate(policy, leaving(facts, removed));
        const required = removed.filter((name) => policy.facts.find((type) => type.name === name)?.optional !== true);
        const named = decision.kind === "escalate" ? decision.missing : required;
        expect({ executes: decision.kind === "execute" && required.length > 0, named: named.toSorted() }).toEqual({
          executes: false,
          named: required.toSorted(),
        });
      }),
    );
  });

  test("a block stands whatever the facts left out turn out to be", async () => {
    await fc.assert(
      fc.asyncProperty(without(0), async ([policy, facts, removed]) => {
        const unknowing = await evaluate(policy, leaving(facts, removed));
        const knowing = await evaluate(policy, facts);
        expect(unknowing.kind !== "block" || knowing.kind === "block").toBe(true);
      }),
    );
  });

  test("compliance never loosens a decision, whatever it says", async () => {
    const review: fc.Arbitrary<Review | undefined> = fc.option(
      fc.record({ verdict: fc.constantFrom("agree", "escalate", "block"), reasons: fc.array(fc.string()) }),
      { nil: undefined },
    );
    await fc.assert(
      fc.asyncProperty(request, review, async ([policy, facts], said) => {
        const decision = await evaluate(policy, facts);
        const tightened = tighten(decision, said, policy);
        expect(atLeast(tightened, decision)).toBe(true);
        expect(said?.verdict !== "agree" && tightened.kind === "execute").toBe(false);
      }),
    );
  });

  test("a decision changes neither the facts nor the policy", async () => {
    await fc.assert(
      fc.asyncProperty(request, async ([policy, facts]) => {
        const before = JSON.stringify([policy, facts]);
        await evaluate(policy, facts);
        expect(JSON.stringify([policy, facts])).toBe(before);
      }),
      { numRuns: 50 },
    );
  });
});

describe("for any policy that the language can say", () => {
  const executes = ({ kind }: Decision): boolean => kind === "execute";

  test("a fact that is left out never turns another decision into an execution", async () => {
    await fc.assert(
      fc.asyncProperty(generated(12), moments, partial, async (policy, at, [all, removed]) => {
        const knowing = await evaluate(policy, all, { at });
        const unknowing = await evaluate(policy, leavingOut(all, removed), { at });
        expect(executes(unknowing) && !executes(knowing)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test("an optional fact that is left out never does either, and is not named as missing", async () => {
    const some = fc.tuple(complete, fc.subarray(optionalNames, { minLength: 1 }));
    let [tried, stillExecuted] = [0, 0];
    await fc.assert(
      fc.asyncProperty(generated(12), moments, some, async (policy, at, [all, removed]) => {
        tried += 1;
        const knowing = await evaluate(policy, all, { at });
        const unknowing = await evaluate(policy, leavingOut(all, removed), { at });
        expect(executes(unknowing) && !executes(knowing)).toBe(false);
        expect(unknowing.kind === "escalate" ? unknowing.missing : []).toEqual([]);
        if (executes(unknowing)) stillExecuted += 1;
      }),
      { numRuns: 500 },
    );
    expect(stillExecuted * 100, "some requests execute without them").toBeGreaterThan(tried);
  });

  test("without a required fact nothing executes", async () => {
    await fc.assert(
      fc.asyncProperty(generated(12), moments, partial, async (policy, at, [all, removed]) => {
        const decision = await evaluate(policy, leavingOut(all, removed), { at });
        const required = removed.filter((name) => !optionalNames.includes(name));
        expect(required.length > 0 && executes(decision)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test("the order of rules and overrides changes nothing in a decision", async () => {
    const shuffled = generated(12).chain((policy) =>
      fc.tuple(
        fc.constant(policy),
        fc.shuffledSubarray([...policy.rules], { minLength: policy.rules.length }),
        fc.shuffledSubarray([...policy.overrides], { minLength: policy.overrides.length }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, moments, partial, async ([policy, rules, overrides], at, [all, removed]) => {
        const facts = leavingOut(all, removed);
        const other = await evaluate({ ...policy, rules, overrides }, facts, { at });
        expect(other).toEqual(await evaluate(policy, facts, { at }));
      }),
      { numRuns: 300 },
    );
  });

  test("a candidate changes nothing in a decision", async () => {
    await fc.assert(
      fc.asyncProperty(generated(12), moments, partial, async (policy, at, [all, removed]) => {
        const facts = leavingOut(all, removed);
        const rules = policy.rules.filter(({ state }) => state === undefined);
        expect(await evaluate(policy, facts, { at })).toEqual(await evaluate({ ...policy, rules }, facts, { at }));
      }),
      { numRuns: 300 },
    );
  });

  test("of the overrides in effect for a request the one that names the most facts sets a parameter", () => {
    fc.assert(
      fc.property(generated(1), moments, complete, (policy, at, facts) => {
        const day = dayAt(at, policy.timezone);
        const applying = policy.overrides.filter(
          (each) =>
            each.from <= day &&
            day < each.until &&
            Object.entries(each.for).every(([fact, values]) => values.some((value) => value === facts[fact])),
        );
        for (const param of cellOf(policy, knownOf(policy, facts), at).params) {
          const setting = applying.filter(({ set }) => set[param.name] !== undefined);
          const most = Math.max(0, ...setting.map((each) => Object.keys(each.for).length));
          const winners = setting.filter((each) => Object.keys(each.for).length === most).map(({ id }) => id);
          expect([param.override, param.unsettled]).toEqual([winners[0], undefined]);
          expect(winners.length).toBeLessThan(2);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("an override only sets its parameters: the rules then say what they would with those values", async () => {
    await fc.assert(
      fc.asyncProperty(generated(12), moments, complete, async (policy, at, facts) => {
        const { decision, cell } = await judge(policy, facts, { at });
        const params = policy.params.map((param, index) => ({
          ...param,
          value: cell.params[index]?.value ?? param.value,
        }));
        expect(decision).toEqual(await evaluate({ ...policy, params, overrides: [] }, facts));
      }),
      { numRuns: 300 },
    );
  });
});

describe("for any quote", () => {
  test("more discount is never looser", async () => {
    const discount = valueOf(
      quoting,
      quoting.facts.find(({ name }) => name === "effectiveDiscount")!,
    );
    await fc.assert(
      fc.asyncProperty(factsOf(quoting), fc.tuple(discount, discount), async (facts, pair) => {
        const [less, more] = pair.toSorted((a, b) => Number(a) - Number(b));
        const looser = await evaluate(quoting, { ...facts, effectiveDiscount: less ?? 0 });
        expect(atLeast(await evaluate(quoting, { ...facts, effectiveDiscount: more ?? 0 }), looser)).toBe(true);
      }),
    );
  });

  /** The programme's sentence, said again in plain code. */
  function said(facts: JsonObject): { readonly kind: Decision["kind"]; readonly route: string | undefined } {
    const discount = Number(facts["effectiveDiscount"]);
    const worst = Number(facts["worstLineDiscount"]);
    const senior = Number(facts["listPrice"]) > 50_000_000 || worst > 400_000;
    if (discount > 250_000 || facts["belowFloorPrice"] === true || facts["partnerStanding"] === "suspended") {
      return { kind: "block", route: undefined };
    }
    const asks =
      discount > 150_000 ||
      worst > 250_000 ||
      senior ||
      facts["protectedTerms"] !== "none" ||
      facts["partnerStanding"] === "unknown" ||
      facts["sellers"] !== "one" ||
      facts["quoteHeldBy"] === "another" ||
      facts["proposedAsRequested"] === false;
    if (asks) return { kind: "escalate", route: senior ? "regional-director" : "partner-manager" };
    return { kind: "execute", route: undefined };
  }

  test("the policy says what the programme says", async () => {
    await fc.assert(
      fc.asyncProperty(factsOf(quoting), async (facts) => {
        const decision = await evaluate(quoting, facts);
        expect({ kind: decision.kind, route: decision.kind === "escalate" ? decision.route.id : undefined }).toEqual(
          said(facts),
        );
      }),
      { numRuns: 500 },
    );
  });

  /** A record whose price cut and concessions together are `given` minor units off a list price. */
  function factsOff(listMinor: number, given: number, concessions: number): JsonObject {
    const record = quoteRecord({
      quote_list_price: decimal(listMinor),
      quote_net_price: decimal(listMinor - (given - concessions)),
      quote_concessions: decimal(concessions),
      quote_floor_price: "0.00",
    });
    return approveDiscount.facts(quoteInput(record));
  }

  test.for([
    { percent: 15, within: "execute", beyond: "escalate" },
    { percent: 25, within: "escalate", beyond: "block" },
  ] as const)(
    "up to $percent % of the list price is $within, one minor unit more is $beyond",
    async ({ percent, within, beyond }) => {
      const prices = fc.tuple(fc.integer({ min: 100, max: 50_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }));
      await fc.assert(
        fc.asyncProperty(prices, async ([listMinor, share]) => {
          const most = Math.floor((listMinor * percent) / 100);
          const concessions = Math.floor(most * share);
          expect((await evaluate(quoting, factsOff(listMinor, most, concessions))).kind).toBe(within);
          expect((await evaluate(quoting, factsOff(listMinor, most + 1, concessions))).kind).toBe(beyond);
        }),
      );
    },
  );
});

test("1,000 overlapping decisions equal the same decisions taken one by one", async () => {
  const requests = fc.sample(request, { numRuns: 1000, seed: 20_260_302 });
  const overlapping = await Promise.all(requests.map(([policy, facts]) => evaluate(policy, facts)));
  const sequential: Decision[] = [];
  for (const [policy, facts] of requests) sequential.push(await evaluate(policy, facts));
  expect(overlapping).toEqual(sequential);
});

test.for(Object.values(governedActions))(
  "facts of $id are checked exactly as their zod schema does",
  ({ factSchema }) => {
    const types = factTypesOf(z.toJSONSchema(factSchema, { io: "input" }));
    const edges = types.flatMap((type) => ("min" in type ? [type.min - 1, type.min, type.max, type.max + 1] : []));
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(true, "none", "active", -0, NaN, 0.5, undefined, ...edges),
    );
    fc.assert(
      fc.property(fc.constantFrom(...types), value, (type, candidate) => {
        const declared = factSchema.shape[type.name];
        const schema = (declared instanceof z.ZodOptional ? declared.unwrap() : declared) as z.ZodType;
        expect(givenValue(type, candidate) !== undefined).toBe(schema.safeParse(candidate).success);
      }),
      { numRuns: 500 },
    );
  },
);
