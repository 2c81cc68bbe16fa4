import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { countPeople, listPeople, readPerson, type Person } from "../../audit/ledgers/directory.ts";
import { ADMIN_ROLE } from "../../audit/ledgers/people-changes.ts";
import { aliasKinds } from "../../domain/alias.ts";
import type { Sql } from "../../audit/records.ts";
import type { ApiEnv } from "./auth.ts";
import { pageEnd, pagesOf } from "./paging.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Iso, ok, withToken } from "./route.ts";

export const AliasView = z
  .object({
    system: z.string(),
    kind: z.enum(aliasKinds),
    alias: z.string().openapi({ description: "in compatibility form, small letters and single spaces" }),
  })
  .openapi("PersonAlias");

const PersonView = z
  .object({
    personId: z.string(),
    name: z.string(),
    role: z.string(),
    hasToken: z.boolean().openapi({ description: "false for somebody who asks and never logs in" }),
    revokedAt: Iso.nullable(),
  })
  .openapi("Person");
export type PersonView = z.infer<typeof PersonView>;

const PersonShown = PersonView.extend({ aliases: z.array(AliasView) }).openapi("PersonShown");
const PersonList = z.object({ people: z.array(PersonView), ...pageEnd }).openapi("PersonList");

const pages = pagesOf("people", ["id"], { most: 200 });

/** How a path names somebody. */
export const PersonId = z.object({ personId: z.string().regex(/^[^\s\p{C}]{1,100}$/u, "expected a person's id") });

const list = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/people",
  summary: "List who is known here, by id; those who were revoked are among them",
  request: { query: z.object(pages.parameters) },
  responses: {
    ...ok("A page of them", PersonList),
    ...problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person" }),
  },
});

const show = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/people/{personId}",
  summary: "Read what systems call somebody; for admins, and for oneself",
  request: { params: PersonId },
  responses: {
    ...ok("The person", PersonShown),
    ...problemResponses({
      400: "The id is no id",
      401: "No token of a known person",
      403: "Neither an admin nor oneself",
      404: "There is no such person",
    }),
  },
});

/** Who is who. What changes it is in people-changes.ts. */
export function peopleApi({ sql, company }: { readonly sql: Sql; readonly company: string }) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      const { limit, cursor, total } = c.req.valid("query");
      const rows = await listPeople(sql, company, { after: cursor?.[0], limit: limit + 1 });
      const { shown, next } = pages.cut(c, rows, limit, ({ personId }) => [personId]);
      return c.json({ people: [...shown], next, total: total ? await countPeople(sql, company) : null }, 200);
    })
    .openapi(show, async (c) => {
      const { personId } = c.req.valid("param");
      if (!mayRead(c.var.person, personId)) return refuse(c, "wrong-role", `needs ${ADMIN_ROLE}, or to be oneself`);
      const found = await readPerson(sql, company, personId);
      if (found === undefined) return refuse(c, "not-found", `nobody here is called \`${personId}\``);
      return c.json({ ...found, aliases: [...found.aliases] }, 200);
    });
}

function mayRead(person: Person, personId: string): boolean {
  return person.role === ADMIN_ROLE || person.personId === personId;
}
