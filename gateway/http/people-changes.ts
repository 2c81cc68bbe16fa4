import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Logger } from "pino";
import {
  ADMIN_ROLE,
  answerPeopleChange,
  askPeopleChange,
  countWaitingChanges,
  newToken,
  waitingChanges,
  type PeopleAnswer,
  type PeopleChange,
  type PeopleRefusal,
} from "../../audit/ledgers/people-changes.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { aliasKinds, aliasOf, OWN_SYSTEM } from "../../domain/alias.ts";
import type { CrmOwners } from "../../tools/crm/port.ts";
import { ToolError } from "../../tools/tool-error.ts";
import { guardRole, type ApiEnv } from "./auth.ts";
import { pageEnd, pagesOf, placeOf } from "./paging.ts";
import { syncPeople } from "../people/sync.ts";
import { AliasView, PersonId } from "./people.ts";
import { problemResponses, refuse, type ProblemCode } from "./problem.ts";
import { Iso, jsonBody, ok, withToken } from "./route.ts";

export type PeopleDeps = {
  readonly pool: LedgerPool;
  readonly company: string;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
  /** Whom the CRM knows; without it there is nothing to sync with. */
  readonly owners?: CrmOwners | undefined;
  readonly log: Logger;
};

const reason = z.string().trim().min(1, "a change needs a reason").max(1_000);
const role = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "expected a role as policies name it, such as partner-manager");

/** One name of somebody in a system, as it is written there. */
const GivenAlias = z
  .strictObject({
    system: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, "expected a system's name")
      .refine((system) => system !== OWN_SYSTEM, "ids and names here are people's own")
      .default("crm"),
    kind: z.enum(aliasKinds),
    alias: z.string().min(1).max(320),
  })
  .transform(({ alias: given, system, kind }, context) => {
    const alias = aliasOf(kind, given);
    if (alias === undefined) {
      const message = kind === "mail" ? "expected a mail address" : "expected a text that can be seen";
      context.addIssue({ code: "custom", path: ["alias"], message });
    }
    return { system, kind, alias: alias ?? "" };
  });

const AddPerson = z
  .strictObject({
    personId: PersonId.shape.personId,
    name: z
      .string()
      .trim()
      .regex(/^(?=.*\S)\P{C}{1,200}$/u, "expected a name of 1 to 200 characters"),
    role,
    aliases: z.array(GivenAlias).max(20).default([]),
    token: z.boolean().default(true).openapi({ description: "false for somebody who asks and never logs in" }),
    reason,
  })
  .openapi("AddPerson");
const ChangeAlias = z.strictObject({ alias: GivenAlias, reason }).openapi("ChangeAlias");
const ChangeRole = z.strictObject({ role, reason }).openapi("ChangeRole");
const ForReason = z.strictObject({ reason }).openapi("PeopleChangeReason");

const ChangeTaken = z
  .object({
    changeId: z.string(),
    personId: z.string(),
    state: z.enum(["done", "waiting"]).openapi({ description: "`waiting` until another admin seconds it" }),
    token: z.string().nullable().openapi({ description: "shown only now; it counts once the change holds" }),
  })
  .openapi("PeopleChangeTaken");

const Answered = z.object({ changeId: z.string(), state: z.enum(["done", "dropped"]) }).openapi("PeopleChangeAnswered");

const WaitingView = z
  .object({
    changeId: z.string(),
    change: z.enum(["add", "add-alias", "remove-alias", "role", "revoke", "token"]),
    personId: z.string(),
    name: z.string().nullable(),
    role: z.string().nullable(),
    aliases: z.array(AliasView),
    askedBy: z.string(),
    reason: z.string(),
    askedAt: Iso,
  })
  .openapi("WaitingPeopleChange");
export type WaitingView = z.infer<typeof WaitingView>;

const WaitingList = z.object({ changes: z.array(WaitingView), ...pageEnd }).openapi("WaitingPeopleChangeList");

const Synced = z
  .object({
    owners: z.int().openapi({ description: "how many the CRM knows, archived ones included" }),
    waiting: z.array(z.string()).openapi({ description: "changes that another admin has to second" }),
    narrowed: z.array(z.string()).openapi({ description: "changes that hold: what archived owners were known by" }),
    contested: z.array(z.string()).openapi({ description: "owner ids whose names are several people's: see to them" }),
  })
  .openapi("PeopleSynced");

