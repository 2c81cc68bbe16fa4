import { appendListChange } from "../audit/ledgers/name-lists.ts";
import { readSigners } from "../audit/ledgers/releases.ts";
import { listDocument, treeOf, type ListContent } from "../audit/lists/content.ts";
import { listWords, mayDo, rolesFor } from "../domain/policy-release.ts";
import type { VersionedPolicy } from "../deciding/policies.ts";
import { listsNamed, nameIn, type NameList } from "../guardrails/name-list.ts";
import type { ChangeDeps } from "./change.ts";
import { advanceList, listStateOf, type ListState } from "./list-history.ts";
import { changeBetween, listLoosenings, type ListReading } from "./lists.ts";
import type { Reading } from "./reader.ts";
import { refused, signingFault, type Refused, type Signer } from "./refusal.ts";

type AskedContent = ListContent & Pick<NameList, "of">;

/** What a person asks a list to hold, and has signed. */
export type AskedList = {
  readonly content: AskedContent;
  /** The version that it takes the place of; null for the first one. */
  readonly parent: string | null;
  readonly n: number;
  readonly reason: string;
  readonly at: string;
  readonly signature: string;
};

/** `loosens`: why a second person is asked, each reason naming its policy; empty when one is enough. */
export type ListChanged = {
  readonly kind: "changed";
  readonly state: ListState;
  readonly version: string;
  readonly inForce: boolean;
  readonly loosens: readonly string[];
};

/** Why names are not what a list holds: each once, and spelled as it is looked up. */
function contentFault(
  { normal, names, of, list }: AskedContent,
  policies: readonly VersionedPolicy[],
): string | undefined {
  const steps = { of, normal: normal as NameList["normal"] };
  const bad = names.find((name) => nameIn(steps, name) !== name);
  if (bad !== undefined) return `\`${bad}\` is not spelled as names of \`${list}\` are`;
  if (new Set(names).size < names.length) return "a name is there twice";
  const other = policies.find(({ policy }) =>
    listsNamed(policy).some((one) => one.id === list && (one.of !== of || one.normal.join() !== normal.join())),
  );
  return other === undefined ? undefined : `policy \`${other.policy.id}\` looks up other names in \`${list}\``;
}

/** Every policy that decides now: of the release in force, and of a canary. */
export function decidingPolicies({ inForce, canary }: Pick<Reading, "inForce" | "canary">): readonly VersionedPolicy[] {
  return [inForce, canary].flatMap((head) => (head.kind === "sound" ? Object.values(head.bundle.policies) : []));
}

/** Why putting one version in the place of another may loosen something, each reason naming its policy. */
export function reasonsAgainstList(
  policies: readonly VersionedPolicy[],
  { standing, versions }: ListReading,
  content: ListContent,
): readonly string[] {
  const { version } = listStateOf(standing, content.list);
  const before = version === null ? undefined : versions[version];
  if (typeof before !== "object") return [`no version of \`${content.list}\` is in force yet`];
  const change = changeBetween(before, { tree: before.tree, names: new Set(content.names) });
  return policies.flatMap((one) => listLoosenings(one, content.list, change).map((why) => `${one.policy.id}: ${why}`));
}

/**
 * Takes one signed change of what a list holds, or says why not. One person is enough where it is proved here that nothing
 * loosens under any policy that decides; every reader proves that again, for each policy that reads the list.
 */
export async function changeList(deps: ChangeDeps, signer: Signer, asked: AskedList): Promise<ListChanged | Refused> {
  const { sql, company, reader, now } = deps;
  const { content, parent, n, reason, at, signature } = asked;
  const { list } = content;
  const reading = await reader.read();
  const { lists } = reading;
  const { version } = treeOf(content);
  const state = listStateOf(lists.standing, list);
  const isSecond = state.pending !== null ? state.pending.version === version : state.version === version;
  const duty = isSecond ? "approve" : "author";
  if (!mayDo(duty, signer.role))
    return refused("wrong-role", `needs ${rolesFor(duty).join(" or ")}, not ${signer.role}`);
  const statement = { company, n, list, version, parent, person: signer.personId, reason, at };
  const fault = signingFault(listWords(statement), asked, await readSigners(sql, company), now());
  if (fault !== undefined) return refused("not-signed", fault);
  if (n !== lists.standing.n + 1)
    return refused("stale-release", `the next change of the lists is ${lists.standing.n + 1}`);
  const policies = decidingPolicies(reading);
  const misspelt = contentFault(content, policies);
  if (misspelt !== undefined) return refused("release-refused", misspelt);
  const loosens = reasonsAgainstList(policies, lists, content);
  const change = { ...statement, alone: loosens.length === 0, role: signer.role, signature };
  const advanced = advanceList(lists.standing, change);
  if (advanced.kind === "misfit") return refused(advanced.code, advanced.detail);
  if (!(await appendListChange(sql, change, listDocument(content)))) {
    return refused("stale-release", "somebody else changed a list meanwhile");
  }
  return { kind: "changed", state: listStateOf(advanced.standing, list), version, inForce: advanced.inForce, loosens };
}
