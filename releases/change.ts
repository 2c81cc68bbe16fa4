import type { Ledger } from "../audit/records.ts";
import { formatDuration } from "../audit/story/duration.ts";
import { appendReleaseChange, readSigners, type ReleaseChange } from "../audit/ledgers/releases.ts";
import { mayDo, releaseWords, rolesFor, type Duty, type ReleaseAction } from "../domain/policy-release.ts";
import { compilePolicy } from "../guardrails/compile.ts";
import { readBundle, type Bundle } from "./bundle.ts";
import { advance, type Displaced, type Misfit, type Standing } from "./history.ts";
import { loosenings } from "./loosening.ts";
import { NOTHING_BEFORE, type Reading, type ReleaseReader } from "./reader.ts";
import { refused, signingFault, type Refused, type Signer } from "./refusal.ts";

export type ChangeDeps = {
  readonly sql: Ledger;
  readonly company: string;
  readonly reader: ReleaseReader;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** What a person asks for and has signed. `document` comes with `apply` alone. */
export type AskedChange = {
  readonly action: ReleaseAction;
  readonly release: string;
  readonly parent: string | null;
  readonly n: number;
  readonly canaryPpm: number;
  readonly replaces: string | null;
  readonly reason: string;
  readonly at: string;
  readonly signature: string;
  readonly document: string | null;
};

/** `loosens`: why a second person is asked, or what they let pass, each naming its policy; empty when one is enough. */
export type Changed = {
  readonly kind: "changed";
  readonly standing: Standing;
  readonly loosens: readonly string[];
  /** What waited or ran as a canary, and lost its place by this change. */
  readonly displaced: readonly Displaced[];
};

const misfitCodes = {
  "not-in-force": "stale-release",
  "own-request": "own-request",
  "needs-second-person": "wrong-role",
  "not-waiting": "not-waiting",
  "release-waits": "release-waits",
  "canary-runs": "canary-runs",
} as const satisfies { readonly [code in Misfit["code"]]: Refused["code"] };

/**
 * Takes one signed change of the releases, or says why not. A change by one person alone is let pass only when it is
 * proved here to loosen nothing; every reader proves that again.
 */
export async function changeRelease(deps: ChangeDeps, signer: Signer, asked: AskedChange): Promise<Changed | Refused> {
  const { sql, company, reader, now } = deps;
  const statement = { ...asked, company, person: signer.personId };
  const reading = await reader.read();
  const { standing } = reading;
  const duty = dutyOf(standing, asked, signer);
  if (!mayDo(duty, signer.role))
    return refused("wrong-role", `needs ${rolesFor(duty).join(" or ")}, not ${signer.role}`);
  const fault = signingFault(releaseWords(statement), asked, await readSigners(sql, company), now());
  if (fault !== undefined) return refused("not-signed", fault);
  if (asked.n !== standing.n + 1) return refused("stale-release", `the next change is ${standing.n + 1}`);
  const proposed = asked.action === "apply" ? soundBundle(asked) : undefined;
  if (proposed?.kind === "refused") return proposed;
  const loosens = await reasonsAgainst(reader, reading, asked, proposed?.bundle);
  const isPassed = asked.action !== "apply" && standing.pending?.release === asked.release;
  const passed = isPassed ? await reader.waitsBecause(reading) : [];
  const { document, ...change } = { ...statement, role: signer.role, alone: loosens?.length === 0 };
  const advanced = advance(standing, change);
  if (advanced.kind === "misfit") return unfitting(advanced, standing, now());
  if (!(await appendReleaseChange(sql, change satisfies ReleaseChange, document))) {
    return refused("stale-release", "somebody else changed the releases meanwhile");
  }
  const displaced = advanced.standing.displaced.filter(({ by }) => by.n === asked.n);
  return { kind: "changed", standing: advanced.standing, loosens: loosens ?? passed, displaced };
}

/** Of what waits or runs in the way, its age is said too. */
function unfitting({ code, detail }: Misfit, { pending, canary }: Standing, nowMs: number): Refused {
  const since = code === "release-waits" ? pending?.at : code === "canary-runs" ? canary?.at : undefined;
  return refused(misfitCodes[code], since === undefined ? detail : `${detail} (${ageOf(since, nowMs)})`);
}

/** How long something has been since `at`, ISO 8601, in words. */
export function ageOf(at: string, nowMs: number): string {
  return formatDuration(Math.max(0, nowMs - Date.parse(at)));
}

function dutyOf({ pending, canary }: Standing, { action, release }: AskedChange, signer: Signer): Duty {
  if (action === "apply") return "author";
  if (action === "promote") return "approve";
  if (pending?.release === release) {
    if (pending.action === "apply") return "restrain";
    return pending.person === signer.personId ? "author" : "approve";
  }
  if (canary?.release === release) return "restrain";
  return mayDo("author", signer.role) ? "author" : "approve";
}

/** The bundle of a request, sound and compiled once, so that none is signed for that could not decide. */
function soundBundle({ release, parent, document }: AskedChange) {
  try {
    const bundle = readBundle(release, document ?? "");
    if (bundle.parent !== parent) throw new Error("it names another parent than was signed");
    for (const { policy } of Object.values(bundle.policies)) compilePolicy(policy);
    return { kind: "sound", bundle } as const;
  } catch (error) {
    return refused("release-refused", error instanceof Error ? error.message : String(error));
  }
}

/** Why one person is not enough; undefined where that is no question. */
async function reasonsAgainst(
  reader: ReleaseReader,
  { standing, inForce }: Reading,
  { action, release, parent }: AskedChange,
  proposed: Bundle | undefined,
): Promise<readonly string[] | undefined> {
  if (proposed !== undefined) {
    if (inForce.kind !== "sound") return [NOTHING_BEFORE];
    return proposed.parent === inForce.bundle.release ? loosenings(inForce.bundle, proposed) : undefined;
  }
  const goesBack = action === "rollback" && release === standing.inForce && standing.pending?.release !== release;
  if (!goesBack || parent === null || inForce.kind !== "sound") return undefined;
  return loosenings(inForce.bundle, await reader.bundleOf(parent));
}
