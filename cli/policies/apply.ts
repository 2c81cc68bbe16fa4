import { withProgress } from "../../engines/progress.ts";
import { versioned, type VersionedPolicy } from "../../deciding/policies.ts";
import { readBundle, writeBundle, type Bundle } from "../../releases/bundle.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import type { Call } from "../command.ts";
import { check } from "./check.ts";
import { readFolder, soundPolicy } from "./folder.ts";
import { shortVersion } from "./heading.ts";
import { changedAnswer, shareOf } from "./release-words.ts";
import { openSigning, type Signing, type SigningOptions } from "./signing.ts";
import { test } from "./test.ts";

export type ApplyOptions = SigningOptions & { readonly canary?: string; readonly replace?: boolean };

/** What a release changes of one policy. Versions are null where there is none. */
type PolicyChange = { readonly policy: string; readonly from: string | null; readonly to: string | null };

/** `mandate policy apply`: the folder as a release, once it is sound and its cases pass. */
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
  const changes = changesOf(await bundleIn(signing), policies);
  if (changes.length === 0) return unchanged(inForce);
  tell(changes.map(changeLine).join("\n"));
  const { release, document } = writeBundle(policies, inForce);
  const replaces = options.replace === true ? (signing.releases.waiting?.release ?? null) : null;
  const change = { action: "apply", release, parent: inForce, canaryPpm, replaces } as const;
  const body = { ...signing.signRelease(change), parent: inForce, canaryPpm, replaces, document };
  const changed = await withProgress("comparing with what is in force", tell, () =>
    bodyOf(signing.client.v1.releases[":release"].$put({ param: { release }, json: body })),
  );
  return { data: { ...changed, changes }, ...(await changedAnswer(options, changed, canaryPpm)) };
}

/** The answer of the check or of the tests that the folder does not pass. */
async function unsound({ options, io }: Call<ApplyOptions>): Promise<Answer | undefined> {
  for (const look of [check, test]) {
    const answer = await look({ args: [], options, io });
    if ((answer.exit ?? "ok") !== "ok") {
      return { ...answer, warnings: [...(answer.warnings ?? []), "nothing is applied: the folder has problems"] };
    }
  }
  return undefined;
}

async function bundleIn({ client, releases: { inForce } }: Signing): Promise<Bundle | undefined> {
  if (inForce === null) return undefined;
  const { document } = await bodyOf(client.v1.releases[":release"].$get({ param: { release: inForce } }));
  try {
    return readBundle(inForce, document);
  } catch {
    // It is not used by anybody either: all of the folder is then a change.
    return undefined;
  }
}

function changesOf(before: Bundle | undefined, after: readonly VersionedPolicy[]): readonly PolicyChange[] {
  const known = Object.values(before?.policies ?? {});
  const gone = known
    .filter(({ policy }) => !after.some((other) => other.policy.id === policy.id))
    .map(({ policy, version }) => ({ policy: policy.id, from: version, to: null }));
  const changed = after.flatMap(({ policy, version }) => {
    const from = known.find((other) => other.policy.id === policy.id)?.version ?? null;
    return from === version ? [] : [{ policy: policy.id, from, to: version }];
  });
  return [...changed, ...gone];
}

function changeLine({ policy, from, to }: PolicyChange): string {
  if (to === null) return `${policy}: removed`;
  return from === null
    ? `${policy}: new, ${shortVersion(to)}`
    : `${policy}: ${shortVersion(from)} becomes ${shortVersion(to)}`;
}

function unchanged(inForce: string | null): Answer {
  const id = inForce === null ? "" : shortVersion(inForce);
  return {
    data: { release: inForce, state: "in-force", inForce, loosens: [], waiting: null, changes: [] },
    text: `Nothing changes: release ${id} in force holds these very policies.\n`,
    next: ["policy releases"],
  };
}
