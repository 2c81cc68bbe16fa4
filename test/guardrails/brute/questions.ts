import { diffPolicies } from "../../../guardrails/analyse/diff.ts";
import { nearestChange } from "../../../guardrails/analyse/counterfactual.ts";
import type { NearestChange } from "../../../guardrails/analyse/counterfactual.ts";
import { prove } from "../../../guardrails/analyse/prove.ts";
import { cellOf } from "../../../guardrails/cell.ts";
import { startOfDay } from "../../../guardrails/cell.ts";
import { checkFacts } from "../../../guardrails/check-facts.ts";
import { beneath } from "../../../guardrails/derived.ts";
import { derive } from "../../../guardrails/derive.ts";
import { judge } from "../../../guardrails/evaluate.ts";
import { treeOf } from "../../../guardrails/explain/tree.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { factsOf } from "../../../guardrails/sample.ts";
import type { PastDecision } from "../../../guardrails/simulate/past-decision.ts";
import { simulate } from "../../../guardrails/simulate/simulate.ts";
import type { Verdict } from "../../../domain/decision.ts";
import { keyOf, paramsOf, sayOf, truthOf } from "./oracle.ts";
import type { Said } from "./oracle.ts";
import { valuesOf } from "./small-world.ts";
import type { Request } from "./small-world.ts";

const verdicts = ["execute", "escalate", "block"] as const;

/** A few of many, spread evenly. */
export function someOf<T>(items: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, Math.floor(items.length / count));
  return items.filter((_, at) => at % step === 0).slice(0, count);
}

function reqOf(policy: Policy, facts: Parameters<typeof checkFacts>[1], day: string | null): Request {
  return { known: checkFacts(policy, facts).known, at: day === null ? null : startOfDay(day, policy.timezone) };
}

/** Where the live decision, by both evaluators, is not what the rules say when they are read one by one. */
export async function wrongInReading(policy: Policy, requests: readonly Request[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const request of someOf(requests, 12)) {
    const { decision } = await judge(
      policy,
      factsOf(policy, request.known),
      request.at === null ? {} : { at: request.at },
    );
    const asked = decision.kind === "escalate" ? `${decision.route.id} ${decision.route.quorum}` : "";
    const said = sayOf(policy, request);
    const rules = said.truths.flatMap(({ rule, truth }) => (truth === true ? [rule.id] : []));
    const found = [
      decision.kind,
      asked,
      decision.rules
        .map(({ id }) => id)
        .toSorted()
        .join(),
    ].join(" ");
    const expected = [said.verdict, said.asked, rules.toSorted().join()].join(" ");
    if (found !== expected) wrong.push(`judge says ${found}, the rules ${expected} of ${JSON.stringify(request)}`);
  }
  return wrong;
}

export function wrongInProofs(policy: Policy, requests: readonly Request[], said: readonly Said[]): readonly string[] {
  return prove(policy).flatMap((proof, index) => {
    const invariant = policy.invariants[index]!;
    const breaks = (request: Request, verdict: Verdict) =>
      truthOf(invariant.when, policy, paramsOf(policy, request), request.known) === true &&
      ("never" in invariant ? verdict === invariant.never : verdict !== invariant.always);
    const isBroken = requests.some((request, at) => breaks(request, said[at]!.verdict));
    if (proof.kind === "undecided") return [`${invariant.id}: ${proof.why}`];
    if (proof.kind === "proved") return isBroken ? [`${invariant.id}: proved, and broken`] : [];
    const shown = reqOf(policy, proof.facts, proof.day);
    return breaks(shown, sayOf(policy, shown).verdict) ? [] : [`${invariant.id}: its counterexample is none`];
  });
}

export function wrongInDiff(
  [a, b]: readonly [Policy, Policy],
  requests: readonly Request[],
  [ours, theirs]: readonly [readonly Said[], readonly Said[]],
): readonly string[] {
  const { changes, more, undecided, beside } = diffPolicies(a, b);
  const [isCountedOtherwise, isTold] = [
    JSON.stringify(a.limits) !== JSON.stringify(b.limits),
    beside.includes("limits over time"),
  ];
  const turn = (from: Verdict, to: Verdict) => `${from} to ${from === to ? "another route" : to}`;
  const turns = new Set(
    requests.flatMap((_, at) => {
      const [before, after] = [ours[at]!, theirs[at]!];
      return keyOf(before) === keyOf(after) ? [] : [turn(before.verdict, after.verdict)];
    }),
  );
  const told = new Set([...changes.map(({ from, to }) => turn(from.verdict, to.verdict)), ...more]);
  const wrong = changes.filter(({ witness, day, from, to }) => {
    const sides = [a, b].map((policy) => keyOf(sayOf(policy, reqOf(policy, witness, day))));
    const claimed = [from, to].map(({ verdict, answeredBy }) =>
      keyOf({ verdict, asked: answeredBy === null ? "" : `${answeredBy.route} ${answeredBy.quorum}` }),
    );
    return sides.join() !== claimed.join() || sides[0] === sides[1];
  });
  const [expected, found] = [[...turns].toSorted().join(), [...told].toSorted().join()];
  return [
    ...(isCountedOtherwise === isTold
      ? []
      : [`diff tells of limits: ${isTold}, there are others: ${isCountedOtherwise}`]),
    ...(expected === found ? [] : [`diff tells of ${found}, there is ${expected}`]),
    ...wrong.map(({ where }) => `no request turns so where ${where}`),
    ...undecided,
  ];
}

