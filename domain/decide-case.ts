import { caseIdOf, stepKeyOf } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { DECISIONS } from "./reserved-names.ts";

/** The tool of what the decide service permits: the caller acts, we do not. No effect tool has this name. */
export const EXTERNAL_TOOL = "external";

/**
 * One case per object that a request names, else per caller and idempotency key; a step per key either way, since a key names
 * one request. Digests are SHA-256 (hex); 128 bits of them are taken, so that both kinds of case are as long.
 */
export function decideCaseOf(
  company: string,
  keyDigest: string,
  objectDigest = keyDigest,
): { readonly caseId: string; readonly stepKey: string } {
  const caseOf = (digest: string) => caseIdOf(company, DECISIONS, digest.slice(0, 32));
  return { caseId: caseOf(objectDigest), stepKey: stepKeyOf(caseOf(keyDigest), "request", "decide", 1) };
}

/** Whether a case is the decide service's: no workflow stands behind it. */
export function isDecideCase(company: string, caseId: string): boolean {
  return caseId.startsWith(`${company}:${DECISIONS}:`);
}

/** Whether a step is of such a case, by its key alone. */
export function isServiceStep(stepKey: string): boolean {
  return stepKey.split(":")[1] === DECISIONS;
}

/** What the caller asks for, in one sentence without a full stop. */
export function describeExternal({ name, ref, caller }: JsonObject): string {
  const [who, what, of] = [caller, name, ref].map((part) => (typeof part === "string" ? part : "?"));
  return `${who} asks for ${what} of ${of}`;
}

/** What the caller asks for, as the proposal keeps it: the arguments of the `external` tool. */
export type ExternalArgs = {
  /** The action in the caller's words; the policy's id when it named none. */
  readonly name: string;
  readonly args: JsonObject;
  /** The caller's own tool, when it named one. */
  readonly tool?: string;
  /** The fields that it gave, as it wrote them: facts were computed from them. */
  readonly fields?: JsonObject;
  /** The caller's own id of the object. */
  readonly ref: string;
  /** Whose token asked: nobody else may report what came of it. */
  readonly caller: string;
};
