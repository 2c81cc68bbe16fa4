import { appendModeChange } from "../audit/ledgers/autonomy-modes.ts";
import { readSigners } from "../audit/ledgers/releases.ts";
import { modes, type Mode } from "../domain/decision-details.ts";
import { mayDo, modeWords, rolesFor, type Duty } from "../domain/policy-release.ts";
import type { ChangeDeps } from "./change.ts";
import { advanceMode, modeStateOf, type ModeState } from "./modes.ts";
import type { Reading } from "./reader.ts";
import { refused, signingFault, type Refused, type Signer } from "./refusal.ts";

export type AskedMode = {
  readonly policy: string;
  readonly mode: Mode;
  readonly n: number;
  readonly reason: string;
  readonly at: string;
  readonly signature: string;
};

export type ModeChanged = { readonly kind: "changed"; readonly policy: string; readonly state: ModeState };

/** Takes one signed change of a policy's mode: a lower one counts at once, a higher one when a second person asks too. */
export async function changeMode(deps: ChangeDeps, signer: Signer, asked: AskedMode): Promise<ModeChanged | Refused> {
  const { sql, company, reader, now } = deps;
  const { policy, mode } = asked;
  const reading = await reader.read();
  if (!isGoverned(reading, policy)) return refused("not-found", `no release holds a policy \`${policy}\``);
  const before = modeStateOf(reading.modes, policy);
  const duty = dutyOf(before, mode, signer);
  if (!mayDo(duty, signer.role))
    return refused("wrong-role", `needs ${rolesFor(duty).join(" or ")}, not ${signer.role}`);
  const words = { ...asked, company, person: signer.personId };
  const fault = signingFault(modeWords(words), asked, await readSigners(sql, company), now());
  if (fault !== undefined) return refused("not-signed", fault);
  if (asked.n !== reading.modes.n + 1)
    return refused("stale-release", `the next mode change is ${reading.modes.n + 1}`);
  const advanced = advanceMode(reading.modes, words);
  if (advanced.kind === "unchanged") return refused("mode-unchanged", `\`${policy}\` is ${mode} already`);
  if (advanced.kind === "own-request") return refused("own-request", "a mode is not raised by one person alone");
  const { inForce, standing } = advanced;
  if (!(await appendModeChange(sql, { ...words, inForce, role: signer.role }))) {
    return refused("stale-release", "somebody else changed a mode meanwhile");
  }
  return { kind: "changed", policy, state: modeStateOf(standing, policy) };
}

/** A policy of the release in force or of the canary; with neither, any may be restrained ahead. */
function isGoverned({ inForce, canary }: Reading, policy: string): boolean {
  const heads = [inForce, canary].flatMap((head) => (head.kind === "sound" ? [head.bundle] : []));
  return heads.length === 0 || heads.some(({ policies }) => Object.hasOwn(policies, policy));
}

function dutyOf({ mode: current, pending }: ModeState, mode: Mode, { personId }: Signer): Duty {
  if (modes.indexOf(mode) <= modes.indexOf(current)) return "restrain";
  return pending?.mode === mode && pending.person !== personId ? "approve" : "author";
}
