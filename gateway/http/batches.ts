import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Sql } from "../../audit/records.ts";
import { countBatches, listBatches, readBatch, type BatchView } from "../batches/view.ts";
import type { ApiEnv } from "./auth.ts";
import { pageEnd, pagesOf, placeOf } from "./paging.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Iso, ok, withToken } from "./route.ts";

const Batch = z
  .object({
    batchId: z.string(),
    /** Where it is recorded once it is whole. */
    caseId: z.string(),
    source: z.string(),
    window: z.string(),
    from: Iso,
    until: Iso,
    format: z.enum(["ndjson", "csv"]),
    /**
     * `receiving` until it is whole, `stored` while its objects are told, then `told`. `superseded`: another one stands in
     * its place. `abandoned`: nobody sent the rest within a day.
     */
    state: z.enum(["receiving", "stored", "told", "superseded", "abandoned"]),
    /** SHA-256 (hex) of the bytes, once they are all there. */
    digest: z.string().nullable(),
    bytes: z.int(),
    rows: z.int(),
    badRows: z.int(),
    supersededBy: z.string().nullable(),
    storedAt: Iso.nullable(),
    toldAt: Iso.nullable(),
    /** How far each function is that hears it. */
    functions: z.array(
      z.object({
        functionId: z.string(),
        state: z.enum(["folding", "telling", "told"]),
        objects: z.int(),
        told: z.int(),
        underWay: z.int(),
      }),
    ),
  })
  .openapi("Batch") satisfies z.ZodType<BatchView>;

export const BatchShown = Batch.extend({
  /** The first thousand rows that could not be read. */
  bad: z.array(z.object({ line: z.int(), reason: z.string() })),
}).openapi("BatchShown");
export type BatchShown = z.infer<typeof BatchShown>;

const BatchList = z.object({ batches: z.array(Batch), ...pageEnd }).openapi("BatchList");
export type BatchList = z.infer<typeof BatchList>;

const badRequest = { 400: "A parameter is wrong", 401: "No token of a known person" };

const pages = pagesOf("batches", ["time", "id"], { most: 200, usual: 50 });

const list = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/batches",
  summary: "List batches, those that something came of last first",
  request: {
    query: z.object({ ...pages.parameters, source: z.string().max(128).optional() }),
  },
  responses: {
    ...ok("The newest batches", BatchList),
    ...problemResponses(badRequest),
  },
});

const show = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/batches/{name}",
  summary: "Read how far a batch is, and which of its rows could not be read",
  request: { params: z.object({ name: z.string().max(128).openapi({ description: "the batch's id" }) }) },
  responses: {
    ...ok("The batch", BatchShown),
    ...problemResponses({ ...badRequest, 404: "No such batch" }),
  },
});

/** How far batches are. */
export function batchesApi({ sql, company }: { readonly sql: Sql; readonly company: string }) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      const { source, limit, cursor: after, total } = c.req.valid("query");
      const rows = await listBatches(sql, company, { source, after, limit: limit + 1 });
      const { shown, next } = pages.cut(c, rows, limit, placeOf);
      const batches = shown.map(({ place: _place, ...batch }) => asJson(batch));
      return c.json({ batches, next, total: total ? await countBatches(sql, company, source) : null }, 200);
    })
    .openapi(show, async (c) => {
      const { name } = c.req.valid("param");
      const batch = await readBatch(sql, company, name);
      if (batch === undefined) return refuse(c, "not-found", `no batch \`${name}\``);
      return c.json({ ...asJson(batch), bad: [...batch.bad] }, 200);
    });
}

function asJson({ functions, ...batch }: BatchView) {
  return { ...batch, functions: [...functions] };
}
