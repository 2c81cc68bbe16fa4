import { startOfDay } from "../cell.ts";
import { operandNames } from "../derived.ts";
import type { DerivedFact } from "../derived.ts";
import { stricter } from "../../domain/decision.ts";
import type { Decision, Verdict } from "../../domain/decision.ts";
import type { JsonObject } from "../../domain/json.ts";
import { capParam } from "../policy.ts";
import type { Policy } from "../policy.ts";
import { DEFAULT_STEPS, search } from "./box.ts";
import { cellsOn, isClocked, settled, turningDays, valuesOf } from "./cells.ts";
import type { Cell } from "./cells.ts";
import { findChange, findChangeWithin } from "./difference.ts";
import type { AskTurn, Turn } from "./difference.ts";
import { keyOf, notOf } from "./formula.ts";
import type { Formula } from "./formula.ts";
import { modelOf, ruleKey } from "./model.ts";
import type { Model } from "./model.ts";
import { boxFormula, regionText, widened } from "./region.ts";
import { sharedFacts } from "./same-space.ts";
import { spaceOf } from "./space.ts";
import type { Space } from "./space.ts";
import { decisionOf } from "./verdict.ts";
import { exists, find } from "./witness.ts";
import type { Open, Witness } from "./witness.ts";

/** What one side makes of a request. `answeredBy` is null unless it escalates. */
type Side = {
  readonly verdict: Verdict;
  readonly answeredBy: { readonly route: string; readonly quorum: number } | null;
  readonly rules: readonly string[];
};

/** Requests that the two policies decide differently. */
export type Change = {
  readonly direction: "loosening" | "tightening" | "other-route";
  /** In words; every request there turns so. */
  readonly where: string;
  /** One of them, as plain JSON. */
  readonly witness: JsonObject;
  readonly from: Side;
  readonly to: Side;
  /** The overrides in effect, and a day on which they are; null: none is. */
  readonly overrides: readonly string[];
  readonly day: string | null;
};

export type PolicyDiff = {
  /** Proved: every request is decided alike, and nothing else differs. */
  readonly equal: boolean;
  /** Facts that are declared differently. The rest is about requests that both policies take. */
  readonly facts: readonly string[];
  /** Differences beside the verdicts of rules: limits, modes, levels of routes, obligations, candidates. */
  readonly beside: readonly string[];
  /** What loosens comes first, then what asks others. */
  readonly changes: readonly Change[];
  /** Turns of which there are more regions than are told, as `escalate to execute`. */
  readonly more: readonly string[];
  readonly undecided: readonly string[];
};

/** Regions told for each turn. */
const REGIONS = 3;

/** How the facts are made that limits count by, those that go into them included. */
function countedBy({ limits, derived = [] }: Policy): readonly DerivedFact[] {
  const names = new Set(limits.flatMap(({ sum, per }) => [...(sum === null ? [] : [sum]), ...per]));
  // Each is made after those that it reads, so that the last is asked for first.
  return derived.toReversed().filter(({ name, derive }) => {
    if (!names.has(name)) return false;
    for (const fact of operandNames(derive).facts) names.add(fact);
    return true;
  });
}

/** Limits over time with the values that their caps and what they count are taken from, overrides included. */
function limitsOver(policy: Policy): unknown {
  const { limits, params, overrides } = policy;
  const made = countedBy(policy);
  const capping = [
    ...limits.map(({ cap }) => capParam(cap)),
    ...made.flatMap(({ derive }) => operandNames(derive).params),
  ];
  const values = params.filter(({ name }) => capping.includes(name)).map(({ name, value }) => [name, value]);
  const set = overrides.flatMap(({ for: scope, from, until, set: setting }) => {
    const own = Object.entries(setting).filter(([name]) => capping.includes(name));
    return own.length === 0 ? [] : [[scope, from, until, own]];
  });
  return [limits, values, set, made];
}

