import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "../audit/records.ts";
import type { Mode } from "../domain/decision-details.ts";
import type { InForce, PolicySource } from "../deciding/policy-source.ts";
import type { Bundle } from "./bundle.ts";
import { sideOf } from "./canary.ts";
import { listsFor, type ListReading } from "./lists.ts";
import { modeStateOf, type ModeStanding } from "./modes.ts";
import { createReleaseReader, type Head, type Reading } from "./reader.ts";

/** How often the ledgers are asked what is in force. A lowered mode has to hold within a second. */
const POLL_MS = 500;

/** Something about the releases that people must look at, told once. Decisions go on under the last good release. */
export type ReleaseAlarm = (problem: string) => void;

export type ReleasedPolicies = PolicySource & {
  /** Looks at the ledgers now. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
};

type Options = {
  readonly pool: Sql;
  readonly company: string;
  readonly onAlarm: ReleaseAlarm;
  readonly pollMs?: number;
};

/** All that answers one question. Never changed: a reload replaces it whole. */
type Snapshot = {
  readonly bundle: Bundle | null;
  readonly canary: { readonly bundle: Bundle; readonly canaryPpm: number } | null;
  readonly modes: ModeStanding;
  readonly lists: ListReading;
};

/**
 * The policies in force by the release ledger, kept current. Resolves after the first look; rejects when the database
 * does not answer then. Later a database that is silent, or a release that is not sound, leaves the last good one.
 */
export async function createPolicySource(options: Options): Promise<ReleasedPolicies> {
  const { pool, company, onAlarm, pollMs = POLL_MS } = options;
  const reader = createReleaseReader({ sql: pool, company });
  const alarm = onceEach(onAlarm);
  let snapshot = snapshotOf(await reader.read(), undefined, alarm);
  const refresh = async (): Promise<void> => {
    snapshot = snapshotOf(await reader.read(), snapshot, alarm);
  };
  const stopped = new AbortController();
  const polling = poll(refresh, pollMs, stopped.signal, onAlarm);
  return {
    inForce: (policyId, subjectOf) => answer(snapshot, policyId, subjectOf),
    refresh,
    async stop() {
      stopped.abort();
      await polling;
    },
  };
}

/** A database that is silent is told of once, until it answers again. */
async function poll(refresh: () => Promise<void>, pollMs: number, signal: AbortSignal, tell: ReleaseAlarm) {
  let isSilent = false;
  while (!signal.aborted) {
    await sleep(pollMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await refresh();
      isSilent = false;
    } catch (error) {
      if (!isSilent) tell(`the releases cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      isSilent = true;
    }
  }
}

function onceEach(tell: ReleaseAlarm): ReleaseAlarm {
  const told = new Set<string>();
  return (problem) => {
    if (told.has(problem)) return;
    told.add(problem);
    tell(problem);
  };
}

function snapshotOf(reading: Reading, last: Snapshot | undefined, alarm: ReleaseAlarm): Snapshot {
  const { inForce, canary, standing, modes, lists } = reading;
  for (const problem of reading.problems) alarm(problem);
  for (const head of [inForce, canary]) {
    if (head.kind === "bad") alarm(`release \`${head.release}\` is not used: ${head.detail}`);
  }
  const bundle = inForce.kind === "bad" ? (last?.bundle ?? null) : bundleIn(inForce);
  const next = bundleIn(canary);
  // A canary runs beside the release that it follows, and beside no other.
  const beside = next !== null && standing.canary !== null && next.parent === (bundle?.release ?? null);
  const canaryPpm = standing.canary?.canaryPpm ?? 0;
  return Object.freeze({ bundle, modes, lists, canary: beside ? { bundle: next, canaryPpm } : null });
}

function bundleIn(head: Head): Bundle | null {
  return head.kind === "sound" ? head.bundle : null;
}

function answer(
  { bundle, canary, modes, lists }: Snapshot,
  policyId: string,
  subjectOf: Parameters<PolicySource["inForce"]>[1],
): InForce | undefined {
  const { mode } = modeStateOf(modes, policyId);
  const old = policyIn(bundle, policyId);
  if (canary === null)
    return bundle === null || old === undefined ? undefined : inForceAs(old, bundle, null, mode, lists);
  const next = policyIn(canary.bundle, policyId);
  const named = old ?? next;
  if (named === undefined) return undefined;
  const side = sideOf(canary.bundle.release, subjectOf(named), canary.canaryPpm);
  const mine = side === "new" ? next : old;
  if (mine === undefined) return undefined;
  const [own, other] = side === "new" ? [canary.bundle, bundle] : [bundle, canary.bundle];
  return inForceAs(mine, own, { side, other: other?.release ?? "" }, mode, lists);
}

function inForceAs(
  policy: Bundle["policies"][string],
  bundle: Bundle | null,
  canary: InForce["canary"],
  mode: Mode,
  lists: ListReading,
): InForce {
  return { ...policy, release: bundle?.release ?? "", canary, mode, lists: listsFor(policy, lists) };
}

function policyIn(bundle: Bundle | null, id: string): Bundle["policies"][string] | undefined {
  return bundle !== null && Object.hasOwn(bundle.policies, id) ? bundle.policies[id] : undefined;
}
