import type { ReleaseChange } from "../audit/ledgers/releases.ts";
import { SET_UP } from "../domain/policy-release.ts";
import { formatPpm, WHOLE_PPM } from "../domain/ppm.ts";

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

/** What waited or ran as a canary, and lost its place by a change that was not about it. */
export type Displaced = {
  readonly was: "waiting" | "canary";
  readonly release: string;
  /** Who had asked for it, and is to know. */
  readonly person: string;
  readonly by: { readonly n: number; readonly release: string; readonly person: string; readonly at: string };
};

export type Canary = {
  readonly release: string;
  readonly canaryPpm: number;
  /** Who proposed it. */
  readonly person: string;
  /** ISO 8601: since when it runs. */
  readonly at: string;
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
  readonly code:
    | "not-in-force"
    | "own-request"
    | "needs-second-person"
    | "not-waiting"
    | "release-waits"
    | "canary-runs";
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
  const { pending, canary } = before;
  const by = { n, release, person, at };
  const answered = pending?.release === release && action !== "apply";
  const waited = pending !== null && pending !== after.pending && !answered && pending.person !== person;
  const ran = canary !== null && canary !== after.canary && canary.release !== release;
  // Whose own release lets their canary end knows it.
  const known = canary?.person === person || (answered && pending?.person === canary?.person);
  return [
    ...untold,
    ...(waited ? [{ was: "waiting", release: pending.release, person: pending.person, by } as const] : []),
    ...(ran && !known ? [{ was: "canary", release: canary.release, person: canary.person, by } as const] : []),
  ];
}

/** The canary that a release would end: one that runs, but for that very release. */
export function endedBy<Running extends Pick<Canary, "release">>(
  canary: Running | null,
  release: string,
): Running | null {
  return canary?.release === release ? null : canary;
}

/** Why the word of an apply does not fit what has its place to lose: it names what waits, else the canary that runs. */
function unsaid({ pending, canary }: Standing, { release, replaces }: Change): Misfit | undefined {
  const ends = endedBy(canary, release);
  if (pending !== null && pending.release !== replaces) return misfit("release-waits", waitingText(pending));
  // What was proposed while it ran has said so; who takes that place takes it with this.
  const isSaid = ends === null || ends.release === replaces || pending?.action === "apply";
  if (!isSaid) return misfit("canary-runs", runningText(ends));
  const isFor = replaces === null || replaces === pending?.release || replaces === ends?.release;
  return isFor ? undefined : misfit("not-waiting", `${named(replaces)} waits for nobody and is no canary`);
}

function applied(before: Standing, change: Change): Advanced {
  const { release, parent, canaryPpm, person, alone, n, at } = change;
  const { inForce } = before;
  if (parent !== inForce)
    return misfit("not-in-force", `it follows ${named(parent)}, and in force is ${named(inForce)}`);
  const unfit = unsaid(before, change);
  if (unfit !== undefined) return unfit;
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
  const { release, canaryPpm, at } = change;
  if (canaryPpm < WHOLE_PPM) {
    return then(before, change, { canary: { release, canaryPpm, person: author, at, step }, pending: null });
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

/** Which canary runs, whose, for how many and since when, for who would end it. */
export function runningText({ release, canaryPpm, person, at }: Omit<Canary, "step">): string {
  return `canary ${named(release)} by ${person} runs for ${formatPpm(canaryPpm)} of subjects since ${at}`;
}

function named(release: string | null): string {
  return release === null ? "no release" : `\`${release.slice(0, 12)}\``;
}
