import { countDecisions, readDecisionHistory, type HistoricDecision } from "../audit/ledgers/decision-history.ts";
import type { Sql } from "../audit/records.ts";
import type { VersionedPolicy } from "../deciding/policies.ts";
import { recentUnder, turnsOf, type PolicyTurn, type Recent } from "./behaviour.ts";

type Policies = { readonly [id: string]: VersionedPolicy };

/** What one policy becomes and what that would have made of recent history; null where it is removed. */
export type WeighedTurn = PolicyTurn & { readonly recent: RecentTold | null };

/** As replayed, with the most weighty flips alone; `flips` says how many there are. */
type RecentTold = Recent & {
  /** Since when decisions were counted; `since`: since when they were replayed. */
  readonly wholeSince: string;
  readonly flips: number;
};

/** Flips that are listed; the matrix counts all of them. */
const LISTED = 100;

/** Days back that a change is weighed over, and at most how many decisions of a policy are replayed for it. */
const DAYS = 90;
const MOST = 10_000;
const DAY_MS = 86_400_000;

/** Decisions that one statement reads. */
const PAGE = 1_000;

export type WeighDeps = { readonly sql: Sql; readonly company: string; readonly now: () => number };

/** What goes on between two sets of policies: every one that changes, each with its diff and recent history. */
export async function weigh(
  deps: WeighDeps,
  { before, after }: { readonly before: Policies | undefined; readonly after: Policies },
): Promise<readonly WeighedTurn[]> {
  const weighed: WeighedTurn[] = [];
  for (const turn of turnsOf(before, after)) {
    const policy = after[turn.policy];
    weighed.push({ ...turn, recent: policy === undefined ? null : await recentOf(deps, policy, turn.from) });
  }
  return weighed;
}

async function recentOf(deps: WeighDeps, policy: VersionedPolicy, from: string | null): Promise<RecentTold> {
  const { wholeSince, ...decided } = await recentDecisions(deps, policy.policy.id);
  const recent = recentUnder(policy, from, decided);
  const { flips } = recent.simulation;
  const simulation = { ...recent.simulation, flips: flips.slice(0, LISTED) };
  return { ...recent, simulation, wholeSince, flips: flips.length };
}

/**
 * A policy's decisions of the last 90 days; where there are more than 10,000, those of the longest shorter time, halved as
 * often as it takes, that holds no more.
 */
async function recentDecisions({ sql, company, now }: WeighDeps, policyId: string) {
  const nowMs = now();
  const of = (days: number) => ({
    company,
    policyId,
    since: new Date(Math.floor(nowMs - days * DAY_MS)).toISOString(),
  });
  const { since: wholeSince } = of(DAYS);
  const taken = await countDecisions(sql, of(DAYS));
  let [days, held] = [DAYS, taken];
  while (held > MOST) {
    days /= 2;
    held = await countDecisions(sql, of(days));
  }
  const decisions = held === 0 ? [] : await decisionsSince(sql, of(days));
  return { since: of(days).since, wholeSince, taken, decisions };
}

async function decisionsSince(sql: Sql, asked: { company: string; policyId: string; since: string }) {
  const all: HistoricDecision[] = [];
  let after: readonly string[] | undefined;
  for (;;) {
    const page = await readDecisionHistory(sql, { ...asked, after, limit: PAGE });
    all.push(...page.map(({ place: _place, ...decision }) => decision));
    after = page.at(-1)?.place;
    if (page.length < PAGE) return all;
  }
}