const refusals = problemResponses({
  400: "A field is wrong; `errors` points at it",
  401: "No token of a known person",
  403: "It takes an admin, or another one",
  404: "There is no such person or change",
  409: "It is so already, or is somebody else's",
  413: "The body is too large",
});

function post<const Path extends string, const Params extends z.ZodObject, const Body extends z.ZodType>(
  path: Path,
  summary: string,
  { params, body }: { readonly params: Params; readonly body: Body },
) {
  return createRoute({
    ...withToken,
    method: "post",
    path,
    summary,
    request: { params, body: jsonBody(body) },
    responses: { ...ok("Taken and recorded", ChangeTaken), ...refusals },
  });
}

const none = z.object({});
const ChangeId = z.object({ changeId: z.string().regex(/^pch_[0-9a-f]{20}$/, "expected a change's id") });

const add = post("/v1/people", "Ask for a new person; another admin has to second it", {
  params: none,
  body: AddPerson,
});
const addAlias = post("/v1/people/{personId}/aliases", "Ask that a name in a system count as a person's", {
  params: PersonId,
  body: ChangeAlias,
});
const removeAlias = post("/v1/people/{personId}/aliases/remove", "Take a name off a person; it holds at once", {
  params: PersonId,
  body: ChangeAlias,
});
const changeRole = post("/v1/people/{personId}/role", "Change a role: a lower one holds at once, any other waits", {
  params: PersonId,
  body: ChangeRole,
});
const revoke = post("/v1/people/{personId}/revoke", "Revoke a person: no token, and no name of theirs is known", {
  params: PersonId,
  body: ForReason,
});
const rotate = post("/v1/people/{personId}/token", "Make a new token: one's own at once, another's once seconded", {
  params: PersonId,
  body: ForReason,
});
const answer = <const Answer extends "second" | "drop">(given: Answer, summary: string) =>
  createRoute({
    ...withToken,
    method: "post",
    path: `/v1/people-changes/{changeId}/${given}` as const,
    summary,
    request: { params: ChangeId, body: jsonBody(z.strictObject({}).openapi("AnswerPeopleChange")) },
    responses: { ...ok("Taken and recorded", Answered), ...refusals },
  });
const second = answer("second", "Second a change that another admin asked for: it holds from now on");
const drop = answer("drop", "Say that a change which waits is not to be");
const pages = pagesOf("people-changes", ["time", "id"], { most: 200 });
const waiting = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/people-changes",
  summary: "List changes of people that wait for a second admin, oldest first",
  request: { query: z.object(pages.parameters) },
  responses: { ...ok("A page of them", WaitingList), ...refusals },
});
const sync = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/people-changes/sync",
  summary: "Bring in whom the CRM knows: what widens waits for a second admin, archived owners narrow at once",
  request: { body: jsonBody(z.strictObject({}).openapi("SyncPeople")) },
  responses: { ...ok("What came of it", Synced), ...refusals, ...problemResponses({ 503: "The CRM does not answer" }) },
});