type Change = NearestChange["changes"][number];

/** What a bound allows: everything from `to` through its other end. */
function allowedBy({ to, through, bound }: Change, values: readonly unknown[]): readonly unknown[] {
  if (bound === "exactly") return [to];
  const [low, high] = bound === "at-most" ? [through, to] : [to, through];
  return values.filter((value) => Number(value) >= Number(low) && Number(value) <= Number(high));
}

function wrongChange(policy: Policy, request: Request, wanted: Verdict): readonly string[] {
  const cell = request.at === null ? policy : cellOf(policy, request.known, request.at);
  const found = nearestChange(cell, request.known, wanted);
  const gives = (changed: object) =>
    sayOf(policy, { ...request, known: { ...request.known, ...changed } }).verdict === wanted;
  const scoped = new Set(policy.overrides.flatMap((override) => beneath(policy, Object.keys(override.for)).facts));
  const free = policy.facts.filter(
    ({ name, adjustable, kind }) =>
      adjustable && !scoped.has(name) && request.known[name] !== undefined && kind !== "set",
  );
  const single = free.flatMap((type) =>
    valuesOf(type).flatMap((value) =>
      value !== undefined && gives({ [type.name]: value }) ? [[type.name, value] as const] : [],
    ),
  );
  const label = `${wanted} from ${JSON.stringify(request)}`;
  if (found === undefined)
    return single.length > 0 ? [`no change found for ${label}, ${JSON.stringify(single[0])} does`] : [];
  if (found.changes.length > 1 && single.length > 0) return [`two changes for ${label}, one does`];
  const [only] = found.changes;
  const nearer = single.filter(
    ([fact, value]) =>
      found.changes.length === 1 &&
      only?.fact === fact &&
      typeof value === "number" &&
      Math.abs(value - Number(only.from)) < Math.abs(Number(only.to) - Number(only.from)),
  );
  const spaces = found.changes.map((change) => {
    const type = policy.facts.find(({ name }) => name === change.fact)!;
    return allowedBy(change, valuesOf(type)).map((value) => ({ [change.fact]: value }));
  });
  const all = spaces.reduce<readonly object[]>(
    (some, next) => some.flatMap((one) => next.map((other) => ({ ...one, ...other }))),
    [{}],
  );
  return [
    ...nearer.map(([fact, value]) => `a nearer change for ${label}: ${fact} = ${JSON.stringify(value)}`),
    ...all.filter((changed) => !gives(changed)).map((changed) => `${JSON.stringify(changed)} does not give ${label}`),
  ];
}

/** Nearest changes and condition trees, of a few requests. */
export function wrongInExplanations(policy: Policy, requests: readonly Request[]): readonly string[] {
  return someOf(requests, 8).flatMap((request) => {
    const cell = request.at === null ? policy : cellOf(policy, request.known, request.at);
    const params = paramsOf(policy, request);
    const trees = policy.rules.flatMap(({ id, when }) => {
      const told = treeOf(when, cell, derive(cell, request.known))[0]?.truth;
      const truth = String(truthOf(when, policy, params, request.known));
      return told === truth ? [] : [`${id} is told ${told}, it is ${truth}`];
    });
    return [...trees, ...verdicts.flatMap((wanted) => wrongChange(policy, request, wanted))];
  });
}

/** Past decisions of the first under the second. */
export function wrongInSimulation([a, b]: readonly [Policy, Policy], requests: readonly Request[]): readonly string[] {
  const asked = someOf(
    requests.filter(({ at }) => at !== null),
    40,
  );
  const history = asked.map((request, at): PastDecision => {
    const said = sayOf(a, request);
    const { verdict } = said;
    const rules = said.truths.flatMap(({ rule, truth }) => (truth === true ? [rule.id] : []));
    const nothing = { review: null, mode: "led", missing: [], limits: [], escalation: null } as const;
    const names = { decisionId: `d${at}`, caseId: "c", policy: { id: a.id, version: "v1" } };
    return {
      ...names,
      at: request.at ?? "",
      verdict,
      byRules: verdict,
      rules,
      facts: factsOf(a, request.known),
      ...nothing,
    };
  });
  const { replayed, matrix, flips } = simulate(b, history);
  const expected = asked.map((request) => `${sayOf(a, request).verdict} ${sayOf(b, request).verdict}`);
  const cells = verdicts.flatMap((from) =>
    verdicts.flatMap((to) => {
      const count = expected.filter((one) => one === `${from} ${to}`).length;
      return matrix[from][to] === count ? [] : [`${from} to ${to}: ${matrix[from][to]} told, ${count} there are`];
    }),
  );
  const turned = expected.filter((one) => new Set(one.split(" ")).size > 1).length;
  return [
    ...cells,
    ...(replayed === asked.length ? [] : [`${replayed} of ${asked.length} replayed`]),
    ...(flips.length === turned ? [] : [`${flips.length} flips told, ${turned} there are`]),
  ];
}
