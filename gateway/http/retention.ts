import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { endRetention } from "../../proof/privacy/end-retention.ts";
import {
  LEAST_RETENTION_DAYS,
  MOST_RETENTION_DAYS,
  readRetention,
  setRetention,
} from "../../proof/privacy/retention.ts";
import { guardRole, type ApiEnv } from "./auth.ts";
import { askerOf, changeRefusals, PRIVACY_ROLE, readRefusals, tell, type PrivacyDeps } from "./privacy.ts";
import { refuse } from "./problem.ts";
import { jsonBody, ok, withToken } from "./route.ts";

const Log = z.string().max(300).openapi({ description: "`<company>`, or `<company>~<partner>`" });

const SetRetention = z
  .strictObject({ log: Log.optional(), days: z.int().min(LEAST_RETENTION_DAYS).max(MOST_RETENTION_DAYS) })
  .openapi("SetRetention");

/** How long a log's cases stay readable. `waiting`: a shorter time, until a second person sets it too. */
const RetentionView = z
  .object({
    log: Log,
    days: z.int(),
    waiting: z.object({ days: z.int(), askedBy: z.string() }).nullable(),
  })
  .openapi("Retention");
export type RetentionView = z.infer<typeof RetentionView>;

const RetentionList = z.object({ logs: z.array(RetentionView) }).openapi("RetentionList");

const RunRetention = z
  .strictObject({
    dryRun: z.boolean(),
    after: z.string().max(600).optional().openapi({ description: "`next` of the batch before" }),
  })
  .openapi("RunRetention");

const RetentionBatchView = z
  .object({
    erased: z.array(z.object({ caseId: z.string(), recordKey: z.string().nullable() })),
    skipped: z.array(z.object({ caseId: z.string(), why: z.string() })),
    next: z.string().nullable(),
  })
  .openapi("RetentionBatch");
export type RetentionBatchView = z.infer<typeof RetentionBatchView>;

const list = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/retention",
  summary: "Read how long each log's cases stay readable",
  responses: { ...ok("What there is", RetentionList), ...readRefusals },
});
const keep = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/retention",
  summary: "Set how long a log's cases stay readable; a shorter time takes two people",
  request: { body: jsonBody(SetRetention) },
  responses: { ...ok("Taken and durable", RetentionView), ...changeRefusals },
});
const end = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/retention/run",
  summary: "Erase a batch of cases that were kept long enough, or say which they would be",
  request: { body: jsonBody(RunRetention) },
  responses: { ...ok("Taken and durable", RetentionBatchView), ...changeRefusals },
});

/** How long cases stay readable, and the erasing of those whose time is over. */
export function retentionApi(deps: PrivacyDeps) {
  const { pool, company } = deps;
  const app = new OpenAPIHono<ApiEnv>();
  guardRole(app, "/v1/retention", PRIVACY_ROLE);
  return app
    .openapi(list, async (c) => c.json({ logs: await readRetention(pool, company) }, 200))
    .openapi(keep, async (c) => {
      const { log: name = company, days } = c.req.valid("json");
      if (name !== company && !name.startsWith(`${company}~`)) return refuse(c, "not-found", `no log \`${name}\``);
      const setting = await setRetention(pool, askerOf(c, deps), { log: name, days });
      tell(c, deps, setting, "retention set");
      return c.json(setting, 200);
    })
    .openapi(end, async (c) => {
      const { dryRun, after = "" } = c.req.valid("json");
      const batch = await endRetention(pool, askerOf(c, deps), { dryRun, after });
      const counts = { erased: batch.erased.length, skipped: batch.skipped.length };
      tell(c, deps, { dryRun, ...counts }, "retention ended");
      return c.json({ ...batch, erased: [...batch.erased], skipped: [...batch.skipped] }, 200);
    });
}
