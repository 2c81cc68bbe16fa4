import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Logger } from "pino";
import type { LedgerPool } from "../../audit/records.ts";
import type { FunctionTable } from "../../functions/definition.ts";
import { hearersOf, heardSources, type Hearer } from "../batches/hearers.ts";
import { MAX_BATCH_BYTES, MAX_UPLOADS, MAX_WAITING_BATCHES, MAX_WAITING_BYTES } from "../batches/limits.ts";
import { receiveBatch, type Received, type SentBatch } from "../batches/receive.ts";
import type { BatchFormat } from "../batches/split.ts";
import { readBatch, waitingBatches } from "../batches/view.ts";
import { parseWindow } from "../batches/window.ts";
import type { ApiEnv } from "./auth.ts";
import { BatchShown } from "./batches.ts";
import { problemResponses, refuse } from "./problem.ts";
import { json, ok, withToken } from "./route.ts";

const Query = z.object({
  window: z.string().openapi({
    description:
      "what it is about: `2026-03`, `2026-03-02`, `2026-03-02T09` (UTC), or two of these or of instants with a slash",
  }),
  replace: z.enum(["true", "false"]).default("false").openapi({ description: "take the place of the one that stands" }),
});

const Name = z.object({ name: z.string().max(128).openapi({ description: "the source" }) });
const formats: { readonly [type: string]: BatchFormat } = {
  "application/x-ndjson": "ndjson",
  "application/ndjson": "ndjson",
  "text/csv": "csv",
};

type UploadDeps = {
  readonly pool: LedgerPool;
  readonly company: string;
  readonly functions: FunctionTable;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
  /** Called when a batch is whole. */
  readonly onBatch: () => void;
  readonly log: Logger;
};

/** The route as its callers' types know it: nothing of the stream is checked before the handler has it. */
type UploadRoute = {
  "/v1/batches/:name": {
    $post: {
      input: { param: { name: string }; query: { window: string; replace?: "true" | "false" } };
      output: BatchShown;
      outputFormat: "json";
      status: 200 | 202;
    };
  };
};

/** Takes in what comes in bulk, as a stream. */
export function batchUploadApi(deps: UploadDeps): OpenAPIHono<ApiEnv, UploadRoute> {
  const { pool, company } = deps;
  let uploads = 0;
  const app = new OpenAPIHono<ApiEnv>();
  document(app);
  app.post("/v1/batches/:name", async (c) => {
    const sent = readRequest(c, deps);
    if (sent instanceof Response) return afterAll(c, sent);
    const { batches, bytes } = await waitingBatches(pool, company);
    const isFull = batches >= MAX_WAITING_BATCHES || bytes >= MAX_WAITING_BYTES;
    if (isFull || uploads >= MAX_UPLOADS) {
      c.header("retry-after", isFull ? "30" : "5");
      const what = isFull ? `${batches} batches (${bytes} bytes) wait to be told` : `${uploads} batches are coming in`;
      return afterAll(c, refuse(c, "too-much-waits", what));
    }
    uploads += 1;
    try {
      const received = await receiveBatch({ pool, now: deps.at }, sent);
      deps.log.info(
        { component: "batches", source: sent.source, window: sent.window.name, ...received },
        "a batch came",
      );
      if (received.kind === "stored") deps.onBatch();
      return await answer(c, deps, received);
    } finally {
      uploads -= 1;
    }
  });
  return app as unknown as OpenAPIHono<ApiEnv, UploadRoute>;
}

