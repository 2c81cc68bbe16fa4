import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import {
  countQuarantined,
  listQuarantined,
  quarantineCodes,
  quarantineStates,
  readQuarantined,
  settleQuarantined,
} from "../../audit/ledgers/quarantine.ts";
import { replayQuarantined, type ReplayDeps } from "../inbox/replay.ts";
import { guardRole, type ApiEnv } from "./auth.ts";
import { pageEnd, pagesOf } from "./paging.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Iso, jsonBody, ok, withToken } from "./route.ts";

/** Who reads what a source sent, and says what becomes of it. Everybody known here may see that there is something. */
const ROLE = "ops-engineer";

const QuarantinedView = z
  .object({
    quarantineId: z.string(),
    caseId: z.string().openapi({ description: "where it is recorded" }),
    source: z.string(),
    code: z.enum(quarantineCodes).openapi({ description: "why it cannot be taken" }),
    state: z.enum(quarantineStates),
    receivedAt: Iso,
    times: z.int().openapi({ description: "how often it came" }),
    settledAt: Iso.nullable(),
  })
  .openapi("QuarantinedEvent");
export type QuarantinedView = z.infer<typeof QuarantinedView>;

const QuarantinedShown = QuarantinedView.extend({
  why: z.string().nullable().openapi({ description: "in words; null once they were erased" }),
  text: z.string().nullable().openapi({ description: "what the source sent; null once it was erased" }),
}).openapi("QuarantinedEventShown");
export type QuarantinedShown = z.infer<typeof QuarantinedShown>;

const QuarantineList = z.object({ events: z.array(QuarantinedView), ...pageEnd }).openapi("QuarantineList");

const Replayed = z
  .object({ quarantineId: z.string(), state: z.literal("replayed"), eventIds: z.array(z.string()) })
  .openapi("QuarantinedEventReplayed");
const Dropped = z.object({ quarantineId: z.string(), state: z.literal("dropped") }).openapi("QuarantinedEventDropped");

const pages = pagesOf("quarantine", ["time", "id"], { most: 200, usual: 50 });
const params = z.object({
  quarantineId: z.string().regex(/^qua_[0-9a-f]{20}$/, "expected an id such as `mandate events held` prints"),
});

const list = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/events/quarantine",
  summary: "List events that came and could not be taken, in the order they came",
  request: { query: z.object({ ...pages.parameters, state: z.enum(quarantineStates).optional() }) },
  responses: {
    ...ok("A page of them", QuarantineList),
    ...problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person" }),
  },
});

const refusals = {
  400: "A field is wrong; `errors` points at it",
  401: "No token of a known person",
  403: "The role may not",
  404: "There is no such event",
};

const show = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/events/quarantine/{quarantineId}",
  summary: "Read what came, and why it cannot be taken",
  request: { params },
  responses: { ...ok("The event as it came", QuarantinedShown), ...problemResponses(refusals) },
});

const replay = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/events/quarantine/{quarantineId}/replay",
  summary: "Read it again, after what was wrong is mended: it is taken as if it came now",
  request: { params, body: jsonBody(z.strictObject({}).openapi("ReplayQuarantined")) },
  responses: {
    ...ok("Taken and durable", Replayed),
    ...problemResponses({
      ...refusals,
      409: "It cannot be taken yet, or left the quarantine",
      413: "More than 256 KiB",
    }),
  },
});

const drop = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/events/quarantine/{quarantineId}/drop",
  summary: "Say that nothing is to come of it, and why",
  request: {
    params,
    body: jsonBody(z.strictObject({ reason: z.string().trim().min(1).max(1_000) }).openapi("DropQuarantined")),
  },
  responses: {
    ...ok("Dropped and recorded", Dropped),
    ...problemResponses({ ...refusals, 409: "It left the quarantine before", 413: "More than 256 KiB" }),
  },
});

/** Events that could not be taken: to be read, replayed and dropped. */
export function quarantineApi(deps: ReplayDeps) {
  const { pool, company, at, log, onAccepted } = deps;
  const tell = (personId: string, quarantineId: string, what: string) =>
    log.info({ component: "quarantine", personId, quarantineId }, what);
  const app = new OpenAPIHono<ApiEnv>();
  guardRole(app, "/v1/events/quarantine/:quarantineId", ROLE);
  return app
    .openapi(list, async (c) => {
      const { state, limit, cursor: after, total } = c.req.valid("query");
      const { shown, next } = pages.cut(
        c,
        await listQuarantined(pool, company, { state, after, limit: limit + 1 }),
        limit,
        ({ place }) => place,
      );
      const events = shown.map(({ place: _place, ...view }) => view);
      return c.json({ events, next, total: total ? await countQuarantined(pool, company, state) : null }, 200);
    })
    .openapi(show, async (c) => {
      const { quarantineId } = c.req.valid("param");
      const found = await readQuarantined(pool, { company, quarantineId });
      return found === undefined ? refuse(c, ...absent(quarantineId)) : c.json(found, 200);
    })
    .openapi(replay, async (c) => {
      const { quarantineId } = c.req.valid("param");
      const { personId } = c.var.person;
      const found = await readQuarantined(pool, { company, quarantineId });
      if (found === undefined) return refuse(c, ...absent(quarantineId));
      if (found.state !== "held") return refuse(c, "left-quarantine", `it was ${found.state}`);
      const replayed = await replayQuarantined(deps, found);
      if (replayed.kind === "odd") return refuse(c, "still-odd", replayed.why);
      const { eventIds } = replayed;
      const settling = { company, quarantineId, change: "replayed", eventIds, personId, reason: undefined } as const;
      if (!(await settleQuarantined(pool, { ...settling, at: at() }))) return refuse(c, "left-quarantine", "meanwhile");
      onAccepted();
      tell(personId, quarantineId, "an event was replayed");
      return c.json({ quarantineId, state: "replayed" as const, eventIds: [...eventIds] }, 200);
    })
    .openapi(drop, async (c) => {
      const { quarantineId } = c.req.valid("param");
      const { reason } = c.req.valid("json");
      const { personId } = c.var.person;
      const found = await readQuarantined(pool, { company, quarantineId });
      if (found === undefined) return refuse(c, ...absent(quarantineId));
      const settling = { company, quarantineId, change: "dropped", eventIds: [], personId, reason } as const;
      const isSettled = await settleQuarantined(pool, { ...settling, at: at() });
      if (!isSettled) return refuse(c, "left-quarantine", `it was ${found.state}`);
      tell(personId, quarantineId, "an event was dropped");
      return c.json({ quarantineId, state: "dropped" as const }, 200);
    });
}

function absent(quarantineId: string): ["not-found", string] {
  return ["not-found", `no \`${quarantineId}\` in quarantine`];
}
