import { readReleaseChanges, readSigners } from "../../../audit/ledgers/releases.ts";
import type { Sql } from "../../../audit/records.ts";
import { rolesFor } from "../../../domain/policy-release.ts";
import type { Changed } from "../../../releases/change.ts";
import type { Pending } from "../../../releases/history.ts";
import { modeStateOf, type ModeState } from "../../../releases/modes.ts";
import type { Head, Reading } from "../../../releases/reader.ts";
import type { ModeView, ReleaseChanged, Releases } from "../contract/releases.ts";
import type { Person } from "../people.ts";

/** At most this many changes are listed, the last ones. */
const MAX_LISTED = 50;

export async function releasesView(sql: Sql, company: string, reading: Reading, person: Person): Promise<Releases> {
  const { standing, modes, inForce, canary, problems } = reading;
  const changes = await readReleaseChanges(sql, company, Math.max(0, standing.n - MAX_LISTED));
  const publicKey = (await readSigners(sql, company)).get(person.personId) ?? null;
  const policies = new Set([...policyIdsIn(inForce), ...policyIdsIn(canary), ...Object.keys(modes.policies)]);
  return {
    n: standing.n,
    modesN: modes.n,
    inForce: standing.inForce,
    canary: standing.canary && { release: standing.canary.release, canaryPpm: standing.canary.canaryPpm },
    waiting: waitingView(standing.pending),
    parents: { ...standing.parents },
    changes: changes.toReversed().map(({ n, action, release, canaryPpm, person: who, role, reason, at }) => {
      return { n, action, release, canaryPpm, person: who, role, reason, at };
    }),
    modes: [...policies].toSorted().map((policy) => modeView(policy, modeStateOf(modes, policy))),
    problems: [...problems, ...unused(inForce), ...unused(canary)],
    you: { personId: person.personId, role: person.role, publicKey },
  };
}

function policyIdsIn(head: Head): readonly string[] {
  return head.kind === "sound" ? Object.keys(head.bundle.policies) : [];
}

function unused(head: Head): readonly string[] {
  return head.kind === "bad" ? [`release \`${head.release}\` is not used: ${head.detail}`] : [];
}

function waitingView(pending: Pending | null): Releases["waiting"] {
  if (pending === null) return null;
  const { action, release, canaryPpm, person } = pending;
  return { action, release, canaryPpm, person, roles: [...rolesFor("approve")] };
}

export function modeView(policy: string, { mode, set, pending }: ModeState): ModeView {
  const waiting = pending && { mode: pending.mode, person: pending.person, roles: [...rolesFor("approve")] };
  return { policy, mode, person: set?.person ?? null, at: set?.at ?? null, waiting };
}

/** What a change of this release led to. */
export function changedView(release: string, { standing, loosens }: Changed): ReleaseChanged {
  const { inForce, canary, pending } = standing;
  const waits = pending?.release === release;
  const state = waits
    ? "waiting"
    : canary?.release === release
      ? "canary"
      : inForce === release
        ? "in-force"
        : "withdrawn";
  return { release, state, inForce, loosens: [...loosens], waiting: waits ? waitingView(pending) : null };
}
