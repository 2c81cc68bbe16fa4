import { canonicalJson } from "../audit/canonical-json.ts";
import { sha256Hex } from "../audit/digest.ts";
import type { JsonObject } from "../domain/json.ts";
import { policyFromDocument } from "../guardrails/policy-document.ts";
import { versionedDocument, type VersionedPolicy } from "../deciding/policies.ts";

/** The bundle format written here. A reader refuses any other. */
const FORMAT = 1;

/** All policies of a release, verified: deeply frozen, and compiled when a decision first asks one. */
export type Bundle = {
  /** SHA-256 (hex) of the document. */
  readonly release: string;
  /** The release it follows; null for the first one. */
  readonly parent: string | null;
  readonly policies: { readonly [id: string]: VersionedPolicy };
};

/** The bundle of these policies as one canonical JSON document, and its SHA-256 (hex). */
export function writeBundle(policies: readonly VersionedPolicy[], parent: string | null) {
  const documents = Object.fromEntries(
    policies.map(({ policy, document }) => [policy.id, JSON.parse(document) as JsonObject]),
  );
  const document = canonicalJson({ format: FORMAT, parent, policies: documents });
  return { release: sha256Hex(document), document };
}

/**
 * The bundle behind a release. Throws when its bytes are not what the release names, not canonical, or hold anything but
 * sound policies under their own ids.
 */
export function readBundle(release: string, document: string): Bundle {
  if (sha256Hex(document) !== release) throw new Error("its bytes are not those that it is named after");
  const { format, parent, policies, ...rest } = objectOf(JSON.parse(document), "the bundle");
  if (format !== FORMAT) throw new Error(`its format is not ${FORMAT}`);
  if (parent !== null && (typeof parent !== "string" || !/^[0-9a-f]{64}$/.test(parent))) {
    throw new Error("its parent is no release");
  }
  if (Object.keys(rest).length > 0) throw new Error(`it holds \`${Object.keys(rest)[0]}\`, which no bundle does`);
  const entries = Object.entries(objectOf(policies, "`policies`"));
  if (entries.length === 0) throw new Error("it holds no policy");
  // Two names for one thing, such as a repeated key, are not canonical.
  if (canonicalJson({ format, parent, policies: Object.fromEntries(entries) }) !== document) {
    throw new Error("its JSON is not canonical");
  }
  const read = entries.map(([id, content]) => [id, policyIn(id, content)] as const);
  return Object.freeze({ release, parent, policies: Object.freeze(Object.fromEntries(read)) });
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
