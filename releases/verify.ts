import type { ModeChange } from "../audit/ledgers/autonomy-modes.ts";
import type { ReleaseChange, Signers } from "../audit/ledgers/releases.ts";
import { modes } from "../domain/decision-details.ts";
import { modeWords, releaseWords } from "../domain/policy-release.ts";
import { advance, type Standing } from "./history.ts";
import { advanceMode, modeStateOf, type ModeStanding } from "./modes.ts";
import { signatureFault } from "./signature.ts";

type Verified<S> = { readonly standing: S; readonly problems: readonly string[] };

/** Reads changes on from a standing. One that nobody signed, or that does not fit, keeps its place and changes nothing. */
export function verifyReleases(
  from: Standing,
  changes: readonly ReleaseChange[],
  signers: Signers,
): Verified<Standing> {
  const problems: string[] = [];
  let standing = from;
  for (const change of changes) {
    const fault = signatureFault(releaseWords(change), change.signature, signers);
    const advanced = fault === undefined ? advance(standing, change) : undefined;
    if (advanced?.kind === "advanced") standing = advanced.standing;
    else {
      const detail = fault ?? advanced?.detail ?? "";
      problems.push(
        `change ${change.n} of the releases (\`${change.release.slice(0, 12)}\`) does not count: ${detail}`,
      );
      standing = { ...standing, n: change.n };
    }
  }
  return { standing, problems };
}

/** The same for modes. A lower mode counts without a signature: it lets agents do less. */
export function verifyModes(
  from: ModeStanding,
  changes: readonly ModeChange[],
  signers: Signers,
): Verified<ModeStanding> {
  const problems: string[] = [];
  let standing = from;
  for (const change of changes) {
    const { n, policy, mode, signature } = change;
    const advanced = advanceMode(standing, change);
    const lowers = advanced.kind === "advanced" && advanced.inForce && modeBelow(standing, change);
    const fault = lowers ? undefined : signatureFault(modeWords(change), signature ?? "", signers);
    if (advanced.kind === "advanced" && fault === undefined) standing = advanced.standing;
    else {
      if (advanced.kind !== "unchanged") {
        problems.push(
          `change ${n} of the modes (\`${policy}\` to ${mode}) does not count: ${fault ?? "one person alone"}`,
        );
      }
      standing = { ...standing, n };
    }
  }
  return { standing, problems };
}

function modeBelow(standing: ModeStanding, { policy, mode }: ModeChange): boolean {
  return modes.indexOf(mode) < modes.indexOf(modeStateOf(standing, policy).mode);
}
