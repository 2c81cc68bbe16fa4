import type { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { Sql } from "../../audit/records.ts";
import { PEER_ROLE } from "../peers/door.ts";
import { personOf, type Person } from "../../audit/ledgers/directory.ts";
import { personOfSession } from "../../audit/ledgers/sessions.ts";
import { refuse } from "./problem.ts";
import { isOurOwn, sessionToken } from "./session-cookie.ts";

/** What handlers behind the door find in their context. `seal` makes a place in the list that is asked for a cursor. */
export type ApiEnv = { Variables: { person: Person; seal: (place: string) => string } };

/** Paths that need no token. Webhooks prove themselves by signature instead, and links are signed by us. */
const open: readonly RegExp[] = [
  /^\/livez$/,
  /^\/readyz$/,
  /^\/openapi\.json$/,
  /^\/webhooks\//,
  /^\/agree$/,
  /^\/login(?:\/people)?$/,
  /^\/console(?:\/|$)/,
];

/** What the tokens of other companies are for. */
const forPeers = /^\/v1\/agreements\/[^/]+\/words$/;

const bearer = /^Bearer ([\x21-\x7e]{1,512})$/i;

/**
 * Lets nobody past without a person's token or the session of the console, on every path that is not listed as open, routes that do not exist
 * included. No token, a malformed one and an unknown one get the same answer.
 */
export function requirePerson(sql: Sql, company: string): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (open.some((path) => path.test(c.req.path))) return next();
    const token = bearer.exec(c.req.header("authorization") ?? "")?.[1];
    const session = token === undefined ? sessionToken(c) : undefined;
    const person = token === undefined ? await personIn(sql, company, session) : await personOf(sql, company, token);
    if (person !== undefined && session !== undefined && !isOurOwn(c)) {
      return refuse(c, "other-site", "what changes something comes from the console's own page");
    }
    if (person === undefined) {
      c.header("www-authenticate", "Bearer");
      return refuse(c, "not-authenticated", "the request carries no token of a person known here");
    }
    // Another company's token says words and opens nothing.
    if (person.role === PEER_ROLE && !forPeers.test(c.req.path)) {
      return refuse(c, "wrong-role", "a company's token brings words about agreements and opens nothing else");
    }
    c.set("person", person);
    return next();
  };
}

/** Who is logged in to the console. */
function personIn(sql: Sql, company: string, session: string | undefined): Promise<Person | undefined> {
  if (session === undefined) return Promise.resolve(undefined);
  return personOfSession(sql, company, session, new Date().toISOString());
}

/** Lets only one role past, on a path (`:name` stands for one step of it) and on all below it. */
export function guardRole(app: OpenAPIHono<ApiEnv>, path: string, role: string): void {
  // The pattern covers the path itself too.
  app.use(`${path}/*`, async (c, next) => {
    const { role: has } = c.var.person;
    return has === role ? next() : refuse(c, "wrong-role", `needs ${role}, not ${has}`);
  });
}
