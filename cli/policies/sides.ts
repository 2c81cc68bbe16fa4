import { didYouMean, listed, nearest } from "../../guardrails/did-you-mean.ts";
import { versioned, type VersionedPolicy } from "../../deciding/policies.ts";
import { readBundle, type Bundle } from "../../releases/bundle.ts";
import type { Releases } from "../../gateway/http/releases.ts";
import { bodyOf } from "../api-body.ts";
import type { Client } from "../client.ts";
import { CliFailure, failure } from "../failure.ts";
import { connect, type Globals } from "../session.ts";
import { isPolicyPath, readFolder, readPolicyFile, soundPolicy, type PolicyFolder } from "./folder.ts";
import { shortVersion } from "./heading.ts";
import { namedRelease } from "./release-words.ts";

/** What an operand names: one policy, or all of a release or of the folder. */
export type Side = {
  /** As messages call it. */
  readonly shown: string;
  readonly policies: { readonly [id: string]: VersionedPolicy };
  /** The only policy, where the operand names one. */
  readonly only: VersionedPolicy | null;
  readonly release: string | null;
};

/** Operands that stand for a release by where it is, or for the folder. */
const places = ["in-force", "waiting", "canary"] as const;
type Place = (typeof places)[number];
const DRAFT = "draft";

const isPlace = (given: string): given is Place => places.some((place) => place === given);

/**
 * What a file's path, a policy's id in the folder, `draft` (the folder), a release's id or the beginning of it, `in-force`,
 * `waiting` or `canary` names. Throws `CliFailure`: none of them, or refused.
 */
export async function sideOf(options: Globals, given: string): Promise<Side> {
  if (isPolicyPath(given)) return oneOf(given, versioned(soundPolicy(await readPolicyFile(options, given, "any"))));
  const looksReleased = isPlace(given) || /^[0-9a-f]{4,64}$/.test(given);
  // A release needs no folder; a policy of that name comes first where there is one.
  const folder = await readFolder(options).catch((error: unknown) => {
    if (looksReleased) return undefined;
    throw error;
  });
  const entry = folder?.entries.find(({ id }) => id === given);
  if (entry !== undefined) return oneOf(given, versioned(soundPolicy(entry)));
  if (looksReleased) return releasedSide(options, given);
  if (folder !== undefined && given === DRAFT) return draftOf(folder);
  throw unknown(given, folder);
}

function unknown(given: string, folder: PolicyFolder | undefined) {
  const ids = folder?.entries.map(({ id }) => id) ?? [];
  const known = [...ids, DRAFT, ...places];
  const fix =
    nearest(given, known) === undefined
      ? `${didYouMean(given, known)}, a file's path or a release's id`
      : didYouMean(given, known);
  return failure("notFound", "no-such-policy", `no policy or release \`${given}\``, fix);
}

function oneOf(shown: string, only: VersionedPolicy): Side {
  return { shown, policies: { [only.policy.id]: only }, only, release: null };
}

function draftOf(folder: PolicyFolder): Side {
  const policies = folder.entries.map((entry) => versioned(soundPolicy(entry)));
  return {
    shown: "the draft",
    policies: Object.fromEntries(policies.map((one) => [one.policy.id, one])),
    only: null,
    release: null,
  };
}

async function releasedSide(options: Globals, given: string): Promise<Side> {
  const client = await connect(options, { kind: "reader" });
  const releases = await bodyOf(client.v1.releases.$get());
  const release = isPlace(given) ? placed(releases, given) : namedRelease(releases, given);
  const { policies } = await releasedBundle(client, release);
  return { shown: `release ${shortVersion(release)}`, policies, only: null, release };
}

function placed({ inForce, waiting, canary, parents }: Releases, place: Place): string {
  const back = waiting?.action === "rollback" ? (parents[waiting.release] ?? null) : null;
  const found = { "in-force": inForce, waiting: back ?? waiting?.release, canary: canary?.release }[place];
  if (found !== null && found !== undefined) return found;
  const what = { "in-force": "no release is in force", waiting: "no release waits", canary: "no canary runs" }[place];
  throw failure("notFound", "no-such-release", what, "see `mandate policy releases`");
}

/** The policies in force; undefined where none are: a release that is not sound is not used by anybody. */
export async function policiesInForce(system: {
  readonly client: Client;
  readonly releases: Pick<Releases, "inForce">;
}): Promise<Bundle["policies"] | undefined> {
  const { inForce } = system.releases;
  if (inForce === null) return undefined;
  try {
    return (await releasedBundle(system.client, inForce)).policies;
  } catch (error) {
    if (error instanceof CliFailure && error.problem.code === UNSOUND) return undefined;
    throw error;
  }
}

const UNSOUND = "release-unsound";

/** A release's policies, verified against its id. Throws `CliFailure` when it is not sound. */
export async function releasedBundle(client: Client, release: string): Promise<Bundle> {
  const { document } = await bodyOf(client.v1.releases[":release"].$get({ param: { release } }));
  try {
    return readBundle(release, document);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw failure("failure", UNSOUND, `release \`${shortVersion(release)}\` is not sound: ${why}`);
  }
}

/** The policy of a side by its id. Throws `CliFailure` with the ids there are. */
export function policyOf({ policies, shown }: Side, id: string): VersionedPolicy {
  const found = Object.hasOwn(policies, id) ? policies[id] : undefined;
  if (found !== undefined) return found;
  const ids = Object.keys(policies);
  const fix = ids.length === 1 ? `it holds ${listed(ids)}` : didYouMean(id, ids);
  throw failure("notFound", "no-such-policy", `${shown} holds no policy \`${id}\``, fix);
}
