import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Sql } from "../../../audit/records.ts";
import type { ApiEnv } from "../auth.ts";
import { EventList } from "../contract.ts";
import { problemResponses, refuse } from "../problem.ts";
import { readCursor } from "../views/cursor.ts";
import { readEvents } from "../views/events.ts";

const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 50;
const BEGINNING = "1970-01-01T00:00:00Z";

const Query = z.object({
  since: z.iso.datetime({ offset: true }).default(BEGINNING).openapi({ description: "received at or after this time" }),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, "expected a whole number")
    .transform(Number)
    .pipe(z.int().min(1).max(MAX_LIMIT))
    .default(DEFAULT_LIMIT)
    .openapi({ type: "integer", minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT }),
  cursor: z.string().max(256).optional().openapi({ description: "`next` of the page before" }),
});

const route = createRoute({
  method: "get",
  path: "/v1/events",
  summary: "List events in the order they came, with what became of each",
  security: [{ personToken: [] }],
  request: { query: Query },
  responses: {
    200: { description: "A page of events", content: { "application/json": { schema: EventList } } },
    ...problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person" }),
  },
});

export function mountEvents(app: OpenAPIHono<ApiEnv>, { sql, company }: { sql: Sql; company: string }): void {
  app.openapi(route, async (c) => {
    const { since, limit, cursor } = c.req.valid("query");
    const after = cursor === undefined ? undefined : readCursor(cursor);
    if (cursor !== undefined && after === undefined) {
      const detail = "not a cursor that this API gave";
      return refuse(c, "validation", "a parameter is wrong", [{ pointer: "/cursor", detail }]);
    }
    return c.json(await readEvents(sql, { company, since, after, limit }), 200);
  });
}
