import { WHOLE_PPM } from "../../domain/ppm.ts";
import type { Releases } from "../../gateway/http/releases.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import type { Call } from "../command.ts";
import { failure } from "../failure.ts";
import { changedAnswer, namedRelease } from "./release-words.ts";
import { openSigning, type SigningOptions } from "./signing.ts";

/** `mandate policy rollback [RELEASE]`: withdraws what waits or runs as a canary, or goes back to what came before. */
export async function rollback({ args, options }: Call<SigningOptions>): Promise<Answer> {
  const signing = await openSigning(options);
  const { releases } = signing;
  const [given] = args;
  const release = given === undefined ? newestOf(releases) : namedRelease(releases, given);
  const parent = releases.parents[release] ?? null;
  const change = { action: "rollback", release, parent, canaryPpm: WHOLE_PPM } as const;
  const signed = signing.signRelease(change);
  const { $post } = signing.client.v1.releases[":release"].rollback;
  const changed = await bodyOf($post({ param: { release }, json: { ...signed, parent, canaryPpm: WHOLE_PPM } }));
  return { data: changed, ...(await changedAnswer(options, changed, WHOLE_PPM)) };
}

/** What came last of all: the canary, else the release in force. What only waits is named to be taken back. */
function newestOf({ canary, inForce }: Releases): string {
  const newest = canary?.release ?? inForce;
  if (newest !== null) return newest;
  throw failure("notFound", "no-such-release", "nothing is in force", "see `mandate policy releases`");
}
