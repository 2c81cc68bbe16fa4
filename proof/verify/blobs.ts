import type { Json } from "../../domain/json.ts";
import { blobPath } from "../bundle/layout.ts";
import { readDisclosure } from "../../audit/disclosure.ts";
import { sha256Hex } from "../../audit/digest.ts";
import { blobDigest } from "../../audit/unseal.ts";
import { placeOf, type EntryCheck, type ReadEntry } from "./entry.ts";
import type { Findings, Place } from "./finding.ts";
import type { FileSource } from "./source.ts";

export type PolicyVersion = { readonly id: string; readonly version: string };

/** Texts kept beside a bundle by their SHA-256; each is hashed once. */
export type Blobs = EntryCheck & {
  /** The text, or undefined when it is not there or is not what its name says. */
  text(digest: string): Promise<string | undefined>;
  /** Digests that records of the bundle name. */
  readonly named: ReadonlySet<string>;
};

const DIGEST = /^[0-9a-f]{64}$/;

/** Policy documents are few; large values are read again when they are needed. */
const MOST_KEPT = 256;

/** Check 8: a value kept beside its record, and the document of a decision's policy, hash to what the record says. */
export function checkBlobs(source: FileSource, findings: Findings, isOwn: boolean): Blobs {
  const named = new Set<string>();
  const kept = new Map<string, string>();

  async function text(digest: string): Promise<string | undefined> {
    if (!DIGEST.test(digest)) return undefined;
    const known = kept.get(digest);
    if (known !== undefined) return known;
    const bytes = await source.read(blobPath(digest));
    const found = bytes?.toString("utf8");
    if (found === undefined || sha256Hex(found) !== digest) return undefined;
    if (kept.size < MOST_KEPT && found.length < 1_000_000) kept.set(digest, found);
    return found;
  }

  async function check(digest: string, what: string, place: Place): Promise<void> {
    findings.checked(8);
    if (!DIGEST.test(digest)) {
      return findings.add(8, "tampered", `${what} is named \`${digest}\`, which is no SHA-256`, place);
    }
    if (named.has(digest)) return;
    named.add(digest);
    const bytes = await source.read(blobPath(digest));
    if (bytes === undefined) findings.add(8, "incomplete", `${what}, ${blobPath(digest)}, is not there`, place);
    else if (sha256Hex(bytes.toString("utf8")) !== digest) {
      findings.add(8, "tampered", `${what}, ${blobPath(digest)}, is not what its hash says`, place);
    }
  }

  return {
    named,
    text,
    async take(entry) {
      for (const { name, digest } of valuesAside(entry))
        await check(digest, `the value of \`${name}\``, placeOf(entry));
      const policy = isOwn && entry.asked ? policyOf(entry) : undefined;
      if (policy !== undefined) await check(policy.version, `the policy \`${policy.id}\``, placeOf(entry));
    },
  };
}

/** The policy that a decision was taken under; undefined for other records. */
export function policyOf({ envelope: { kind, fields } }: Pick<ReadEntry, "envelope">): PolicyVersion | undefined {
  const policy = kind === "decision" ? fields["policy"] : undefined;
  if (typeof policy !== "object" || policy === null || Array.isArray(policy)) return undefined;
  const { id, version } = policy as { readonly [name: string]: unknown };
  return typeof id === "string" && typeof version === "string" ? { id, version } : undefined;
}

/** Longest disclosure of a reference: salt, name and 64 hex digits. */
const LONGEST_REFERENCE = 1_000;

function valuesAside({ disclosures }: ReadEntry): readonly { readonly name: string; readonly digest: string }[] {
  return disclosures.flatMap((disclosure) => {
    if (disclosure.length > LONGEST_REFERENCE) return [];
    const read = readOr(disclosure);
    const digest = read && blobDigest(read.value);
    return read === undefined || digest === undefined ? [] : [{ name: read.name, digest }];
  });
}

/** A disclosure's name and value; check 6 tells of one that holds none. */
export function readOr(disclosure: string): { readonly name: string; readonly value: Json } | undefined {
  try {
    return readDisclosure(disclosure);
  } catch {
    return undefined;
  }
}
