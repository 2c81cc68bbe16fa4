import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import { lookAt } from "../../audit/ledgers/sessions.ts";
import type { Sql } from "../../audit/records.ts";
import type { ChangeFeed, Told } from "../changes/feed.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses } from "./problem.ts";
import { jsonBody, ok, withToken } from "./route.ts";
import { sessionToken } from "./session-cookie.ts";

/** A comment is sent so often, so that nobody between us takes the connection for dead. */
const HEARTBEAT_MS = 15_000;

const changes = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/changes",
  summary:
    "Hear that questions changed, as server-sent events; who comes back with Last-Event-ID hears what was missed",
  request: { headers: z.object({ "last-event-id": z.string().max(64).optional() }) },
  responses: {
    200: {
      description:
        "`escalation` {escalationId, version, state}, `presence` {escalationId, people}, `sync` where what was missed is not known any more: read everything anew. It tells that something changed, never what",
      content: { "text/event-stream": { schema: z.string() } },
    },
    ...problemResponses({ 400: "A header is wrong", 401: "No token of a known person" }),
  },
});

const presence = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/presence",
  summary: "Say which question is on one's screen; it is told to others and locks nothing",
  request: {
    body: jsonBody(
      z.strictObject({ escalationId: z.string().max(64).nullable() }).openapi("Presence", {
        description: "null: none any more",
      }),
    ),
  },
  responses: {
    ...ok("Told", z.object({ state: z.literal("told") }).openapi("PresenceTold")),
    ...problemResponses({ 400: "A field is wrong", 401: "No token of a known person", 413: "More than 256 KiB" }),
  },
});

type ChangesDeps = { readonly sql: Sql; readonly company: string; readonly changes: ChangeFeed };

/** What happens while somebody has the console open. */
export function changesApi({ sql, company, changes: feed }: ChangesDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(changes, (c) => {
      const after = c.req.valid("header")["last-event-id"];
      // Proxies that gather what they pass on would hold changes back.
      c.header("x-accel-buffering", "no");
      return streamSSE(c, async (stream) => {
        let stop = () => {};
        await new Promise<void>((resolve) => {
          const write = ({ id, change: { kind, ...data } }: Told) => {
            stream.writeSSE({ id, event: kind, data: JSON.stringify(data) }).catch(() => resolve());
          };
          const say = (comment: string) => void stream.write(`: ${comment}\n\n`).catch(() => resolve());
          const stopHearing = feed.listen(after, write, resolve);
          const beat = setInterval(() => say("still here"), HEARTBEAT_MS);
          stop = () => {
            clearInterval(beat);
            stopHearing();
          };
          stream.onAbort(resolve);
          say("listening");
        });
        stop();
      });
    })
    .openapi(presence, async (c) => {
      const { escalationId } = c.req.valid("json");
      const token = sessionToken(c);
      if (token !== undefined) await lookAt(sql, company, { token, escalationId, at: new Date().toISOString() });
      feed.poke();
      return c.json({ state: "told" as const }, 200);
    });
}
