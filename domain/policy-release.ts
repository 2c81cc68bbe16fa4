import type { Mode } from "./decision-details.ts";

/** What is done to a release: proposed or put in force, let go on by a second person, taken back. */
export const releaseActions = ["apply", "promote", "rollback"] as const;
export type ReleaseAction = (typeof releaseActions)[number];

/** Signed words say what they are for, so that no other signature of the same key can pass for them. */
const purpose = "mandate policy release";

/** The signer of an installation. It may put the first release in force, and nothing else. */
export const SET_UP = "set-up";

/** One change to what is in force, as it is signed. `n` is its place in the company's history: it fits nowhere else. */
export type ReleaseStatement = {
  readonly company: string;
  readonly n: number;
  readonly action: ReleaseAction;
  /** SHA-256 (hex) of the bundle that the change is about, and of the one that it follows. */
  readonly release: string;
  readonly parent: string | null;
  /** The share of subjects that the release is for, 1 to 1,000,000. */
  readonly canaryPpm: number;
  /** The release that waits, else the canary that runs, which gives its place to this `apply`; null where none does. */
  readonly replaces: string | null;
  readonly person: string;
  readonly reason: string;
  /** ISO 8601 in UTC, to the millisecond. */
  readonly at: string;
};

/** One change of an autonomy mode, as it is signed. `n` counts the company's mode changes. */
export type ModeStatement = {
  readonly company: string;
  readonly n: number;
  /** The id of the policy, which is that of the action it governs. */
  readonly policy: string;
  readonly mode: Mode;
  readonly person: string;
  readonly reason: string;
  readonly at: string;
};

/** One change of what a list holds, as it is signed. `n` counts the company's changes of lists. */
export type ListStatement = {
  readonly company: string;
  readonly n: number;
  readonly list: string;
  /** The digest of what it comes to hold, and of the version that this takes the place of. */
  readonly version: string;
  readonly parent: string | null;
  readonly person: string;
  readonly reason: string;
  readonly at: string;
};

/** The words under a signature of a release change. Canonical JSON of this is what is signed. */
export function releaseWords(statement: ReleaseStatement) {
  const { company, n, action, release, parent, canaryPpm, replaces, person, reason, at } = statement;
  const taken = replaces === null ? {} : { replaces };
  return { purpose, company, n, action, release, parent, canaryPpm, ...taken, person, reason, at };
}

/** The words under a signature of a mode change. */
export function modeWords({ company, n, policy, mode, person, reason, at }: ModeStatement) {
  return { purpose, company, n, action: "mode", policy, mode, person, reason, at };
}

/** The words under a signature of a change of a list. */
export function listWords({ company, n, list, version, parent, person, reason, at }: ListStatement) {
  return { purpose, company, n, action: "list", list, version, parent, person, reason, at };
}

/** Who may do what with policies, by role. A change by two people takes one who may author and one who may approve. */
const duties = {
  author: ["ops-engineer"],
  approve: ["ops-engineer", "regional-director"],
  /** Lets agents do less at once: lower a mode, withdraw what waits or runs as a canary. */
  restrain: ["ops-engineer", "regional-director", "partner-manager"],
} as const satisfies { readonly [duty: string]: readonly string[] };
export type Duty = keyof typeof duties;

export function rolesFor(duty: Duty): readonly string[] {
  return duties[duty];
}

export function mayDo(duty: Duty, role: string): boolean {
  return rolesFor(duty).includes(role);
}

/** The audit case that a company's releases, modes and signing keys are recorded under. */
export function policyCaseOf(company: string): string {
  return `${company}:policies`;
}
