import { stricter } from "../domain/decision.ts";
import type { Verdict } from "../domain/decision.ts";
import { live } from "./cases.ts";
import type { Decide } from "./cases.ts";
import { decideCompiled } from "./decide-compiled.ts";
import type { CompiledDecision } from "./decide-compiled.ts";
import { isMade } from "./analyse/ground.ts";
import { factsBeneath, turnsOf } from "./analyse/turning.ts";
import { comparisonsOf } from "./policy.ts";
import type { Comparison, Policy, PolicyRule } from "./policy.ts";
import { holds, readRules, valueRead } from "./reading.ts";
import { factsOf } from "./sample.ts";
import type { Sample } from "./sample.ts";
import { sceneOf } from "./scene.ts";
import { factText } from "./sentences.ts";
import type { Known } from "./ternary.ts";
import { limitsOf } from "./thresholds.ts";

/** One request at or beside a limit, and what was decided. */
type Step = { readonly value: number; readonly verdict: Verdict };

/** A number that a rule compares with. `turns`: some request shows the rule's answer change there. */
export type Boundary = {
  readonly rule: string;
  readonly fact: string;
  readonly limit: number;
  readonly turns: boolean;
  /** In the first surroundings tried: one unit below, at and above the limit, as far as the fact can take them. */
  readonly steps: readonly Step[];
};

export type BoundaryReport = {
  /** Distinct requests decided. */
  readonly requests: number;
  /** Of them, those that both evaluators decided; the others the compiled form alone, and all are held against the rules. */
  readonly byBoth: number;
  readonly boundaries: readonly Boundary[];
  /** Each in words; empty when every verdict is what the rules say. */
  readonly failures: readonly string[];
};

type Spot = { readonly rule: PolicyRule; readonly comparison: Comparison; readonly limit: number };
/** A request's verdict with its rules, and what they come to when they are read one by one. */
type Answer = { readonly decision: Told; readonly said: ReturnType<typeof readRules> };
type Told = {
  readonly kind: Verdict;
  readonly rules: readonly { readonly id: string; readonly effect: Verdict }[];
};
type Decided = Answer & { readonly value: number };

/** How many surroundings each limit is tried in. */
const SURROUNDINGS = 3;

/** Rules times requests that both evaluators are asked; of a larger policy they are asked every nth request. */
const BY_BOTH = 20_000_000;

function isLooser(a: Verdict, b: Verdict): boolean {
  return a !== b && stricter(a, b) === b;
}

/** What a fact is held to: numbers, or another fact as it stands in the first surroundings that have one. */
function heldTo(policy: Policy, comparison: Comparison, surroundings: readonly Known[]): readonly number[] {
  const { value } = comparison;
  if (typeof value !== "object" || !("fact" in value)) return limitsOf(comparison, policy);
  const others = surroundings.map((around) => valueRead(policy, around, value.fact));
  return others.filter((other) => typeof other === "number").slice(0, 1);
}

function spotsOf(policy: Policy, surroundings: readonly Known[]): readonly Spot[] {
  return policy.rules.flatMap((rule) =>
    comparisonsOf(rule.when).flatMap((comparison) =>
      heldTo(policy, comparison, surroundings).map((limit) => ({ rule, comparison, limit })),
    ),
  );
}

type Row = readonly { readonly value: number; readonly facts: Known }[];

/** The requests at and beside a limit, in surroundings where the rule turns there if any do, else in the first. */
function requestsAt(
  policy: Policy,
  { rule, comparison, limit }: Spot,
  surroundings: readonly Known[],
): { readonly turns: boolean; readonly rows: readonly Row[] } {
  const { fact } = comparison;
  if (isMade(policy, comparison)) return turningRows(policy, rule, madeRows(policy, comparison, surroundings));
  const type = policy.facts.find(({ name }) => name === fact);
  const bounds = type !== undefined && "min" in type ? type : { min: limit, max: limit };
  const values = [limit - 1, limit, limit + 1].filter((value) => value >= bounds.min && value <= bounds.max);
  const rowIn = (around: Known): Row => values.map((value) => ({ value, facts: { ...around, [fact]: value } }));
  return turningRows(policy, rule, surroundings.map(rowIn));
}

/** Those rows in which the rule turns, as many as are tried; else the first. */
function turningRows(policy: Policy, rule: PolicyRule, all: readonly Row[]): ReturnType<typeof requestsAt> {
  const isTurning = (row: Row) => new Set(row.map(({ facts }) => holds(policy, rule.when, facts))).size > 1;
  const turning: Row[] = [];
  for (const row of all) {
    if (isTurning(row)) turning.push(row);
    if (turning.length === SURROUNDINGS) break;
  }
  return turning.length > 0 ? { turns: true, rows: turning } : { turns: false, rows: all.slice(0, 1) };
}

/** What is derived is moved by the numbers that it is made of, one at a time: to each value where the comparison turns. */
function madeRows(policy: Policy, comparison: Comparison, surroundings: readonly Known[]): readonly Row[] {
  const beneath = factsBeneath(policy, comparison);
  const moved = policy.facts.flatMap((type) => ("min" in type && beneath.includes(type.name) ? [type] : []));
  return surroundings.flatMap((around) =>
    moved.flatMap(({ name, min, max }) =>
      turnsOf(policy, comparison, name, around).map((at): Row => {
        const beside = [at - 1, at, at + 1].filter((value) => value >= min && value <= max);
        const row = beside.map((value) => {
          const facts = { ...around, [name]: value };
          return { value: Number(valueRead(policy, facts, comparison.fact)), facts };
        });
        return row.toSorted((a, b) => a.value - b.value);
      }),
    ),
  );
}

