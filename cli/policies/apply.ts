import { withProgress } from "../../engines/progress.ts";
import { versioned, type VersionedPolicy } from "../../deciding/policies.ts";
import { writeBundle, type Bundle } from "../../releases/bundle.ts";
import { ageOf } from "../../releases/change.ts";
import { endedBy, runningText } from "../../releases/history.ts";
import type { WeighedTurn } from "../../releases/weigh.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import type { Call } from "../command.ts";
import type { Releases } from "../../gateway/http/releases.ts";
import { failure } from "../failure.ts";
import { check } from "./check.ts";
import { behaviourOf } from "./behaviour.ts";
import { behaviourText } from "./behaviour-text.ts";
import { failingCases } from "./failing-cases.ts";
import { readFolder, soundPolicy } from "./folder.ts";
import { shortVersion } from "./heading.ts";
import { changedAnswer, shareOf } from "./release-words.ts";
import { policiesInForce } from "./sides.ts";
import { openSigning, type SigningOptions } from "./signing.ts";

export type ApplyOptions = SigningOptions & { readonly canary?: string; readonly replace?: boolean };

/** `mandate policy apply`: the folder as a release, once it is sound and its cases pass, with all that it changes. */
export async function apply(call: Call<ApplyOptions>): Promise<Answer> {
  const { options, io } = call;
  const canaryPpm = shareOf(options.canary);
  const tell = (line: string) => void io.stderr.write(`${line}\n`);
  const refused = await withProgress("checking and testing the folder", tell, () => unsound(call));
  if (refused !== undefined) return refused;
  const { entries } = await readFolder(options);
  const policies = entries.map((entry) => versioned(soundPolicy(entry)));
  const signing = await openSigning(options);
  const { inForce } = signing.releases;
  const { release, document } = writeBundle(policies, inForce);
  const sides = { before: await policiesInForce(signing), after: byId(policies) };
  const behaviour = await withProgress("comparing with what is in force", tell, () =>
    behaviourOf(signing.client, release, document),
  );
  if (behaviour.length === 0) return unchanged(inForce);
  const replaces = placeTaken(options, signing.releases, release, tell);
  const change = { action: "apply", release, parent: inForce, canaryPpm, replaces } as const;
  const body = { ...signing.signRelease(change), parent: inForce, canaryPpm, replaces, document };
  const changed = await withProgress("proving what it loosens", tell, () =>
    bodyOf(signing.client.v1.releases[":release"].$put({ param: { release }, json: body })),
  );
  const answer = await changedAnswer(options, changed, canaryPpm);
  const text = `${answer.text}\n${behaviourText(behaviour, sides)}`;
  return { ...answer, data: { ...changed, changes: changesIn(behaviour), behaviour }, text };
}

/**
 * What this release takes the place of, for the words that are signed. The canary that it would end is said before, with whose it is and
 * for how long it runs. Throws `CliFailure` (conflict) where one runs, nothing else waits, and `--replace` is not said.
 */
function placeTaken(
  { replace = false }: ApplyOptions,
  { waiting, canary }: Releases,
  release: string,
  tell: (line: string) => void,
): string | null {
  const ends = endedBy(canary, release);
  if (ends !== null) {
    const running = `${runningText(ends)} (${ageOf(ends.at, Date.now())})`;
    if (!replace && waiting === null)
      throw failure("conflict", "canary-runs", `${running}, and this would end it`, ENDS);
    tell(`${running}: this ends it`);
  }
  return replace ? ((waiting ?? ends)?.release ?? null) : null;
}

const ENDS =
  "let it go on to all (`mandate policy promote RELEASE`) or withdraw it (`mandate policy rollback RELEASE`) first, or say `--replace`: its author is told";

/** Which policies change, by version. */
function changesIn(behaviour: readonly WeighedTurn[]) {
  return behaviour.map(({ policy, from, to }) => ({ policy, from, to }));
}

function byId(policies: readonly VersionedPolicy[]): Bundle["policies"] {
  return Object.fromEntries(policies.map((one) => [one.policy.id, one]));
}

/** What is wrong in the folder, or which cases fail and how they are mended; nothing else is told then. */
async function unsound({ options, io }: Call<ApplyOptions>): Promise<Answer | undefined> {
  const checked = await check({ args: [], options, io });
  const found = checked.exit === "problemsFound" ? checked : await failingCases(options);
  if (found === undefined) return undefined;
  return { ...found, warnings: [...(found.warnings ?? []), "nothing is applied: the folder has problems"] };
}

function unchanged(inForce: string | null): Answer {
  const id = inForce === null ? "" : shortVersion(inForce);
  return {
    data: { release: inForce, state: "in-force", inForce, loosens: [], waiting: null, changes: [] },
    text: `Nothing changes: release ${id} in force holds these very policies.\n`,
    next: ["policy releases"],
  };
}
