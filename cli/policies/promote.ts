import { WHOLE_PPM } from "../../domain/ppm.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import { operand, type Call } from "../command.ts";
import { confirm } from "../confirm.ts";
import { failure } from "../failure.ts";
import { setMode, type ModeOptions } from "./mode.ts";
import { changedAnswer, namedRelease } from "./release-words.ts";
import { openSigning, type SigningOptions } from "./signing.ts";
import { showTurn } from "./turn-shown.ts";

export type PromoteOptions = SigningOptions & { readonly mode?: string; readonly yes?: boolean };

/**
 * `mandate policy promote RELEASE`: as the second person, or a canary on to all subjects, having seen all that it changes;
 * who sits at a terminal is asked. With `--mode` the operand is a
 * policy, whose autonomy mode is raised by two people.
 */
export async function promote(call: Call<PromoteOptions>): Promise<Answer> {
  const { args, options, io } = call;
  if (options.mode !== undefined) return setMode(call satisfies Call<ModeOptions>, operand(args), options.mode);
  const signing = await openSigning(options);
  const { releases } = signing;
  const release = namedRelease(releases, operand(args));
  const shown = await showTurn(call, signing, release);
  if (shown.isAsked && !(await confirm(io, "let it pass?"))) {
    throw failure("interrupted", "not-confirmed", "nothing was signed");
  }
  const waits = releases.waiting?.action === "apply" && releases.waiting.release === release;
  const canaryPpm = waits ? (releases.waiting?.canaryPpm ?? WHOLE_PPM) : WHOLE_PPM;
  const change = { action: "promote", release, parent: releases.parents[release] ?? null, canaryPpm } as const;
  const signed = signing.signRelease(change);
  const { parent } = change;
  const { $post } = signing.client.v1.releases[":release"].promote;
  const changed = await bodyOf($post({ param: { release }, json: { ...signed, parent, canaryPpm } }));
  return shown.with(changed, await changedAnswer(options, changed, canaryPpm));
}
