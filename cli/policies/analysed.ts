import type { JsonObject } from "../../domain/json.ts";
import type { Value } from "../../guardrails/fact-types.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { factText } from "../../guardrails/sentences.ts";
import type { Io } from "../io.ts";
import type { Environment } from "../session.ts";
import {
  entryOf,
  isPolicyPath,
  policyFileOf,
  readFolder,
  readPolicyFile,
  soundPolicy,
  type PolicyEntry,
} from "./folder.ts";

/** The policies by id, or all of the folder. Throws `CliFailure` for one that is refused or is not there. */
export async function soundPolicies(options: Environment, ids: readonly string[]): Promise<readonly Policy[]> {
  const folder = await readFolder(options);
  const entries = ids.length === 0 ? folder.entries : [...new Set(ids)].map((id) => entryOf(folder, id));
  return entries.map(soundPolicy);
}

/** A policy by its id in the folder or by the path of its file, whatever that is called. */
export async function soundPolicyAt(options: Environment, what: string): Promise<Policy> {
  return soundPolicy(await entryAt(options, what));
}

/** The entry of a policy by its id in the folder or by the path of its file, sound or not. */
export async function entryAt(options: Environment, what: string): Promise<PolicyEntry> {
  return isPolicyPath(what)
    ? readPolicyFile(options, policyFileOf(what), "any")
    : entryOf(await readFolder(options), what);
}

/** The facts of a request in words: `effectiveDiscount 15.0001 %, partnerStanding active`. */
export function requestText(policy: Policy, facts: JsonObject): string {
  const parts = Object.entries(facts).map(([fact, value]) => {
    const shown = value === "" ? '""' : factText(policy, fact, value as Value);
    return `${fact} ${shown}`;
  });
  return parts.length === 0 ? "no fact" : parts.join(", ");
}

/** Between two lines of progress. */
const STEP_MS = 1_000;

/** Writes what is being done, at most once a second, and nothing in the first. */
export function progressOn({ stderr }: Io): (what: string) => void {
  let lastMs = Date.now();
  return (what) => {
    if (Date.now() - lastMs < STEP_MS) return;
    lastMs = Date.now();
    stderr.write(`${what}\n`);
  };
}