function besides(a: Policy, b: Policy): readonly string[] {
  const parts: readonly (readonly [string, (policy: Policy) => unknown])[] = [
    ["limits over time", limitsOver],
    ["the mode", ({ mode, demotion }) => [mode, demotion]],
    ["the time zone", ({ timezone }) => timezone],
    ["how amounts in other currencies are read", ({ rates }) => rates],
    ["who is in a canary", ({ subject }) => subject],
    ["routes", ({ routes, defaultRoute }) => [routes, defaultRoute.id]],
    [
      "obligations",
      ({ rules }) => rules.flatMap(({ id, obligations = [] }) => (obligations.length > 0 ? [[id, obligations]] : [])),
    ],
    ["candidate rules", ({ rules }) => rules.filter(({ state }) => state === "candidate")],
  ];
  const differing = parts.filter(([, of]) => JSON.stringify(of(a)) !== JSON.stringify(of(b)));
  return differing.map(([name]) => name);
}

type Joint = { readonly a: Cell; readonly b: Cell; readonly region: readonly Formula[] };

/** The cells of both that hold at the same time for the same requests. */
function jointCells(space: Space, a: Policy, b: Policy): readonly Joint[] {
  const joint = new Map<string, Joint>();
  for (const day of [null, ...turningDays([a, b])]) {
    const others = cellsOn(space, b, day);
    for (const one of cellsOn(space, a, day)) {
      for (const other of others) {
        if (day !== null && one.policy === a && other.policy === b && !isClocked(space)) continue;
        const region = [one.region, other.region];
        const key = [one, other]
          .map(({ policy, region: where }) => `${JSON.stringify(policy.params)} ${keyOf(where)}`)
          .join();
        if (joint.has(key) || search(space.whole, region, { left: DEFAULT_STEPS }) === undefined) continue;
        joint.set(key, { a: one, b: other, region });
      }
    }
  }
  return [...joint.values()];
}

const ranks = ({ routes, defaultRoute, default: fallback }: Policy) =>
  JSON.stringify([routes.map(({ id, quorum }) => [id, quorum]), defaultRoute.id, fallback]);

/** The second model with the first one's rules wherever both do the same. */
function aligned(before: Model, after: Model): Model {
  const routeOf = ({ policy }: Model, route: number) => policy.routes[route]?.id ?? "";
  const own = new Map(before.rules.map((rule) => [ruleKey(rule, routeOf(before, rule.route)), rule]));
  return { ...after, rules: after.rules.map((rule) => own.get(ruleKey(rule, routeOf(after, rule.route))) ?? rule) };
}

function sideOf(decision: Decision): Side {
  const rules = decision.rules.map(({ id }) => id);
  if (decision.kind !== "escalate") return { verdict: decision.kind, answeredBy: null, rules };
  const { id: route, quorum } = decision.route;
  return { verdict: "escalate", answeredBy: { route, quorum }, rules };
}

/** Each side is given the facts that it declares. */
function readBy(policy: Policy, { facts }: Witness, day: string | null): Side {
  const own = Object.fromEntries(
    Object.entries(facts).filter(([fact]) => policy.facts.some(({ name }) => name === fact)),
  );
  return sideOf(decisionOf(policy, own, day === null ? null : startOfDay(day, policy.timezone)));
}

function directionOf({ from, to }: Turn): Change["direction"] {
  if (from === to) return "other-route";
  return stricter(from, to) === to ? "tightening" : "loosening";
}

const directions: readonly Change["direction"][] = ["loosening", "other-route", "tightening"];

type Comparing = {
  readonly space: Space;
  readonly sides: readonly [Policy, Policy];
  readonly changes: Change[];
  readonly more: Set<string>;
  readonly undecided: Set<string>;
};

type Told = { readonly kind: "told"; readonly change: Change; readonly region: Formula };

const turnText = ({ from, to }: Turn) => `${from} to ${from === to ? "another route" : to}`;

