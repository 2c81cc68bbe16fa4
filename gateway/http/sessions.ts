import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Logger } from "pino";
import { listPeople, personOf, readPerson, type Person } from "../../audit/ledgers/directory.ts";
import { beginSession, endSession } from "../../audit/ledgers/sessions.ts";
import type { Sql } from "../../audit/records.ts";
import { PEER_ROLE } from "../peers/door.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Iso, jsonBody, ok, withToken } from "./route.ts";
import { CONSOLE_HEADER, dropSession, giveSession, isOurOwn, LOGIN_PATH, sessionToken } from "./session-cookie.ts";

/** Tokens of these are for systems and companies, which have no screen. */
const faceless: ReadonlySet<string> = new Set([PEER_ROLE, "system"]);

/** People whom a picker shows, at most. */
const MOST = 100;

const Somebody = z.object({ personId: z.string(), name: z.string(), role: z.string() });

const picker = createRoute({
  method: "get",
  path: `${LOGIN_PATH}/people` as const,
  summary: "Whom one may log in as on this machine, in development; looking logs nobody in",
  responses: {
    ...ok("The people of the directory who can log in", z.object({ people: z.array(Somebody) }).openapi("LoginPeople")),
    ...problemResponses({ 403: "Not in development on this machine" }),
  },
});

const LoginBody = z
  .union([
    z.strictObject({ personId: z.string().min(1).max(100) }),
    z.strictObject({ token: z.string().min(1).max(512) }),
  ])
  .openapi("Login", {
    description: "a person's token; or, in development on this machine, whom one is",
  });

const login = createRoute({
  method: "post",
  path: LOGIN_PATH,
  summary: "Log in to the console: a session in a cookie that no script reads",
  request: {
    headers: z.object({
      [CONSOLE_HEADER]: z.string().openapi({ description: "any; a form of another site says none" }),
    }),
    body: jsonBody(LoginBody),
  },
  responses: {
    ...ok("Logged in", Somebody.extend({ expiresAt: Iso }).openapi("LoggedIn")),
    ...problemResponses({
      400: "A field is wrong; `errors` points at it",
      401: "Nobody known here",
      403: "Picking people is for development on this machine, or the request is of another site",
      413: "More than 256 KiB",
    }),
  },
});

const me = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/me",
  summary: "Who asks",
  responses: {
    ...ok("Who they are", Somebody.openapi("Me")),
    ...problemResponses({ 401: "No token of a known person" }),
  },
});

const logout = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/logout",
  summary: "End the console's session",
  request: { body: jsonBody(z.strictObject({})) },
  responses: {
    ...ok("Logged out", z.object({ state: z.literal("logged-out") }).openapi("LoggedOut")),
    ...problemResponses({ 400: "A field is wrong", 401: "No token of a known person", 413: "More than 256 KiB" }),
  },
});

export type SessionDeps = {
  readonly sql: Sql;
  readonly company: string;
  /** Whether anybody on this machine may say who they are: development alone, and where only this machine is listened to. */
  readonly devLogin: "open" | "closed";
  readonly log: Logger;
};

const closed = "picking who one is works in development, on this machine alone";
const wallTime = () => new Date().toISOString();

/** Who is logged in to the console. */
export function sessionsApi({ sql, company, devLogin, log }: SessionDeps) {
  const begin = async (c: Context<ApiEnv>, person: Person) => {
    const { token, expiresAt } = await beginSession(sql, company, person.personId, wallTime());
    giveSession(c, token);
    log.info({ component: "sessions", personId: person.personId }, "logged in");
    const { personId, name, role } = person;
    return { personId, name, role, expiresAt };
  };
  return new OpenAPIHono<ApiEnv>()
    .openapi(picker, async (c) => {
      if (devLogin !== "open") return refuse(c, "login-closed", closed);
      const listed = await listPeople(sql, company, { limit: MOST });
      const people = listed.filter(
        ({ hasToken, revokedAt, role }) => hasToken && revokedAt === null && !faceless.has(role),
      );
      return c.json({ people: people.map(({ personId, name, role }) => ({ personId, name, role })) }, 200);
    })
    .openapi(login, async (c) => {
      const body = c.req.valid("json");
      if (!isOurOwn(c)) return refuse(c, "other-site", "a login comes from the console's own page");
      if ("personId" in body && devLogin !== "open") return refuse(c, "login-closed", closed);
      const person =
        "token" in body ? await personOf(sql, company, body.token) : await pickable(sql, company, body.personId);
      if (person === undefined || faceless.has(person.role)) {
        return refuse(c, "not-authenticated", "nobody who is known here and has a screen");
      }
      return c.json(await begin(c, person), 200);
    })
    .openapi(me, (c) => {
      const { personId, name, role } = c.var.person;
      return c.json({ personId, name, role }, 200);
    })
    .openapi(logout, async (c) => {
      const token = sessionToken(c);
      if (token !== undefined) await endSession(sql, company, token);
      dropSession(c);
      return c.json({ state: "logged-out" as const }, 200);
    });
}

/** Somebody who could log in with a token of their own. */
async function pickable(sql: Sql, company: string, personId: string): Promise<Person | undefined> {
  const found = await readPerson(sql, company, personId);
  return found?.hasToken === true && found.revokedAt === null ? found : undefined;
}
