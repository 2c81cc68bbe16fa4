import type { Ledger } from "../audit/records.ts";
import { appendReleaseChange, registerSigner } from "../audit/ledgers/releases.ts";
import { releaseWords, SET_UP } from "../domain/policy-release.ts";
import { WHOLE_PPM } from "../domain/ppm.ts";
import { readPolicies } from "../deciding/policies.ts";
import { writeBundle } from "./bundle.ts";
import type { Standing } from "./history.ts";
import { signingKeyOf } from "./key-file.ts";
import { createReleaseReader } from "./reader.ts";
import { publicKeyOf, signWords } from "./signature.ts";

type Installation = {
  readonly sql: Ledger;
  readonly company: string;
  /** Holds the installation's private key. */
  readonly home: string;
  /** Absolute folder of the policies. */
  readonly folder: string;
  /** ISO 8601. */
  readonly at: string;
};

/** `differs`: the folder holds other policies than the release in force. */
export type Installed =
  | { readonly kind: "installed"; readonly release: string }
  | { readonly kind: "present"; readonly differs: boolean };

/**
 * Puts the folder's policies in force as the first release, signed by this installation: for development, where nobody
 * has applied one yet. Where there is any release it changes nothing. Throws when the folder is refused and needed.
 */
export async function installFirstRelease({ sql, company, home, folder, at }: Installation): Promise<Installed> {
  const { standing } = await createReleaseReader({ sql, company }).read();
  if (standing.n > 0) return { kind: "present", differs: !(await isInForce(standing, folder)) };
  const policies = Object.values(await readPolicies(folder));
  const key = signingKeyOf(home, SET_UP);
  await registerSigner(sql, { company, person: SET_UP, publicKey: publicKeyOf(key), at });
  const { release, document } = writeBundle(policies, null);
  const reason = "the policies that this installation came with";
  const change = { company, n: 1, action: "apply", release, parent: null, canaryPpm: WHOLE_PPM, at, reason } as const;
  const statement = { ...change, replaces: null, person: SET_UP };
  const signature = signWords(releaseWords(statement), key);
  const signed = { ...statement, role: SET_UP, alone: false, signature };
  const installed = await appendReleaseChange(sql, signed, document);
  return installed ? { kind: "installed", release } : { kind: "present", differs: false };
}

/** Whether the folder holds what is in force. A folder that is refused does not: it is a draft, and may be unsound. */
async function isInForce({ inForce, parents }: Standing, folder: string): Promise<boolean> {
  if (inForce === null) return false;
  try {
    const policies = Object.values(await readPolicies(folder));
    return writeBundle(policies, parents[inForce] ?? null).release === inForce;
  } catch {
    return false;
  }
}