/** One request that turns so, in words and on both sides; the formula says which requests turn like it. */
function changeIn(comparing: Comparing, joint: Joint, asked: readonly Formula[], turn: Turn): Open | Told {
  const { space, sides } = comparing;
  const { day } = joint.a;
  const read = (witness: Witness) => [readBy(sides[0], witness, day), readBy(sides[1], witness, day)] as const;
  const isSo = (witness: Witness) => {
    const [from, to] = read(witness);
    const isTurn = from.verdict === turn.from && to.verdict === turn.to;
    return isTurn && (turn.from !== turn.to || JSON.stringify(from.answeredBy) !== JSON.stringify(to.answeredBy));
  };
  const found = find(space, asked, isSo, `requests that turn from ${turnText(turn)}`);
  if (found.kind !== "found") return found;
  const { witness } = found;
  const box = widened(space, witness.box, asked);
  const overrides = [...new Set([...joint.a.overrides, ...joint.b.overrides])];
  const [from, to] = read(witness);
  const where = regionText(space, box);
  const change: Change = { direction: directionOf(turn), where, witness: witness.facts, from, to, overrides, day };
  return { kind: "told", change, region: boxFormula(space, box) };
}

/** Collects regions one after another; each leaves the search with the requests that none of them holds. */
function collect(comparing: Comparing, joint: Joint): void {
  const { space, sides, changes, more, undecided } = comparing;
  const before = modelOf(space, joint.a.policy);
  const after = aligned(before, modelOf(space, joint.b.policy));
  const left: Formula[] = [];
  const counts = new Map<string, number>();
  const ask: AskTurn<never> = (asked, turn) => {
    const name = turnText(turn);
    for (let count = counts.get(name) ?? 0; count < REGIONS; count += 1) {
      const found = changeIn(comparing, joint, [...asked, ...left], turn);
      if (found.kind !== "told") return found;
      changes.push(found.change);
      left.push(notOf(found.region));
      counts.set(name, count + 1);
    }
    if (more.has(name)) return { kind: "none" };
    const rest = exists(space, [...asked, ...left], `requests that turn from ${name}`);
    if (rest.kind !== "found") return rest;
    more.add(name);
    return { kind: "none" };
  };
  const look = ranks(sides[0]) === ranks(sides[1]) ? findChange : findChangeWithin;
  const open = look(space, [before, after], joint.region, ask);
  if (open.kind === "undecided") undecided.add(open.why);
}

/**
 * What the second policy decides otherwise than the first, over every request that the types of both allow and in every
 * cell that the overrides of both make: regions in words with a request for each, or the proof that there is none. Of
 * the active rules alone.
 */
export function diffPolicies(a: Policy, b: Policy): PolicyDiff {
  const shared = sharedFacts(a, b);
  const beside = besides(a, b);
  if (shared === undefined) {
    const why = "the policies share no request: a fact of both has no value that both take";
    return { equal: false, facts: [why], beside, changes: [], more: [], undecided: [why] };
  }
  const conditions = [...a.rules, ...b.rules].map(({ when }) => when);
  const cells = [...valuesOf(a), ...valuesOf(b)];
  const space = spaceOf(shared.facts, { cells, conditions });
  const comparing: Comparing = { space, sides: [a, b], changes: [], more: new Set(), undecided: new Set() };
  const joints = settled(
    () => jointCells(space, a, b),
    (why) => {
      comparing.undecided.add(why);
      return [];
    },
  );
  for (const joint of joints) collect(comparing, joint);
  const rank = ({ direction }: Change) => directions.indexOf(direction);
  const changes = comparing.changes.toSorted((one, other) => rank(one) - rank(other));
  const undecided = [...comparing.undecided];
  const isEqual = [shared.differences, beside, changes, undecided].every(({ length }) => length === 0);
  return { equal: isEqual, facts: shared.differences, beside, changes, more: [...comparing.more], undecided };
}