function stepFaults(place: string, { decision, said }: Decided): readonly string[] {
  const rules = decision.rules.map(({ id }) => id).toSorted();
  const outranked = decision.rules.filter(({ effect }) => isLooser(decision.kind, effect));
  const isRead = said.decision === decision.kind && said.rules.join() === rules.join();
  return [
    ...(isRead
      ? []
      : [
          `${place}: decided ${decision.kind} by [${rules.join(", ")}], the rules say ${said.decision} by [${said.rules.join(", ")}]`,
        ]),
    ...outranked.map(
      ({ id, effect }) => `${place}: decided ${decision.kind}, looser than \`${id}\`, which says ${effect}`,
    ),
  ];
}

/** Beyond the limit of a rule that asks or blocks nothing gets looser, unless a rule as strict as the verdict ends there. */
function isLooserBeyond({ rule, comparison: { operator, value } }: Spot, before: Decided, after: Decided): boolean {
  if (rule.effect === "execute" || !operator.startsWith("greaterThan")) return false;
  if (typeof value === "object" && "fact" in value) return false;
  if (!isLooser(after.decision.kind, before.decision.kind) || before.decision.rules.length === 0) return false;
  const still = after.decision.rules.map(({ id }) => id);
  return !before.decision.rules.some(({ id, effect }) => effect === before.decision.kind && !still.includes(id));
}

function faultsAt(policy: Policy, spot: Spot, row: readonly Decided[]): readonly string[] {
  const { fact } = spot.comparison;
  const place = ({ value }: Decided) => `${fact} at ${factText(policy, fact, value)}`;
  return row.flatMap((step, index) => {
    const before = row[index - 1];
    const loosened = before !== undefined && isLooserBeyond(spot, before, step);
    const { kind } = step.decision;
    const fault = `${place(step)}: decided ${kind}, looser than one unit below, though \`${spot.rule.id}\` limits it`;
    return [...stepFaults(place(step), step), ...(loosened ? [fault] : [])];
  });
}

/** Requests whose parameters stand alike, and a time at which they do. */
type Alike = { readonly at: string | undefined; readonly surroundings: readonly Known[] };

function cellsOf(policy: Policy, samples: readonly Sample[]): ReadonlyMap<Policy, Alike> {
  const cells = new Map<Policy, Alike>();
  for (const { facts, at } of samples) {
    const { cell, checked } = sceneOf(policy, facts, at);
    if (!policy.facts.every(({ name }) => Object.hasOwn(checked.known, name))) continue;
    const alike = cells.get(cell) ?? { at, surroundings: [] };
    cells.set(cell, { ...alike, surroundings: [...alike.surroundings, checked.known] });
  }
  return cells.size > 0 ? cells : new Map([[policy, { at: undefined, surroundings: [] }]]);
}

/**
 * Decides requests one unit below, at and above every number in a policy, in surroundings taken from its cases
 * (`samples`; those that lack a fact are passed over), for every way that overrides set its parameters in them. A derived
 * fact is moved by the numbers it is made of; where none of them reaches the limit, trying it is left to the cases. Three
 * things must hold: the verdict and its rules are those of reading the rules one by one without the engine; no verdict
 * is looser than a rule that matched; beyond the limit of a rule that asks or blocks nothing gets looser, unless a rule
 * as strict as the verdict ends there. `decide` is asked of rules times requests up to `mostByBoth`, evenly spread.
 */
export async function probeBoundaries(
  policy: Policy,
  samples: readonly Sample[],
  decide: Decide = live,
  mostByBoth = BY_BOTH,
): Promise<BoundaryReport> {
  const answers = new Map<string, Answer>();
  let byBoth = 0;
  const boundaries: Boundary[] = [];
  const failures = new Set<string>();
  for (const [cell, { at, surroundings }] of cellsOf(policy, samples)) {
    const spots = spotsOf(cell, surroundings);
    const every = Math.ceil((spots.length * 3 * cell.rules.length) / mostByBoth);
    const decided = async (known: Known): Promise<Answer> => {
      const facts = factsOf(policy, known);
      const key = JSON.stringify([at ?? "", facts]);
      const before = answers.get(key);
      if (before !== undefined) return before;
      const isByBoth = answers.size % every === 0;
      if (isByBoth) byBoth += 1;
      const decision = isByBoth ? await decide(policy, facts, at) : toldOf(cell, decideCompiled(policy, facts, at));
      const answer = { decision, said: readRules(cell, known) };
      answers.set(key, answer);
      return answer;
    };
    for (const spot of spots) {
      const { boundary, faults } = await probe(cell, spot, surroundings, decided);
      for (const fault of faults) failures.add(fault);
      boundaries.push(boundary);
    }
  }
  return { requests: answers.size, byBoth, boundaries, failures: [...failures] };
}

function toldOf({ rules }: Policy, { verdict, rules: ids }: CompiledDecision): Told {
  const matching = new Set(ids);
  return { kind: verdict, rules: rules.filter(({ id }) => matching.has(id)) };
}

async function probe(
  cell: Policy,
  spot: Spot,
  surroundings: readonly Known[],
  decided: (known: Known) => Promise<Answer>,
): Promise<{ readonly boundary: Boundary; readonly faults: readonly string[] }> {
  const { turns, rows } = requestsAt(cell, spot, surroundings);
  const tried: Decided[][] = [];
  for (const row of rows) {
    const steps: Decided[] = [];
    for (const { value, facts } of row) steps.push({ value, ...(await decided(facts)) });
    tried.push(steps);
  }
  const steps = (tried[0] ?? []).map(({ value, decision }) => ({ value, verdict: decision.kind }));
  const boundary = { rule: spot.rule.id, fact: spot.comparison.fact, limit: spot.limit, turns, steps };
  return { boundary, faults: tried.flatMap((row) => faultsAt(cell, spot, row)) };
}
