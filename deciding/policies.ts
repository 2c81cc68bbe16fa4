import { readFile, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { canonicalJson } from "../audit/canonical-json.ts";
import { sha256Hex } from "../audit/digest.ts";
import { governedActions } from "../functions/governed-actions.ts";
import type { JsonObject } from "../domain/json.ts";
import { assertKnown } from "../domain/registry.ts";
import { loadPolicy } from "../guardrails/load/policy.ts";
import { policyDocument, type Policy } from "../guardrails/policy.ts";
import { formatProblem, type Problem } from "../guardrails/problem.ts";
import { factProblems, isPolicyName, nameableIn, readCatalogue } from "./catalogue.ts";
import { noLists, type ListsInForce } from "./lists.ts";
import type { PolicySource } from "./policy-source.ts";

/** A policy in force. `version` is the SHA-256 (hex) of `document`, its canonical JSON. */
export type VersionedPolicy = { readonly policy: Policy; readonly version: string; readonly document: string };

/** Policies read from files: in force as they are, for tests and tools. */
export type Policies = PolicySource & { policyOf(id: string): VersionedPolicy };

/** Thrown when policies cannot be put in force. Lists every problem at file:line:column; nothing is half loaded. */
export class PoliciesRefused extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(`policies were refused:\n${problems.map(formatProblem).join("\n")}`);
    this.name = "PoliciesRefused";
    this.problems = problems;
  }
}

/** A document's canonical JSON, and the SHA-256 (hex) of that. */
export function versionedDocument(content: JsonObject): Pick<VersionedPolicy, "version" | "document"> {
  const document = canonicalJson(content);
  return { version: sha256Hex(document), document };
}

/** A policy with its version. */
export function versioned(policy: Policy): VersionedPolicy {
  return { policy, ...versionedDocument(policyDocument(policy)) };
}

/** These policies as a source of decisions: all of them led, without a release. */
export function policiesOf(
  loaded: { readonly [id: string]: VersionedPolicy },
  lists: ListsInForce = noLists,
): Policies {
  return {
    policyOf: (id) => assertKnown(loaded, id, "policy"),
    inForce(id) {
      const found = Object.hasOwn(loaded, id) ? loaded[id] : undefined;
      return found && { ...found, release: "", canary: null, mode: "led", lists };
    },
  };
}

/**
 * Reads every `<id>.yaml` of the folder, by id. Throws `PoliciesRefused` for any problem, and when a governed action has
 * no policy or no cases: nothing is decided by default, or by limits that nobody tried.
 */
export async function readPolicies(folder: string): Promise<{ readonly [id: string]: VersionedPolicy }> {
  const facts = await readCatalogue(folder);
  const present = new Set(await readdir(folder));
  const names = [...present].filter(isPolicyName).sort();
  const loaded: { [id: string]: VersionedPolicy } = {};
  const problems: Problem[] = [...facts.files, ...facts.shared.files, ...facts.brand.files].flatMap(
    (file) => file.problems,
  );
  for (const name of names) {
    const file = join(folder, name);
    if (factProblems(facts, basename(name, ".yaml")).length > 0) continue;
    const result = loadPolicy(file, await readFile(file), facts.catalogue, nameableIn(facts));
    if (result.kind === "refused") problems.push(...result.problems);
    else loaded[result.policy.id] = versioned(result.policy);
  }
  const missing = Object.keys(governedActions).filter((id) => !Object.hasOwn(loaded, id));
  if (problems.length === 0 && missing.length > 0) {
    throw new Error(`no policy for ${missing.join(", ")}: add \`${join(folder, `${missing[0]}.yaml`)}\``);
  }
  if (problems.length > 0) throw new PoliciesRefused(problems);
  const untested = Object.keys(governedActions).find((id) => !present.has(`${id}.test.yaml`));
  if (untested !== undefined)
    throw new Error(`no cases for ${untested}: add \`${join(folder, `${untested}.test.yaml`)}\``);
  return loaded;
}

/** The folder's policies in force as they are. See `readPolicies`. */
export async function loadPolicies(folder: string): Promise<Policies> {
  return policiesOf(await readPolicies(folder));
}
