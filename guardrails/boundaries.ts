import { stricter } from "../domain/decision.ts";
import type { Verdict } from "../domain/decision.ts";
import { live } from "./cases.ts";
import type { Decide } from "./cases.ts";
import { decideCompiled } from "./decide-compiled.ts";
import type { CompiledDecision } from "./decide-compiled.ts";
import { linesOf, rowsAt } from "./boundary-rows.ts";
import type { Line, Row, Spot } from "./boundary-rows.ts";
import { comparisonsOf } from "./policy.ts";
import type { Comparison, Policy } from "./policy.ts";
import type { ReadingAlong } from "./reading-along.ts";
import { valueRead } from "./reading.ts";
import { factsOf, sampleAt } from "./sample.ts";
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

/** A request's verdict with its rules, and what is wrong with it by reading the rules one by one. */
type Answer = { readonly decision: Told; readonly faults: readonly string[] };
type Told = {
  readonly kind: Verdict;
  readonly rules: readonly { readonly id: string; readonly effect: Verdict }[];
};
type Decided = Answer & { readonly value: number };

/** Rules times requests that both evaluators are asked; of a larger policy they are asked every nth request. */
const BY_BOTH = 2_000_000;

function isLooser(a: Verdict, b: Verdict): boolean {
  return a !== b && stricter(a, b) === b;
}

/** What a fact is held to: numbers, or another fact as it stands in the first surroundings that have one. */
function heldTo(policy: Policy, comparison: Comparison, surroundings: readonly Known[]): readonly number[] {
  const { value } = comparison;
  if (typeof value !== "object" || !("fact" in value)) return limitsOf(comparison, policy);
  const others = surroundings.map((around) => valueRead(policy, around, value.fact));
  const numbers = others.filter((other) => typeof other === "number").slice(0, 1);
  return numbers.map((other) => other + (value.plus ?? 0));
}

function spotsOf(policy: Policy, surroundings: readonly Known[]): readonly Spot[] {
  return policy.rules.flatMap((rule) =>
    comparisonsOf(rule.when).flatMap((comparison) =>
      heldTo(policy, comparison, surroundings).map((limit) => ({ rule, comparison, limit })),
    ),
  );
}

/** What is wrong with one decision, `said` being what the rules come to when they are read one by one. */
function faultsOf(decision: Told, said: ReturnType<ReadingAlong["at"]>): readonly string[] {
  const rules = decision.rules.map(({ id }) => id).toSorted();
  const outranked = decision.rules.filter(({ effect }) => isLooser(decision.kind, effect));
  const isRead = said.decision === decision.kind && said.rules.join() === rules.join();
  return [
    ...(isRead
      ? []
      : [
          `decided ${decision.kind} by [${rules.join(", ")}], the rules say ${said.decision} by [${said.rules.join(", ")}]`,
        ]),
    ...outranked.map(({ id, effect }) => `decided ${decision.kind}, looser than \`${id}\`, which says ${effect}`),
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
    const faults = [
      ...step.faults,
      ...(loosened ? [`decided ${kind}, looser than one unit below, though \`${spot.rule.id}\` limits it`] : []),
    ];
    return faults.map((fault) => `${place(step)}: ${fault}`);
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
    const byId: ById = new Map(cell.rules.map((rule) => [rule.id, rule]));
    const lineOf = linesOf<Answer>(cell);
    const decided = async ({ around, moved, read, answers: own }: Line<Answer>, value: number): Promise<Answer> => {
      const before = own.get(value);
      if (before !== undefined) return before;
      const asked = sampleAt(policy, factsOf(policy, { ...around, [moved]: value }), at);
      const key = JSON.stringify([asked.at ?? "", asked.facts]);
      const answer = answers.get(key) ?? (await decidedAnew(asked, read.at(value)));
      answers.set(key, answer);
      own.set(value, answer);
      return answer;
    };
    const decidedAnew = async (asked: Sample, said: ReturnType<ReadingAlong["at"]>): Promise<Answer> => {
      const { facts, at: instant } = asked;
      const isByBoth = answers.size % every === 0;
      if (isByBoth) byBoth += 1;
      const decision = isByBoth
        ? await decide(policy, facts, instant)
        : toldOf(byId, decideCompiled(policy, facts, instant));
      return { decision, faults: faultsOf(decision, said) };
    };
    for (const spot of spots) {
      const { turns, rows } = rowsAt(cell, spot, surroundings, lineOf);
      const { boundary, faults } = await probe(cell, spot, turns, rows, decided);
      for (const fault of faults) failures.add(fault);
      boundaries.push(boundary);
    }
  }
  return { requests: answers.size, byBoth, boundaries, failures: [...failures] };
}

type ById = ReadonlyMap<string, Told["rules"][number]>;

function toldOf(byId: ById, { verdict, rules }: CompiledDecision): Told {
  return { kind: verdict, rules: rules.flatMap((id) => byId.get(id) ?? []) };
}

async function probe(
  cell: Policy,
  spot: Spot,
  turns: boolean,
  rows: readonly Row<Answer>[],
  decided: (line: Line<Answer>, at: number) => Promise<Answer>,
): Promise<{ readonly boundary: Boundary; readonly faults: readonly string[] }> {
  const tried: Decided[][] = [];
  for (const { line, steps } of rows) {
    const row: Decided[] = [];
    for (const { at, value } of steps) row.push({ value, ...(await decided(line, at)) });
    tried.push(row);
  }
  const steps = (tried[0] ?? []).map(({ value, decision }) => ({ value, verdict: decision.kind }));
  const boundary = { rule: spot.rule.id, fact: spot.comparison.fact, limit: spot.limit, turns, steps };
  return { boundary, faults: tried.flatMap((row) => faultsAt(cell, spot, row)) };
}
