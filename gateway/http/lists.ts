import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { readListChanges, readListVersion } from "../../audit/ledgers/name-lists.ts";
import { listFromDocument } from "../../audit/lists/content.ts";
import { normalSteps } from "../../domain/normal-text.ts";
import { mayDo, rolesFor } from "../../domain/policy-release.ts";
import { listKinds, listsNamed } from "../../guardrails/name-list.ts";
import { changeList, decidingPolicies, reasonsAgainstList } from "../../releases/change-list.ts";
import { listStateOf } from "../../releases/list-history.ts";
import { listsFor } from "../../releases/lists.ts";
import type { Reading } from "../../releases/reader.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Iso, jsonBody, ok, withToken } from "./route.ts";
import { changeRefusals, refuseChange, signed, tellChange, type SignedChangeDeps } from "./signed-change.ts";

const Digest = z.string().regex(/^[0-9a-f]{64}$/, "expected a digest of 64 hexadecimal digits");
const ListId = z.object({ list: z.string().regex(/^[a-z][a-z0-9-]*$/) });
const Names = z.array(z.string().min(1).max(253)).max(20_000);
const kind = {
  of: z.enum(listKinds),
  normal: z.array(z.enum(normalSteps)).min(1),
};

const NameListView = z
  .object({
    list: z.string(),
    ...kind,
    /** Null while nobody put a version in force. */
    version: Digest.nullable(),
    size: z.int(),
    person: z.string().nullable(),
    at: Iso.nullable(),
    /** The policies that decide now and look names up in it. */
    policies: z.array(z.string()),
    /** Why a policy that names it cannot read it, each naming the policy; empty where all can. */
    unread: z.array(z.string()),
    waiting: z
      .object({
        version: Digest,
        size: z.int(),
        person: z.string(),
        at: Iso,
        roles: z.array(z.string()),
        loosens: z.array(z.string()),
      })
      .nullable(),
  })
  .openapi("NameList");
export type NameListView = z.infer<typeof NameListView>;

const NameLists = z
  .object({
    n: z.int().openapi({ description: "the last place taken in the history of lists" }),
    lists: z.array(NameListView),
  })
  .openapi("NameLists");

const ListChangeView = z.object({
  n: z.int(),
  version: Digest,
  parent: Digest.nullable(),
  alone: z.boolean(),
  person: z.string(),
  role: z.string(),
  reason: z.string(),
  at: Iso,
  added: Names,
  removed: Names,
});

const NameListContent = z
  .object({ ...NameListView.shape, names: Names, waitingNames: Names.nullable(), changes: z.array(ListChangeView) })
  .openapi("NameListContent");
export type NameListContent = z.infer<typeof NameListContent>;

const SignedList = z
  .strictObject({ ...signed, ...kind, parent: Digest.nullable(), names: Names })
  .openapi("SignedList");

const ListChanged = z
  .object({ list: NameListView, version: Digest, inForce: z.boolean(), loosens: z.array(z.string()) })
  .openapi("NameListChanged");

const all = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/lists",
  summary: "Read the lists that policies look names up in, by digest and size",
  responses: { ...ok("Every list", NameLists), ...problemResponses({ 401: "No token of a known person" }) },
});

const one = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/lists/{list}",
  summary: "Read what a list holds, what waits, and how it came to that",
  request: { params: ListId },
  responses: {
    ...ok("The list", NameListContent),
    ...problemResponses({ 401: "No token of a known person", 403: "The role may not read it", 404: "No such list" }),
  },
});

const change = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/lists/{list}",
  summary: "Put what a list holds in force, alone where nothing loosens, else as one of two people",
  request: { params: ListId, body: jsonBody(SignedList) },
  responses: { ...ok("Taken and durable", ListChanged), ...changeRefusals },
});

/** Who reads the names: whoever may do anything with policies. */
function mayRead(role: string): boolean {
  return mayDo("restrain", role);
}

/** Lists that policies name, and those that were ever changed. */
function listIds(reading: Reading): readonly string[] {
  const named = decidingPolicies(reading).flatMap(({ policy }) => listsNamed(policy).map(({ id }) => id));
  return [...new Set([...named, ...Object.keys(reading.lists.standing.lists)])].toSorted();
}