/** What was sent, or why it is refused before a byte of it is read. */
function readRequest(c: Context<ApiEnv>, { company, functions }: UploadDeps): SentBatch | Response {
  const source = c.req.param("name") ?? "";
  const [first, ...others] = hearersOf(source, functions);
  if (first === undefined) {
    const heard = heardSources(functions);
    const known = heard.length === 0 ? "none is" : `heard are: ${heard.join(", ")}`;
    return refuse(c, "not-found", `no function hears batches of \`${source}\`; ${known}`);
  }
  const query = Query.safeParse(c.req.query());
  const window = query.success ? parseWindow(query.data.window) : undefined;
  if (!query.success || window === undefined) {
    const pointer = query.success || c.req.query("window") === undefined ? "/window" : "/replace";
    const detail =
      pointer === "/window" ? "expected such as `2026-03-02` or `2026-03-01/2026-03-08`" : "expected true or false";
    return refuse(c, "validation", "a parameter is wrong", [{ pointer, detail }]);
  }
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  const format = Object.hasOwn(formats, type) ? formats[type] : undefined;
  if (format === undefined)
    return refuse(c, "not-a-batch", `\`${type}\` is neither of ${Object.keys(formats).join(", ")}`);
  if (Number(c.req.header("content-length") ?? 0) > MAX_BATCH_BYTES) return tooLarge(c);
  const hearers: readonly [Hearer, ...Hearer[]] = [first, ...others];
  const { personId } = c.var.person;
  const body = (c.req.raw.body ?? []) as AsyncIterable<Uint8Array>;
  return { company, source, window, format, hearers, replace: query.data.replace === "true", personId, body };
}

async function answer(c: Context<ApiEnv>, { pool, company }: UploadDeps, received: Received): Promise<Response> {
  switch (received.kind) {
    case "stored":
    case "known": {
      const batch = await readBatch(pool, company, received.batchId);
      c.header("location", `/v1/batches/${received.batchId}`);
      return c.json(batch, received.kind === "stored" ? 202 : 200);
    }
    case "conflict": {
      const { batchId, digest } = received;
      return refuse(c, "batch-conflict", `\`${batchId}\` stands for this source and window, with the digest ${digest}`);
    }
    case "under-way":
      c.header("retry-after", "5");
      return afterAll(c, refuse(c, "batch-under-way", "another sender is at this source and window"));
    case "too-large":
      return tooLarge(c);
    case "unreadable": {
      const errors = received.columns.map((column) => ({ pointer: `/${column}`, detail: "not there, or there twice" }));
      return refuse(c, "batch-unreadable", "nobody who hears this source can read rows under this header", errors);
    }
  }
}

/** Lets the sender finish, and keeps nothing: one who still sends may never read an answer that came before. */
async function afterAll(c: Context, refusal: Response): Promise<Response> {
  let bytes = 0;
  for await (const piece of (c.req.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    if (bytes > MAX_BATCH_BYTES) break;
  }
  return refusal;
}

function tooLarge(c: Context): Response {
  c.header("connection", "close");
  return refuse(c, "batch-too-large", `a batch has at most ${MAX_BATCH_BYTES} bytes`);
}

/** The stream is checked as it comes in, so the route is documented by hand. */
function document(app: OpenAPIHono<ApiEnv>): void {
  const rows = z.string().openapi({ description: "a JSON object per line, or CSV under a header (RFC 4180)" });
  app.openAPIRegistry.registerPath({
    ...withToken,
    method: "post",
    path: "/v1/batches/{name}",
    summary: "Take in what a source sends of a window, as a stream; the same bytes again are the same batch",
    request: {
      params: Name,
      query: Query,
      body: { required: true, content: { "application/x-ndjson": { schema: rows }, "text/csv": { schema: rows } } },
    },
    responses: {
      ...ok("The same bytes are there already", BatchShown),
      202: { description: "Whole and stored; its objects are told next", content: json(BatchShown) },
      ...problemResponses({
        400: "A parameter is wrong; `errors` points at it",
        401: "No token of a known person",
        404: "No function hears this source",
        409: "Other bytes stand for this source and window, or another sender is at it",
        413: "More than 64 MiB",
        415: "Neither NDJSON nor CSV",
        422: "No function can read rows under this header; `errors` names the columns",
        429: "Too much waits; send it again after `retry-after` seconds",
      }),
    },
  });
}
