import type { Verdict } from "../../domain/decision.ts";
import { jsonValue } from "../../guardrails/fact-types.ts";
import { cellOf } from "../../guardrails/cell.ts";
import { matchingRules } from "../../guardrails/engine.ts";
import type { Override, Policy } from "../../guardrails/policy.ts";
import { stricter } from "../../domain/decision.ts";
import type { PastDecision } from "../../guardrails/simulate/past-decision.ts";
import { simulate } from "../../guardrails/simulate/simulate.ts";
import type { Known } from "../../guardrails/ternary.ts";
import { median } from "./ratio.ts";
import { requestsOf, rulesOf } from "./rule-set.ts";

/** CPU of replaying a history, and json-rules-engine's for the same, measured on a part of it and scaled up. */
export type Replayed = {
  readonly name: string;
  readonly decisions: number;
  readonly rules: number;
  /** Medians of the rounds, compiling included. Milliseconds of CPU for all decisions. */
  readonly replayMs: number;
  readonly engineMs: number;
  readonly engineOverReplay: number;
  /** Decisions of which the engine's verdict was compared. */
  readonly checked: number;
};

const DECISIONS = 10_000;
const RULES = 100;
const SAMPLE = 300;
const ROUNDS = 3;
const MINUTE_MS = 60_000;

/** Another limit for gold partners in the first half of the year. No rule reads it: it makes every day and scope be read. */
const override: Override = {
  id: "gold-h1",
  for: { tier: ["gold"] },
  from: "2026-01-01",
  until: "2026-07-01",
  set: { most: 180_000 },
  reason: "",
};

function candidate(): Policy {
  const made = rulesOf(RULES);
  const [first, ...rest] = made.rules;
  const when = { fact: "discount", operator: "greaterThan", value: { param: "most" } } as const;
  const banded = first && { ...first, when: { all: [first.when, when] } };
  return {
    ...made,
    params: [{ name: "most", kind: "ppm", value: 150_000, allowed: null, protected: false }],
    overrides: [override],
    limits: [],
    subject: null,
    rules: banded === undefined ? rest : [banded, ...rest],
  };
}

function historyOf(policy: Policy, requests: readonly Known[]): readonly PastDecision[] {
  const start = Date.parse("2026-04-01T00:00:00Z");
  return requests.map((known, index) => ({
    decisionId: `dec_${index}`,
    caseId: `case_${index}`,
    at: new Date(start + index * 13 * MINUTE_MS).toISOString(),
    policy: { id: policy.id, version: "v1" },
    verdict: "escalate",
    byRules: "escalate",
    rules: [],
    review: null,
    mode: "led",
    facts: Object.fromEntries(
      policy.facts.map((type) => [type.name, jsonValue(type, known[type.name] ?? Number.NaN)] as const),
    ),
    missing: [],
    limits: [],
    escalation: null,
  }));
}

/** Requests at the topmost limit lie a millionth beyond the fact's range; those are put on it. */
function inRange(policy: Policy, known: Known): Known {
  const most = policy.facts.find(({ name }) => name === "discount");
  const max = most !== undefined && "max" in most ? most.max : 0;
  return { ...known, discount: Math.min(Number(known["discount"]), max) };
}

function cpuMs({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000;
}

/** The engine's verdict on each request of a sample, in the cell of its own day. */
async function byEngine(policy: Policy, history: readonly PastDecision[], requests: readonly Known[]) {
  const effects = new Map(policy.rules.map(({ id, effect }): [string, Verdict] => [id, effect]));
  const verdicts: Verdict[] = [];
  for (const [index, past] of history.entries()) {
    const known = requests[index] ?? {};
    const cell = cellOf(policy, known, past.at);
    const found = [...(await matchingRules(cell.rules, known, cell.params))].flatMap((id) => effects.get(id) ?? []);
    verdicts.push(found.length === 0 ? policy.default : found.reduce(stricter));
  }
  return verdicts;
}

/** What the simulation made of each decision, by its id. */
function verdictsOf({ flips }: ReturnType<typeof simulate>): (id: string) => Verdict {
  const changed = new Map(flips.map(({ decisionId, to }) => [decisionId, to]));
  return (id) => changed.get(id) ?? "escalate";
}

/**
 * A history of 10,000 decisions under 100 generated rules, replayed whole; the engine gets an even part of it. A verdict
 * that differs ends the run. Each round loads the candidate anew, so that its compiling counts.
 */
export async function simulateHistory(): Promise<Replayed> {
  const requests = requestsOf(DECISIONS).map((known) => inRange(candidate(), known));
  const history = historyOf(candidate(), requests);
  const step = DECISIONS / SAMPLE;
  const sample = Array.from({ length: SAMPLE }, (_, at) => Math.floor(at * step));
  const [part, asked] = [sample.flatMap((at) => history[at] ?? []), sample.flatMap((at) => [requests[at] ?? {}])];
  const times = { replay: [] as number[], engine: [] as number[] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const policy = candidate();
    const started = process.cpuUsage();
    const simulation = simulate(policy, history);
    const replayMs = cpuMs(process.cpuUsage(started));
    const before = process.cpuUsage();
    const verdicts = await byEngine(policy, part, asked);
    const engineMs = (cpuMs(process.cpuUsage(before)) * DECISIONS) / SAMPLE;
    const verdictOf = verdictsOf(simulation);
    if (simulation.replayed !== DECISIONS)
      throw new Error(`not every decision was replayed: ${simulation.unreplayable[0]?.why}`);
    for (const [index, { decisionId }] of part.entries()) {
      if (verdicts[index] !== verdictOf(decisionId)) throw new Error(`the engine decides \`${decisionId}\` otherwise`);
    }
    if (round === 0) continue;
    times.replay.push(replayMs);
    times.engine.push(engineMs);
  }
  const ratios = times.engine.map((engine, at) => engine / (times.replay[at] ?? Number.NaN));
  return {
    name: "replayed history",
    decisions: DECISIONS,
    rules: RULES,
    replayMs: median(times.replay),
    engineMs: median(times.engine),
    engineOverReplay: median(ratios),
    checked: SAMPLE,
  };
}