function viewOf(reading: Reading, list: string): NameListView {
  const { lists } = reading;
  const { version, set, pending } = listStateOf(lists.standing, list);
  const policies = decidingPolicies(reading).filter(({ policy }) => listsNamed(policy).some(({ id }) => id === list));
  const versionAt = (digest: string | null) => (digest === null ? undefined : lists.versions[digest]);
  const [current, next] = [versionAt(version), versionAt(pending?.version ?? null)];
  const declared = policies.flatMap(({ policy }) => listsNamed(policy)).find(({ id }) => id === list);
  const known = [current, next].flatMap((found) => (typeof found === "object" ? [found.tree.head] : []))[0] ?? declared;
  const unread = policies.flatMap((policy) => {
    const found = listsFor(policy, lists)(list);
    return "why" in found ? [`${policy.policy.id}: ${found.why}`] : [];
  });
  const waiting =
    pending === null || typeof next !== "object"
      ? null
      : {
          ...pending,
          size: next.names.size,
          roles: [...rolesFor("approve")],
          loosens: [
            ...reasonsAgainstList(decidingPolicies(reading), lists, { ...next.tree.head, names: [...next.names] }),
          ],
        };
  return {
    list,
    of: (known?.of ?? "text") as NameListView["of"],
    normal: [...(known?.normal ?? ["trim"])] as NameListView["normal"],
    version,
    size: typeof current === "object" ? current.names.size : 0,
    person: set?.person ?? null,
    at: set?.at ?? null,
    policies: [...new Set(policies.map(({ policy }) => policy.id))].toSorted(),
    unread: [...new Set(unread)],
    waiting,
  };
}

/** What lists hold: anybody who works with policies reads it, and every change is signed. */
export function listsApi(deps: SignedChangeDeps) {
  const { sql, company, reader } = deps;
  return new OpenAPIHono<ApiEnv>()
    .openapi(all, async (c) => {
      const reading = await reader.read();
      return c.json({ n: reading.lists.standing.n, lists: listIds(reading).map((id) => viewOf(reading, id)) }, 200);
    })
    .openapi(one, async (c) => {
      const { list } = c.req.valid("param");
      if (!mayRead(c.var.person.role)) {
        return refuse(c, "wrong-role", `names are read by ${rolesFor("restrain").join(" or ")}`);
      }
      const reading = await reader.read();
      if (!listIds(reading).includes(list)) return refuse(c, "not-found", `no list \`${list}\``);
      const view = viewOf(reading, list);
      const named = (version: string | null | undefined) => {
        const found = version === null || version === undefined ? undefined : reading.lists.versions[version];
        return typeof found === "object" ? [...found.names].toSorted() : [];
      };
      const changes = await changesOf(deps, list);
      const waitingNames = view.waiting === null ? null : named(view.waiting.version);
      return c.json({ ...view, names: named(view.version), waitingNames, changes }, 200);
    })
    .openapi(change, async (c) => {
      const { list } = c.req.valid("param");
      const { of, normal, names, parent, ...said } = c.req.valid("json");
      const content = { list, of, normal, names };
      const changed = await changeList(deps, c.var.person, { content, parent, ...said });
      if (changed.kind === "refused") return refuseChange(c, deps, { list }, changed);
      const { version, inForce, loosens } = changed;
      tellChange(c, deps, { list, version, inForce }, "list changed");
      const view = viewOf(await reader.read(), list);
      return c.json({ list: view, version, inForce, loosens: [...loosens] }, 200);
    });

  async function changesOf(_deps: SignedChangeDeps, list: string) {
    const changes = (await readListChanges(sql, company)).filter((one) => one.list === list);
    const namesAt = new Map<string, ReadonlySet<string>>();
    for (const version of new Set(
      changes.flatMap(({ version: to, parent }) => (parent === null ? [to] : [to, parent])),
    )) {
      const document = await readListVersion(sql, company, version);
      namesAt.set(version, new Set(document === undefined ? [] : listFromDocument(document).names));
    }
    return changes.toReversed().map(({ n, version, parent, alone, person, role, reason, at }) => {
      const [before, after] = [parent ?? "", version].map((of) => [...(namesAt.get(of) ?? [])].toSorted());
      const added = (after ?? []).filter((name) => before?.includes(name) !== true);
      const removed = (before ?? []).filter((name) => after?.includes(name) !== true);
      return { n, version, parent, alone, person, role, reason, at, added, removed };
    });
  }
}
