import { compilePolicy } from "../../guardrails/compile.ts";
import { matchingRules } from "../../guardrails/engine.ts";
import type { Known } from "../../guardrails/ternary.ts";
import { median } from "./ratio.ts";
import { handWritten, requestsOf, rulesOf } from "./rule-set.ts";

/** CPU microseconds per decision over one number of rules: medians of the rounds, every evaluator in each round. */
export type RuleScaleRow = {
  readonly rules: number;
  readonly compiledUs: number;
  readonly handWrittenUs: number;
  readonly engineUs: number;
  /** Medians of the rounds' ratios. Of hand-written ifs lower is better; of the engine's time higher. */
  readonly compiledOverHandWritten: number;
  readonly engineOverCompiled: number;
  /** Compiling the policy, once. Milliseconds. */
  readonly compileMs: number;
  /** Matching rules per decision. */
  readonly matches: number;
  /** Decisions of which all matching rules were the same: with the hand-written ifs, and with the engine. */
  readonly checked: { readonly handWritten: number; readonly engine: number };
};

export type RuleScale = { readonly name: string; readonly rows: readonly RuleScaleRow[] };

const REQUESTS = 2_000;
const ROUNDS = 7;
/** Passes over all requests per round, so that a round is far longer than the clock's step. */
const PASSES = 10;
/** Rules that the engine tests per round; it takes some 25 µs of CPU for one. */
const ENGINE_BUDGET = 20_000;

/** CPU microseconds of this process per decision. */
async function cpuUs(decisions: number, work: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / decisions;
}

function assertSame(who: string, found: Iterable<string>, expected: readonly string[]): void {
  if ([...found].toSorted().join() !== expected.toSorted().join()) throw new Error(`${who} found other rules`);
}

async function scale(count: number, requests: readonly Known[]): Promise<RuleScaleRow> {
  const policy = rulesOf(count);
  const startedMs = performance.now();
  const { match } = compilePolicy(policy);
  const compileMs = performance.now() - startedMs;
  const ifs = handWritten(policy);
  for (const known of requests) assertSame("hand-written ifs", ifs(known), match(known).matching);
  const perRound = Math.min(REQUESTS, Math.floor(ENGINE_BUDGET / count));
  const times = { compiled: [] as number[], handWritten: [] as number[], engine: [] as number[] };
  let matches = 0;
  const synchronous = (ask: (known: Known) => readonly string[]) => () =>
    cpuUs(REQUESTS * PASSES, () => {
      for (let pass = 0; pass < PASSES; pass += 1) for (const known of requests) matches += ask(known).length;
    });
  const round = (at: number) => ({
    compiled: synchronous((known) => match(known).matching),
    handWritten: synchronous(ifs),
    engine: async () => {
      const asked = requests.slice(at * perRound, (at + 1) * perRound);
      const slice = asked.length === perRound ? asked : requests.slice(0, perRound);
      const found: ReadonlySet<string>[] = [];
      const time = await cpuUs(perRound, async () => {
        for (const known of slice) found.push(await matchingRules(policy.rules, known, []));
      });
      for (const [index, known] of slice.entries()) assertSame("the engine", found[index] ?? [], match(known).matching);
      return time;
    },
  });
  const names = ["compiled", "handWritten", "engine"] as const;
  for (const name of names) await round(0)[name]();
  for (let at = 0; at < ROUNDS; at += 1) {
    const order = at % 2 === 0 ? names : names.toReversed();
    for (const name of order) times[name].push(await round(at)[name]());
  }
  const ratios = (over: readonly number[], under: readonly number[]) =>
    median(over.map((value, index) => value / (under[index] ?? Number.NaN)));
  return {
    rules: count,
    compiledUs: median(times.compiled),
    handWrittenUs: median(times.handWritten),
    engineUs: median(times.engine),
    compiledOverHandWritten: ratios(times.compiled, times.handWritten),
    engineOverCompiled: ratios(times.engine, times.compiled),
    compileMs,
    matches: matches / (2 * (ROUNDS + 1) * PASSES * REQUESTS),
    checked: { handWritten: REQUESTS, engine: Math.min(REQUESTS, perRound * ROUNDS) },
  };
}

/**
 * The compiled form, hand-written ifs and json-rules-engine in turn over the same generated rules and requests. Every
 * answer lists all matching rules; any difference ends the run. The engine takes a slice of the requests per round.
 */
export async function ruleScale(counts: readonly number[] = [10, 100, 1_000]): Promise<RuleScale> {
  const requests = requestsOf(REQUESTS);
  const rows: RuleScaleRow[] = [];
  for (const count of counts) rows.push(await scale(count, requests));
  return { name: "rule scale", rows };
}
