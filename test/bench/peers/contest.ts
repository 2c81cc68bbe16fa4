import type { Policy } from "../../../guardrails/policy.ts";
import type { Known } from "../../../guardrails/ternary.ts";
import type { Ask, Peer } from "./peer.ts";

/** A peer with the rules in it, and the requests it is asked. */
export type Contender = {
  readonly name: string;
  readonly ask: Ask;
  /** What was done before the first decision. Milliseconds. */
  readonly prepareMs: number;
  readonly isAsynchronous: boolean;
  /** All of them unless it is slow; then the first of them. */
  readonly requests: readonly Known[];
};

export function enter({ name, prepare, ruleBudget }: Peer, policy: Policy, requests: readonly Known[]): Contender {
  const startedMs = performance.now();
  const ask = prepare(policy);
  const prepareMs = performance.now() - startedMs;
  const affordable = Math.max(1, Math.floor(ruleBudget / policy.rules.length));
  const answer = ask(requests[0] ?? {});
  return { name, ask, prepareMs, isAsynchronous: answer instanceof Promise, requests: requests.slice(0, affordable) };
}

/** Throws when a contender finds other rules than `expected`, which holds the sorted ids per request. */
export async function assertSame({ name, ask, requests }: Contender, expected: readonly string[]): Promise<void> {
  for (const [at, known] of requests.entries()) {
    const found = [...(await ask(known))].toSorted().join();
    if (found !== expected[at]) throw new Error(`${name} found other rules for request ${at}: ${found}`);
  }
}

function askInTurn({ ask, requests }: Contender, count: number): void {
  for (let left = count; left > 0; left -= requests.length) {
    for (const known of left < requests.length ? requests.slice(0, left) : requests) void ask(known);
  }
}

async function awaitInTurn({ ask, requests }: Contender, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await ask(requests[at % requests.length] ?? {});
}

/** Microseconds of CPU per decision, on all threads of this process, over `count` decisions one after the other. */
export async function cpuUs(contender: Contender, count: number): Promise<number> {
  const before = process.cpuUsage();
  if (contender.isAsynchronous) await awaitInTurn(contender, count);
  else askInTurn(contender, count);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

/**
 * Asks until `warmMs` of CPU are spent, then answers how many decisions fill a round of `roundMs`. V8 goes on optimising
 * a thousand generated functions for seconds, on threads whose CPU counts.
 */
export async function warm(contender: Contender, warmMs: number, roundMs: number): Promise<number> {
  let latestUs = await cpuUs(contender, 1);
  for (let spentUs = 0; spentUs < warmMs * 1_000;) {
    const slice = Math.ceil(100_000 / Math.max(latestUs, 0.1));
    latestUs = await cpuUs(contender, slice);
    spentUs += slice * latestUs;
  }
  return Math.max(1, Math.round((roundMs * 1_000) / latestUs));
}
