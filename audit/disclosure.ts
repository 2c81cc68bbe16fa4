import { hash } from "node:crypto";
import type { Json } from "../domain/json.ts";
import { canonicalJson } from "./canonical-json.ts";

/** One field of a body with its salt (RFC 9901): base64url of the JSON array `[salt, name, value]`. */
export type Disclosure = string;

export function disclose(salt: string, name: string, value: Json): Disclosure {
  return disclosureOf(disclosedText(salt, name, canonicalJson(value)));
}

/** The JSON array that a disclosure encodes. `value` is canonical JSON. */
export function disclosedText(salt: string, name: string, value: string): string {
  return `[${canonicalJson(salt)},${canonicalJson(name)},${value}]`;
}

export function disclosureOf(text: string): Disclosure {
  return Buffer.from(text, "utf8").toString("base64url");
}

/** The digest by which an envelope commits to a disclosure: base64url(SHA-256 of its ASCII text), RFC 9901 4.2.3. */
export function disclosureDigest(disclosure: Disclosure): string {
  return hash("sha256", disclosure, "base64url");
}

/** @throws SyntaxError when the text is no disclosure. */
export function readDisclosure(disclosure: Disclosure): { readonly name: string; readonly value: Json } {
  const read = JSON.parse(Buffer.from(disclosure, "base64url").toString("utf8")) as unknown;
  if (!Array.isArray(read) || read.length !== 3 || typeof read[0] !== "string" || typeof read[1] !== "string") {
    throw new SyntaxError("a disclosure is an array of salt, name and value");
  }
  return { name: read[1], value: read[2] as Json };
}
