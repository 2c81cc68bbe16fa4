import { recentUnder, turnsOf, type PolicyTurn, type Recent } from "../../releases/behaviour.ts";
import type { VersionedPolicy } from "../../deciding/policies.ts";
import type { Client } from "../client.ts";
import { recentDecisions } from "./past-decisions.ts";

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

/** What goes on between two sets of policies: every one that changes, each with its diff and recent history. */
export async function weigh(
  client: Client,
  { before, after }: { readonly before: Policies | undefined; readonly after: Policies },
): Promise<readonly WeighedTurn[]> {
  const weighed: WeighedTurn[] = [];
  for (const turn of turnsOf(before, after)) {
    const policy = after[turn.policy];
    weighed.push({ ...turn, recent: policy === undefined ? null : await recentOf(client, policy, turn.from) });
  }
  return weighed;
}

async function recentOf(client: Client, policy: VersionedPolicy, from: string | null): Promise<RecentTold> {
  const { wholeSince, ...decided } = await recentDecisions(client, policy.policy.id, Date.now());
  const recent = recentUnder(policy, from, decided);
  const { flips } = recent.simulation;
  const simulation = { ...recent.simulation, flips: flips.slice(0, LISTED) };
  return { ...recent, simulation, wholeSince, flips: flips.length };
}
