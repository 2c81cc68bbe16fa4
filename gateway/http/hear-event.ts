import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Logger } from "pino";
import type { Ledger } from "../../audit/records.ts";
import type { EventDoor } from "../inbox/accept.ts";
import { hearLate } from "../inbox/hear.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { json, jsonBody, withToken } from "./route.ts";

const ROLE = "ops-engineer";

const EventHeard = z
  .object({ eventId: z.string(), caseId: z.string(), state: z.literal("accepted") })
  .openapi("EventHeard");

const route = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/events/{eventId}/hear",
  summary: "Undo that an event is held as late: its function hears of the object, and reads the record as it is now",
  request: {
    params: z.object({ eventId: z.string().regex(/^evt_[0-9a-f]{20}$/, "expected an event's id") }),
    body: jsonBody(z.strictObject({ reason: z.string().trim().min(1).max(900) }).openapi("HearEvent")),
  },
  responses: {
    202: { description: "Durable; its case hears of it", content: json(EventHeard) },
    ...problemResponses({
      400: "A field is wrong; `errors` points at it",
      401: "No token of a known person",
      403: "The role may not",
      404: "No such event",
      409: "It is not held as late, or was heard for another reason",
      413: "More than 256 KiB",
    }),
  },
});

type Deps = EventDoor & {
  readonly sql: Ledger;
  readonly company: string;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
  readonly log: Logger;
};

/** Has an event heard that came late. */
export function hearEventApi(deps: Deps) {
  const { company, at, onAccepted, log } = deps;
  return new OpenAPIHono<ApiEnv>().openapi(route, async (c) => {
    const { eventId } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    const { personId, role } = c.var.person;
    if (role !== ROLE) return refuse(c, "wrong-role", `needs ${ROLE}, not ${role}`);
    const heard = await hearLate(deps, { company, eventId, personId, reason, at: at() });
    switch (heard.kind) {
      case "not-found":
        return refuse(c, "not-found", `no event \`${eventId}\``);
      case "not-late":
        return refuse(c, "not-late", `it is ${heard.state}`);
      case "key-reused":
        return refuse(c, "idempotency-key-reused", "you had it heard before, for another reason");
      case "accepted": {
        if (heard.fresh) onAccepted();
        log.info({ component: "events", personId, eventId, heardAs: heard.eventId }, "a late event is heard");
        return c.json({ eventId: heard.eventId, caseId: heard.caseId, state: "accepted" as const }, 202);
      }
    }
  });
}
