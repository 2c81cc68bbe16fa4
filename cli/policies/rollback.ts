import { WHOLE_PPM } from "../../domain/ppm.ts";
import type { Releases } from "../../gateway/http/releases.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import type { Call } from "../command.ts";
import { confirm } from "../confirm.ts";
import { failure } from "../failure.ts";
import { changedAnswer, namedRelease } from "./release-words.ts";
import { openSigning, type SigningOptions } from "./signing.ts";
import { showTurn } from "./turn-shown.ts";

export type RollbackOptions = SigningOptions & { readonly yes?: boolean };

/**
 * `mandate policy rollback [RELEASE]`: withdraws what waits or runs as a canary, or goes back to what came before, with all
 * that this changes; who lets another's step back pass at a terminal is asked.
 */
export async function rollback(call: Call<RollbackOptions>): Promise<Answer> {
  const { args, options, io } = call;
  const signing = await openSigning(options);
  const { releases } = signing;
  const [given] = args;
  const release = given === undefined ? newestOf(releases) : namedRelease(releases, given);
  const parent = releases.parents[release] ?? null;
  const goesBack = release === releases.inForce && parent !== null;
  const shown = goesBack ? await showTurn(call, signing, parent) : undefined;
  const isSecond = releases.waiting?.action === "rollback" && releases.waiting.release === release;
  if (shown?.isAsked === true && isSecond && !(await confirm(io, "go back?"))) {
    throw failure("interrupted", "not-confirmed", "nothing was signed");
  }
  const change = { action: "rollback", release, parent, canaryPpm: WHOLE_PPM } as const;
  const signed = signing.signRelease(change);
  const { $post } = signing.client.v1.releases[":release"].rollback;
  const changed = await bodyOf($post({ param: { release }, json: { ...signed, parent, canaryPpm: WHOLE_PPM } }));
  const answer = await changedAnswer(options, changed, WHOLE_PPM);
  return shown === undefined ? { data: changed, ...answer } : shown.with(changed, answer);
}

/** What came last of all: the canary, else the release in force. What only waits is named to be taken back. */
function newestOf({ canary, inForce }: Releases): string {
  const newest = canary?.release ?? inForce;
  if (newest !== null) return newest;
  throw failure("notFound", "no-such-release", "nothing is in force", "see `mandate policy releases`");
}
