import { listFromDocument, treeOf, type ListTree } from "../audit/lists/content.ts";
import { readListChanges, readListVersion } from "../audit/ledgers/name-lists.ts";
import type { Signers } from "../audit/ledgers/releases.ts";
import type { Sql } from "../audit/records.ts";
import type { VersionedPolicy } from "../deciding/policies.ts";
import { noLists, type ListsInForce } from "../deciding/lists.ts";
import { listWords } from "../domain/policy-release.ts";
import type { Policy } from "../guardrails/policy.ts";
import { changingList, listedIn, type ListChange } from "../guardrails/name-list.ts";
import { advanceList, listStateOf, noListChanges, type ListStanding } from "./list-history.ts";
import { signatureFault } from "./signature.ts";
import { verdictLoosenings } from "./verdict-loosening.ts";

/** A version as it was read: its tree and its names. */
export type ListVersion = { readonly tree: ListTree; readonly names: ReadonlySet<string> };

/** What lists hold by the ledger alone, every signature and digest of it verified. */
export type ListReading = {
  readonly standing: ListStanding;
  /** The versions that the standing names, by digest; or why one cannot be trusted. */
  readonly versions: { readonly [version: string]: ListVersion | string };
  /** Changes of the history that do not count, each with its place. */
  readonly problems: readonly string[];
};

export const noListReading: ListReading = { standing: noListChanges, versions: {}, problems: [] };

/** A version from what is kept, and held against the digest that it is called by. Throws for another one. */
function versionFrom(version: string, document: string | undefined): ListVersion {
  if (document === undefined) throw new Error("it is not kept");
  const content = listFromDocument(document);
  const tree = treeOf(content);
  if (tree.version !== version) throw new Error("its names are not those that it is the digest of");
  return { tree, names: new Set(content.names) };
}

/** Reads a company's lists on from an earlier reading. What was verified once is kept. Rejects when the database does not answer. */
export async function readLists(
  { sql, company }: { readonly sql: Sql; readonly company: string },
  from: ListReading,
  signersOf: () => Promise<Signers>,
): Promise<ListReading> {
  const changes = await readListChanges(sql, company, from.standing.n);
  if (changes.length === 0) return from;
  const signers = await signersOf();
  const problems = [...from.problems];
  let { standing } = from;
  for (const change of changes) {
    const fault = signatureFault(listWords(change), change.signature, signers);
    const advanced = fault === undefined ? advanceList(standing, change) : undefined;
    if (advanced?.kind === "advanced") ({ standing } = advanced);
    else {
      const why = fault ?? (advanced?.kind === "misfit" ? advanced.detail : "");
      problems.push(`change ${change.n} of the lists (\`${change.list}\`) does not count: ${why}`);
      standing = { ...standing, n: change.n };
    }
  }
  const named = Object.values(standing.lists).flatMap(({ version, steps, pending }) => [
    ...(version === null ? [] : [version]),
    ...steps.flatMap((step) => [step.from, step.to]),
    ...(pending === null ? [] : [pending.version]),
  ]);
  const versions: { [version: string]: ListVersion | string } = {};
  for (const version of new Set(named)) {
    const known = from.versions[version];
    if (known !== undefined) versions[version] = known;
    else {
      const document = await readListVersion(sql, company, version);
      try {
        versions[version] = versionFrom(version, document);
      } catch (error) {
        versions[version] = error instanceof Error ? error.message : String(error);
      }
    }
  }
  return { standing, versions, problems };
}

/** What goes from one version to another: whether names come to the list, and whether names leave it. */
export function changeBetween(from: ListVersion, to: ListVersion): ListChange {
  return {
    adds: [...to.names].some((name) => !from.names.has(name)),
    removes: [...from.names].some((name) => !to.names.has(name)),
  };
}

const proofs = new WeakMap<VersionedPolicy["policy"], Map<string, readonly string[]>>();

/**
 * Why names that come to a list, or leave it, may loosen something under a policy, whichever names they are; empty when it is
 * proved that they loosen nothing, or the policy does not name the list. Each kind of change is proved once for a policy.
 */
export function listLoosenings(
  { policy }: Pick<VersionedPolicy, "policy">,
  list: string,
  change: ListChange,
): readonly string[] {
  if (policy.rates?.list === list) return [`another rate changes what amounts come to, and what is known of them`];
  if (listedIn(policy).every(({ id }) => id !== list)) return [];
  const known = proofs.get(policy) ?? new Map<string, readonly string[]>();
  proofs.set(policy, known);
  const key = `${list} ${change.adds} ${change.removes}`;
  const reasons = known.get(key) ?? verdictLoosenings(...changingList(policy, list, change));
  known.set(key, reasons);
  return reasons;
}

const readable = new WeakMap<ListReading, WeakMap<Policy, ListsInForce>>();

/** The lists as a policy may read them: of one that one person changed alone, only if that loosens nothing under this policy. */
export function listsFor(policy: Pick<VersionedPolicy, "policy">, reading: ListReading): ListsInForce {
  const known = readable.get(reading) ?? new WeakMap<Policy, ListsInForce>();
  readable.set(reading, known);
  const lists = known.get(policy.policy) ?? readableBy(policy, reading);
  known.set(policy.policy, lists);
  return lists;
}

function readableBy(policy: Pick<VersionedPolicy, "policy">, { standing, versions }: ListReading): ListsInForce {
  return (list) => {
    const { version, steps } = listStateOf(standing, list);
    if (version === null) return noLists(list);
    for (const { from, to } of steps) {
      const [before, after] = [versions[from], versions[to]];
      const isSound = typeof before === "object" && typeof after === "object";
      const reasons = isSound
        ? listLoosenings(policy, list, changeBetween(before, after))
        : ["a version cannot be read"];
      if (reasons.length > 0)
        return { why: `one person alone changed the list \`${list}\`, which may loosen: ${reasons[0]}` };
    }
    const found = versions[version];
    return typeof found === "object"
      ? found.tree
      : { why: `the list \`${list}\` cannot be read: ${found ?? "it is not kept"}` };
  };
}
