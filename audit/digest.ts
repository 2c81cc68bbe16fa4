import { hash } from "node:crypto";
import type { Json } from "../domain/json.ts";
import { canonicalJson } from "./canonical-json.ts";

/** SHA-256 of text's UTF-8 bytes, lower-case hex. */
export function sha256Hex(text: string): string {
  return hash("sha256", text, "hex");
}

/** SHA-256 (hex) over the canonical JSON of a value: the same for the same meaning, whatever the key order. */
export function digestOf(value: Json): string {
  return sha256Hex(canonicalJson(value));
}

/** An id derived from what it names, so that a retry makes the same one: `dec_` and 80 bits in hex. */
export function derivedId(
  prefix: "prop" | "dec" | "esc" | "prm" | "apv" | "evt" | "bat" | "rpl" | "agr" | "qua",
  ...names: readonly (string | number)[]
): string {
  return `${prefix}_${digestOf([prefix, ...names]).slice(0, 20)}`;
}