/** Changes of who is who: what widens takes two admins. */
export function peopleChangesApi(deps: PeopleDeps) {
  const { pool, company } = deps;
  const app = new OpenAPIHono<ApiEnv>();
  guardRole(app, "/v1/people-changes", ADMIN_ROLE);
  return app
    .openapi(add, (c) => {
      const { reason: why, token, ...person } = c.req.valid("json");
      return ask(deps, c, { change: "add", ...person }, why, token);
    })
    .openapi(addAlias, (c) => {
      const { alias, reason: why } = c.req.valid("json");
      return ask(deps, c, { change: "add-alias", ...c.req.valid("param"), aliases: [alias] }, why);
    })
    .openapi(removeAlias, (c) => {
      const { alias, reason: why } = c.req.valid("json");
      return ask(deps, c, { change: "remove-alias", ...c.req.valid("param"), aliases: [alias] }, why);
    })
    .openapi(changeRole, (c) => {
      const { role: to, reason: why } = c.req.valid("json");
      return ask(deps, c, { change: "role", ...c.req.valid("param"), role: to }, why);
    })
    .openapi(revoke, (c) => ask(deps, c, { change: "revoke", ...c.req.valid("param") }, c.req.valid("json").reason))
    .openapi(rotate, (c) =>
      ask(deps, c, { change: "token", ...c.req.valid("param") }, c.req.valid("json").reason, true),
    )
    .openapi(sync, async (c) => {
      if (deps.owners === undefined) return refuse(c, "not-found", "no CRM tells here whom it knows");
      const { personId: by } = c.var.person;
      const synced = await syncPeople(pool, { company, by, at: deps.at(), owners: deps.owners }).catch(silentCrm);
      if (synced === undefined)
        return refuse(c, "crm-silent", "it did not say whom it knows; nothing was changed by that");
      deps.log.info({ component: "people", personId: by, owners: synced.owners }, "people were synced");
      return c.json(
        { ...synced, waiting: [...synced.waiting], narrowed: [...synced.narrowed], contested: [...synced.contested] },
        200,
      );
    })
    .openapi(second, (c) => settle(deps, c, c.req.valid("param").changeId, "second"))
    .openapi(drop, (c) => settle(deps, c, c.req.valid("param").changeId, "drop"))
    .openapi(waiting, async (c) => {
      const { limit, cursor: after, total } = c.req.valid("query");
      const { shown, next } = pages.cut(
        c,
        await waitingChanges(pool, company, { after, limit: limit + 1 }),
        limit,
        placeOf,
      );
      const changes = shown.map(({ place: _place, ...view }) => ({ ...view, aliases: [...view.aliases] }));
      return c.json({ changes, next, total: total ? await countWaitingChanges(pool, company) : null }, 200);
    });
}

async function ask(deps: PeopleDeps, c: Context<ApiEnv>, change: PeopleChange, why: string, withToken = false) {
  const { pool, company, at, log } = deps;
  const { personId: by } = c.var.person;
  const token = withToken ? newToken() : undefined;
  const asked = await askPeopleChange(pool, { company, by, at: at(), change, reason: why, token });
  if (asked.kind === "refused") return refused(deps, c, asked, change.personId);
  const { changeId, state } = asked;
  log.info({ component: "people", personId: by, changeId, state }, "people changed");
  const answered = state === "done" ? ("done" as const) : ("waiting" as const);
  return c.json({ changeId, personId: change.personId, state: answered, token: token ?? null }, 200);
}

async function settle(deps: PeopleDeps, c: Context<ApiEnv>, changeId: string, given: "second" | "drop") {
  const { pool, company, at, log } = deps;
  const { personId: by } = c.var.person;
  const settled = await answerPeopleChange(pool, { company, by, at: at(), changeId, answer: given });
  if (settled.kind === "refused") return refused(deps, c, settled, changeId);
  log.info({ component: "people", personId: by, changeId, state: settled.state }, "people changed");
  return c.json({ changeId, state: settled.state === "dropped" ? ("dropped" as const) : ("done" as const) }, 200);
}

/** @throws what is no fault of the CRM's. */
function silentCrm(error: unknown): undefined {
  if (!(error instanceof ToolError)) throw error;
}

/** What each refusal is called at the door, and what is said of it. */
const told = {
  "not-known": ["wrong-role", "who asked for it is not known any more"],
  "wrong-role": ["wrong-role", `needs ${ADMIN_ROLE}`],
  "not-found": ["not-found", "nobody who could be changed"],
  "already-there": ["already-there", "is known, or was"],
  "already-decided": ["already-decided", "waits no more"],
  "asked-already": ["already-decided", "waits for that already; see `mandate people pending`"],
  "alias-taken": ["alias-taken", "is to have a name that is somebody else's in that system"],
  "own-id": ["own-id", "is always known by their own id"],
  "own-request": ["own-request", "is seconded by another admin than asked for it"],
  unchanged: ["unchanged", "is as asked already"],
} as const satisfies { readonly [code in PeopleRefusal]: readonly [ProblemCode, string] };

function refused(
  { log }: PeopleDeps,
  c: Context<ApiEnv>,
  { code }: Extract<PeopleAnswer, { kind: "refused" }>,
  of: string,
) {
  const [problem, detail] = told[code];
  log.warn({ component: "people", personId: c.var.person.personId, code }, "a change of people was refused");
  return refuse(c, problem, `\`${of}\`: ${detail}`);
}
