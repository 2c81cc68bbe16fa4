import {
  listWords,
  modeWords,
  releaseWords,
  type ListStatement,
  type ReleaseStatement,
} from "../../domain/policy-release.ts";
import type { Mode } from "../../domain/decision-details.ts";
import type { Releases } from "../../gateway/http/releases.ts";
import { signingKeyOf } from "../../releases/key-file.ts";
import { publicKeyOf, signWords } from "../../releases/signature.ts";
import { bodyOf } from "../api-body.ts";
import type { Client } from "../client.ts";
import { failure } from "../failure.ts";
import { connect, type Globals } from "../session.ts";

export type SigningOptions = { readonly as?: string; readonly reason: string };

/** A person at the API who signs with the key of this machine. */
export type Signing = {
  readonly client: Client;
  readonly releases: Releases;
  signRelease(change: SignedFor): SignedPart;
  signMode(policy: string, mode: Mode): SignedPart;
  signList(change: Pick<ListStatement, "list" | "version" | "parent" | "n">): SignedPart;
};

/** `replaces` comes with an `apply` that takes the place of what waits, or of a canary. */
type SignedFor = Pick<ReleaseStatement, "action" | "release" | "parent" | "canaryPpm"> &
  Partial<Pick<ReleaseStatement, "replaces">>;

type SignedPart = { readonly n: number; readonly reason: string; readonly at: string; readonly signature: string };

/**
 * Reads what is in force as the named person, and makes their key and registers it when they have none. Throws
 * `CliFailure`: nobody named, nothing answers, or their registered key is not on this machine.
 */
export async function openSigning(options: SigningOptions & Globals): Promise<Signing> {
  if (options.reason.trim() === "")
    throw failure("usage", "no-reason", "a change needs a reason", "give --reason TEXT");
  const client = await connect(options, { kind: "person", personId: options.as });
  const [releases, { home, company }] = await Promise.all([bodyOf(client.v1.releases.$get()), options.settings()]);
  const { personId: person, publicKey: registered } = releases.you;
  const key = signingKeyOf(home, person);
  const publicKey = publicKeyOf(key);
  if (registered === null) await bodyOf(client.v1["signing-key"].$post({ json: { publicKey } }));
  else if (registered !== publicKey) {
    const fix = "sign on the machine where they signed first, or name another person with --as";
    throw failure("forbidden", "other-key", `the registered key of \`${person}\` is not on this machine`, fix);
  }
  const about = () => ({ company, person, reason: options.reason.trim(), at: new Date().toISOString() });
  return {
    client,
    releases,
    signRelease(change) {
      const statement = { ...about(), replaces: null, ...change, n: releases.n + 1 };
      return signedPart(statement, releaseWords(statement), key);
    },
    signMode(policy, mode) {
      const statement = { ...about(), policy, mode, n: releases.modesN + 1 };
      return signedPart(statement, modeWords(statement), key);
    },
    signList(change) {
      const statement = { ...about(), ...change };
      return signedPart(statement, listWords(statement), key);
    },
  };
}

function signedPart(
  { n, reason, at }: Omit<SignedPart, "signature">,
  words: Parameters<typeof signWords>[0],
  key: string,
): SignedPart {
  return { n, reason, at, signature: signWords(words, key) };
}
