import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Logger } from "pino";
import { holdEvents } from "../../audit/ledgers/quarantine.ts";
import type { LedgerPool } from "../../audit/records.ts";
import type { FunctionTable } from "../../functions/definition.ts";
import type { EventDoor } from "../inbox/accept.ts";
import { oddOf, tellChange } from "../inbox/tell.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { GivenTime, IdempotencyKey, json, jsonBody, notYet, ObjectName, saidAt, withToken } from "./route.ts";

/** What happened to an object of a system of record. */
const ObjectChange = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.enum(["created", "deleted", "merged", "restored"]) }),
  z.strictObject({
    kind: z.literal("changed"),
    property: z.string().min(1).max(255),
    value: z.string().max(65_536).openapi({ description: "what the property is now; it is not kept" }),
  }),
]);

const TellEvent = z
  .strictObject({
    object: ObjectName,
    change: ObjectChange,
    at: GivenTime.optional().openapi({ description: "when it happened; now when absent" }),
  })
  .openapi("TellEvent");

const EventTold = z
  .object({
    state: z.enum(["accepted", "duplicate", "ignored", "late", "quarantined"]).openapi({
      description:
        "`ignored`: no function listens. `late`: a newer event of the object came first. `quarantined`: the key named " +
        "something else before; an operator sees to it",
    }),
    hearing: z.array(z.object({ eventId: z.string(), functionId: z.string(), caseId: z.string() })),
  })
  .openapi("EventTold");
export type EventTold = z.infer<typeof EventTold>;

const route = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/events",
  summary: "Tell what happened to an object: every function that listens has its case opened, or told",
  request: { headers: IdempotencyKey, body: jsonBody(TellEvent) },
  responses: {
    202: { description: "Durable; whoever listens hears of it", content: json(EventTold) },
    ...problemResponses({
      400: "A field is wrong, or the idempotency key is missing; `errors` points at it",
      401: "No token of a known person",
      413: "More than 256 KiB",
    }),
  },
});

type TellEventDeps = EventDoor & {
  readonly pool: LedgerPool;
  readonly company: string;
  readonly functions: FunctionTable;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
  readonly log: Logger;
};

/** A portal, or any system that has no webhook of its own here, tells what happened. */
export function tellEventApi(deps: TellEventDeps) {
  const { company, onAccepted, at, log } = deps;
  return new OpenAPIHono<ApiEnv>().openapi(route, async (c) => {
    const { object, change, at: said } = c.req.valid("json");
    const occurredAt = saidAt(said, at());
    if (occurredAt === undefined) return refuse(c, "validation", "a field is wrong", notYet);
    const key = c.req.valid("header")["idempotency-key"];
    const { personId } = c.var.person;
    const happened = { company, personId, key, object, change, said: said ?? "", occurredAt };
    const told = await tellChange({ ...deps, sql: deps.pool }, happened);
    if (told.kind === "key-reused") {
      const held = await holdEvents(deps.pool, [oddOf(happened, at())]);
      if (held.length > 0) log.error({ component: "events", personId }, "a delivery's id came again with another body");
      return c.json({ state: "quarantined" as const, hearing: [] }, 202);
    }
    const { state, hearing } = told;
    if (state === "accepted" || state === "late") onAccepted();
    log.info({ component: "events", state, heardBy: hearing.length }, "an event was told");
    return c.json({ state, hearing: [...hearing] }, 202);
  });
}
