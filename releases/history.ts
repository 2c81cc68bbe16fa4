import type { ReleaseChange } from "../audit/ledgers/releases.ts";
import { SET_UP } from "../domain/policy-release.ts";
import { WHOLE_PPM } from "../domain/ppm.ts";

/** A change by one person alone. It holds only if going `from` one release `to` the other loosens nothing. */
export type Step = { readonly from: string; readonly to: string };

/** What waits for a second person. */
export type Pending = {
  readonly action: "apply" | "rollback";
  readonly release: string;
  readonly canaryPpm: number;
  readonly person: string;
  /** ISO 8601: since when. */
  readonly at: string;
  readonly n: number;
};

/** What waited, and lost its place by a change that was not about it. */
export type Displaced = {
  readonly release: string;
  /** Who had asked for it, and is to know. */
  readonly person: string;
  readonly by: { readonly n: number; readonly release: string; readonly person: string; readonly at: string };
};

export type Canary = {
  readonly release: string;
  readonly canaryPpm: number;
  readonly person: string;
  /** Set when no second person has let it pass. */
  readonly step: Step | null;
};

/** What a history of changes comes to. */
export type Standing = {
  /** The last place taken. */
  readonly n: number;
  readonly inForce: string | null;
  /** What has to be proved for the release in force: the steps since two people last agreed on one. */
  readonly steps: readonly Step[];
  readonly canary: Canary | null;
  readonly pending: Pending | null;
  /** Each stays until who had asked for it makes another change. */
  readonly displaced: readonly Displaced[];
  /** What each release follows, as was signed. */
  readonly parents: { readonly [release: string]: string | null };
};

export const beginning: Standing = {
  n: 0,
  inForce: null,
  steps: [],
  canary: null,
  pending: null,
  displaced: [],
  parents: {},
};

/** Why a change does not fit where the history stands. */
export type Misfit = {
  readonly kind: "misfit";
  readonly code: "not-in-force" | "own-request" | "needs-second-person" | "not-waiting" | "release-waits";
  readonly detail: string;
};

export type Advanced = { readonly kind: "advanced"; readonly standing: Standing } | Misfit;

const misfit = (code: Misfit["code"], detail: string): Misfit => ({ kind: "misfit", code, detail });

type Change = Pick<
  ReleaseChange,
  "n" | "action" | "release" | "parent" | "canaryPpm" | "replaces" | "person" | "alone" | "at"
>;

/**
 * The standing after one more change, whose signature has been verified. The same rules admit a change that is asked for
 * and judge a history that is read. `alone` is taken at its word, and kept as a step that has to be proved.
 */
export function advance(before: Standing, change: Change): Advanced {
  switch (change.action) {
    case "apply":
      return applied(before, change);
    case "promote":
      return promoted(before, change);
    case "rollback":
      return rolledBack(before, change);
  }
}

function then(before: Standing, change: Change, changed: Partial<Standing>): Advanced {
  const after = { ...before, n: change.n, ...changed };
  return { kind: "advanced", standing: { ...after, displaced: displacedBy(before, after, change) } };
}

function displacedBy(before: Standing, after: Standing, change: Change): readonly Displaced[] {
  const { n, release, person, at, action } = change;
  const untold = before.displaced.filter((one) => one.person !== person);
  const { pending } = before;
  const answered = pending?.release === release && action !== "apply";
  if (pending === null || pending === after.pending || answered || pending.person === person) return untold;
  return [...untold, { release: pending.release, person: pending.person, by: { n, release, person, at } }];
}

function applied(before: Standing, change: Change): Advanced {
  const { release, parent, canaryPpm, person, alone, n, at, replaces } = change;
  const { inForce, pending: waiting } = before;
  if (parent !== inForce)
    return misfit("not-in-force", `it follows ${named(parent)}, and in force is ${named(inForce)}`);
  if (waiting !== null && waiting.release !== replaces) return misfit("release-waits", waitingText(waiting));
  if (waiting === null && replaces !== null) return misfit("not-waiting", `${named(replaces)} waits for nobody`);
  const first = person === SET_UP && inForce === null && canaryPpm === WHOLE_PPM;
  if (person === SET_UP && !first) return misfit("needs-second-person", "the set-up signs the first release only");
  const parents = { ...before.parents, [release]: parent };
  if (!first && (!alone || inForce === null)) {
    const pending = { action: "apply", release, canaryPpm, person, at, n } as const;
    return then(before, change, { pending, parents });
  }
  const step = first || inForce === null ? null : { from: inForce, to: release };
  return entered({ ...before, parents }, change, step, person);
}

/** A release that nothing waits for any more: in force for everybody, or for the canary's share. */
function entered(before: Standing, change: Change, step: Step | null, author: string): Advanced {
  const { release, canaryPpm } = change;
  if (canaryPpm < WHOLE_PPM) {
    return then(before, change, { canary: { release, canaryPpm, person: author, step }, pending: null });
  }
  const steps = step === null ? [] : [...before.steps, step];
  return then(before, change, { inForce: release, steps, canary: null, pending: null });
}

function promoted(before: Standing, change: Change): Advanced {
  const { release, canaryPpm, person, parent } = change;
  const { pending, canary, inForce } = before;
  if (person === SET_UP) return misfit("needs-second-person", "the set-up lets nothing pass");
  if (pending?.action === "apply" && pending.release === release) {
    if (parent !== inForce) return misfit("not-in-force", `it follows ${named(parent)}, which is not in force`);
    if (person === pending.person) return misfit("own-request", "a release is not let pass by who proposed it");
    if (canaryPpm !== pending.canaryPpm) return misfit("not-waiting", "another share of subjects was proposed");
    return entered(before, change, null, pending.person);
  }
  if (canary?.release !== release) return misfit("not-waiting", `${named(release)} waits for nobody and is no canary`);
  if (canaryPpm !== WHOLE_PPM) return misfit("not-waiting", "a canary is promoted to all subjects");
  if (person === canary.person && canary.step === null) {
    return misfit("own-request", "a canary is not let go on by who proposed it");
  }
  return entered(before, change, canary.step, canary.person);
}

function rolledBack(before: Standing, change: Change): Advanced {
  const { release, person, alone, n, canaryPpm, at } = change;
  const { pending, canary, inForce, parents } = before;
  if (person === SET_UP) return misfit("needs-second-person", "the set-up takes nothing back");
  if (pending?.action === "apply" && pending.release === release) return then(before, change, { pending: null });
  if (canary?.release === release) return then(before, change, { canary: null });
  const parent = parents[release] ?? null;
  if (release !== inForce || parent === null || parent !== change.parent) {
    return misfit("not-in-force", `${named(release)} is not in force, or follows no release that one could go back to`);
  }
  const back = { inForce: parent, canary: null, pending: null };
  if (alone) return then(before, change, { ...back, steps: [...before.steps, { from: release, to: parent }] });
  const asked = pending?.action === "rollback" && pending.release === release ? pending : undefined;
  if (asked === undefined) {
    return then(before, change, { pending: { action: "rollback", release, canaryPpm, person, at, n } });
  }
  if (asked.person === person) return misfit("own-request", "going back is not let pass by who asked for it");
  return then(before, change, { ...back, steps: [] });
}

/** What waits, by whom and since when, for who would put something else in its place. */
function waitingText({ action, release, person, at }: Pending): string {
  return `${action} of ${named(release)} by ${person} waits for a second person since ${at}`;
}

function named(release: string | null): string {
  return release === null ? "no release" : `\`${release.slice(0, 12)}\``;
}
