import { canonicalJson } from "../audit/canonical-json.ts";
import { digestOf, sha256Hex } from "../audit/digest.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Policy } from "../guardrails/policy.ts";
import { policyFromDocument } from "../guardrails/policy-document.ts";
import { sharedDocument, sharedIn } from "../guardrails/shared.ts";
import { versionedDocument, type VersionedPolicy } from "../deciding/policies.ts";

/** The bundle format written here. A reader refuses any other. */
const FORMAT = 2;

/** All policies of a release, verified: deeply frozen, and compiled when a decision first asks one. */
export type Bundle = {
  /** SHA-256 (hex) of the document. */
  readonly release: string;
  /** The release it follows; null for the first one. */
  readonly parent: string | null;
  readonly policies: { readonly [id: string]: VersionedPolicy };
};

/**
 * The bundle of these policies, with the limits that several of them share, as one canonical JSON document, and its SHA-256
 * (hex). Throws when two of them share a limit and do not mean the same.
 */
export function writeBundle(policies: readonly VersionedPolicy[], parent: string | null) {
  const documents = Object.fromEntries(
    policies.map(({ policy, document }) => [policy.id, JSON.parse(document) as JsonObject]),
  );
  const shared = sharedOf(policies.map(({ policy }) => policy));
  const document = canonicalJson({ format: FORMAT, parent, policies: documents, shared });
  return { release: sha256Hex(document), document };
}

/**
 * The bundle behind a release. Throws when its bytes are not what the release names, not canonical, or hold anything but
 * sound policies under their own ids and the very limits that they share.
 */
export function readBundle(release: string, document: string): Bundle {
  if (sha256Hex(document) !== release) throw new Error("its bytes are not those that it is named after");
  const { format, parent, policies, shared, ...rest } = objectOf(JSON.parse(document), "the bundle");
  if (format !== FORMAT) throw new Error(`its format is not ${FORMAT}`);
  if (parent !== null && (typeof parent !== "string" || !/^[0-9a-f]{64}$/.test(parent))) {
    throw new Error("its parent is no release");
  }
  if (Object.keys(rest).length > 0) throw new Error(`it holds \`${Object.keys(rest)[0]}\`, which no bundle does`);
  const entries = Object.entries(objectOf(policies, "`policies`"));
  if (entries.length === 0) throw new Error("it holds no policy");
  const limits = objectOf(shared, "`shared`");
  // Two names for one thing, such as a repeated key, are not canonical.
  if (canonicalJson({ format, parent, policies: Object.fromEntries(entries), shared: limits }) !== document) {
    throw new Error("its JSON is not canonical");
  }
  const read = entries.map(([id, content]) => [id, policyIn(id, content)] as const);
  if (canonicalJson(sharedOf(read.map(([, { policy }]) => policy))) !== canonicalJson(limits)) {
    throw new Error("its shared limits are not those that its policies name");
  }
  return Object.freeze({ release, parent, policies: Object.freeze(Object.fromEntries(read)) });
}

/** The documents of the limits that policies share, by id: each is the one that every policy which names it cites. */
function sharedOf(policies: readonly Policy[]): JsonObject {
  const shared: { [id: string]: JsonObject } = {};
  const versions = new Map<string, string>();
  for (const policy of policies) {
    for (const limit of policy.limits) {
      const found = sharedIn(policy, limit);
      if (found === undefined) continue;
      const { id } = limit;
      const document = sharedDocument(found);
      const version = digestOf(document);
      if (version !== limit.shared?.version) {
        throw new Error(`\`${policy.id}\` cites another \`${id}\` than it counts by`);
      }
      if ((versions.get(id) ?? version) !== version) {
        throw new Error(`\`${policy.id}\` shares another \`${id}\` than the policies before it`);
      }
      versions.set(id, version);
      shared[id] = document;
    }
  }
  return shared;
}

function policyIn(id: string, content: JsonObject[string]): VersionedPolicy {
  const kept = versionedDocument(objectOf(content, `\`${id}\``));
  const policy = policyFromDocument(kept.document);
  if (policy.id !== id) throw new Error(`policy \`${id}\` calls itself \`${policy.id}\``);
  return Object.freeze({ policy, ...kept });
}

function objectOf(value: unknown, name: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new Error(`${name} is no object`);
}
