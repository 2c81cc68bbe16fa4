import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { compiled } from "./peers/compiled.ts";
import { assertSame, cpuUs, enter, warm } from "./peers/contest.ts";
import { handWritten } from "./peers/hand-written.ts";
import { installedPeers, type Installed } from "./peers/installed.ts";
import type { Peer } from "./peers/peer.ts";
import { median } from "./ratio.ts";
import { requestsOf, rulesOf } from "./rule-set.ts";

export type RuleScaleEntry = {
  readonly name: string;
  /** CPU per decision in microseconds, all threads of this process: median of the rounds. */
  readonly cpuUs: number;
  /** Medians of the rounds' ratios. */
  readonly overHandWritten: number;
  readonly overCompiled: number;
  /** What is done once, before the first decision. Milliseconds. */
  readonly prepareMs: number;
  /** Requests of which all matching rules were those that the hand-written ifs find. */
  readonly compared: number;
};

export type RuleScaleRow = {
  readonly rules: number;
  /** Matching rules per decision. */
  readonly matches: number;
  /** What the compiled form occupies, beside the policy itself. */
  readonly compiledKib: number;
  readonly entries: readonly RuleScaleEntry[];
};

export type RuleScale = { readonly name: string; readonly rows: readonly RuleScaleRow[] } & Pick<Installed, "skipped">;

const REQUESTS = 2_000;
const ROUNDS = 7;
const ROUND_MS = 150;
/** Share of a round that goes before it untimed, so that a contender does not pay for what the one before left. */
const LEAD = 0.2;
const WARM_MS = 4_000;
/** Enough for a peer that generates no code. */
const ASYNCHRONOUS_WARM_MS = 200;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function heldBytes(): Promise<number> {
  for (let time = 0; time < 3; time += 1) {
    collect();
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const toDigits = (value: number): number => Number(value.toPrecision(4));

async function scale(rules: number, peers: readonly Peer[]): Promise<RuleScaleRow> {
  const policy = rulesOf(rules);
  const requests = requestsOf(REQUESTS);
  const before = await heldBytes();
  const ours = enter(compiled, policy, requests);
  const compiledKib = Math.round(((await heldBytes()) - before) / 1024);
  const ifs = enter(handWritten, policy, requests);
  // The lists themselves are not kept: V8 would learn to place the peer's answers where long-lived objects go.
  const expected: string[] = [];
  for (const known of requests) expected.push([...(await ifs.ask(known))].toSorted().join());
  const contenders = [ours, ifs, ...peers.map((peer) => enter(peer, policy, requests))];
  const timed = [];
  for (const contender of contenders) {
    await assertSame(contender, expected);
    const warmMs = contender.isAsynchronous ? ASYNCHRONOUS_WARM_MS : WARM_MS;
    timed.push({ contender, perRound: await warm(contender, warmMs, ROUND_MS), roundsUs: [] as number[] });
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { contender, perRound, roundsUs } of round % 2 === 0 ? timed : timed.toReversed()) {
      await cpuUs(contender, Math.ceil(perRound * LEAD));
      roundsUs.push(await cpuUs(contender, perRound));
    }
  }
  const [compiledUs, handWrittenUs] = timed.map(({ roundsUs }) => roundsUs);
  const over = (roundsUs: readonly number[], under: readonly number[] = []) =>
    toDigits(median(roundsUs.map((value, round) => value / (under[round] ?? Number.NaN))));
  const entries = timed.map(({ contender: { name, prepareMs, requests: asked }, roundsUs }) => ({
    name,
    cpuUs: toDigits(median(roundsUs)),
    overHandWritten: over(roundsUs, handWrittenUs),
    overCompiled: over(roundsUs, compiledUs),
    prepareMs: Math.round(prepareMs),
    compared: asked.length,
  }));
  const matches = expected.flatMap((ids) => (ids === "" ? [] : ids.split(","))).length / REQUESTS;
  return { rules, matches: toDigits(matches), compiledKib, entries };
}

/**
 * The compiled form, hand-written ifs and other engines in turn over the same generated rules and requests. Every
 * answer lists all matching rules; before anything is timed, one that differs ends the run. Slow peers are asked the
 * first of the requests only.
 */
export async function ruleScale(counts: readonly number[] = [10, 100, 1_000, 10_000]): Promise<RuleScale> {
  const { peers, skipped } = await installedPeers();
  const rows: RuleScaleRow[] = [];
  for (const count of counts) rows.push(await scale(count, peers));
  return { name: "rule scale", rows, skipped };
}
