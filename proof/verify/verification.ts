import type { Manifest, ManifestLog } from "../bundle/manifest.ts";
import type { CaseTold } from "./case-book.ts";
import { checkNames, type CheckNumber, type Finding, type FindingKind, type Findings } from "./finding.ts";
import { isoTime } from "./iso-time.ts";
import type { LogHead, Pins } from "./notes.ts";
import type { Desk } from "./desk.ts";

/** What a bundle is worth: `tampered` before `differs` before `incomplete`; `pass` when nothing was found. */
export type Outcome = "pass" | FindingKind;

export type Verification = {
  readonly outcome: Outcome;
  /** The logs' keys are the reader's own; otherwise whoever made the bundle may have made them too. */
  readonly anchored: boolean;
  readonly manifest: Omit<Manifest, "logs"> | undefined;
  readonly logs: readonly LogVerified[];
  readonly cases: readonly (CaseTold & { readonly findings: number })[];
  readonly checks: readonly CheckVerified[];
  /** The first thousand; `found` counts all. */
  readonly findings: readonly Finding[];
  readonly found: number;
  /** Digests that stay closed, by why. */
  readonly closed: Desk["closed"];
  /** Decisions whose replay was not asked: facts erased, or no policy in force. */
  readonly notReplayed: Desk["notReplayed"];
  /** Parents that stand in another case, or in a log that is not in the bundle. */
  readonly elsewhere: number;
};

/** `root`: base64. `cosigned`: witnesses that count, with their times (ISO 8601). `waiting`: records not covered yet. */
export type LogVerified = Pick<ManifestLog, "log" | "origin" | "size" | "entries" | "complete"> & {
  readonly root: string;
  readonly cosigned: readonly { readonly name: string; readonly at: string }[];
  readonly waiting: number;
};

export type CheckVerified = {
  readonly check: CheckNumber;
  readonly name: string;
  readonly checked: number;
  readonly found: number;
};

type Verified = {
  readonly findings: Findings;
  readonly manifest: Manifest | undefined;
  readonly pins: Pins;
  readonly heads?: readonly { readonly log: ManifestLog; readonly head: LogHead }[];
  readonly desk?: Desk;
};

export function verificationOf({ findings, manifest, pins, heads = [], desk }: Verified): Verification {
  const { logs: _, ...about } = manifest ?? {};
  return {
    outcome: (["tampered", "differs", "incomplete"] as const).find((kind) => findings.has(kind)) ?? "pass",
    anchored: pins.logs.length > 0,
    manifest: manifest && (about as Omit<Manifest, "logs">),
    logs: heads.map(logVerified),
    cases: [...(desk?.book.cases.values() ?? [])].map((told) => {
      return { ...told, findings: findings.inCase(told.log, told.case) };
    }),
    checks: checkNames.map((name, at) => {
      const check = at as CheckNumber;
      return { check, name, ...findings.countOf(check) };
    }),
    findings: findings.kept,
    found: findings.total,
    closed: desk?.closed ?? { withheld: 0, erased: 0, notAsked: 0 },
    notReplayed: desk?.notReplayed ?? { erased: 0, withoutPolicy: 0 },
    elsewhere: desk?.elsewhere() ?? 0,
  };
}

function logVerified({ log, head }: { readonly log: ManifestLog; readonly head: LogHead }): LogVerified {
  const { log: name, origin, size, entries, complete, waiting } = log;
  const cosigned = head.cosigned.map(({ name: witness, unixSeconds }) => {
    return { name: witness, at: isoTime(unixSeconds) };
  });
  const root = head.checkpoint.rootHash.toString("base64");
  return { log: name, origin, size, entries, complete, root, cosigned, waiting: waiting.count };
}
