import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { countHolds, readHolds, releaseHold, setHold } from "../../proof/privacy/holds.ts";
import { readScope } from "../../proof/privacy/scope.ts";
import { guardRole, type ApiEnv } from "./auth.ts";
import {
  askerOf,
  changeRefusals,
  noSubject,
  PRIVACY_ROLE,
  readRefusals,
  Reason,
  refused,
  tell,
  type PrivacyDeps,
} from "./privacy.ts";
import { pageEnd, pagesOf, placeOf } from "./paging.ts";
import { refuse } from "./problem.ts";
import { Iso, jsonBody, ok, withToken } from "./route.ts";

const Scope = z.string().max(600).openapi({ description: "`company`, `case:<case id>` or `person:<person id>`" });

const SetHold = z.strictObject({ scope: Scope, reason: Reason }).openapi("SetHold");
const ReleaseHold = z.strictObject({ reason: Reason }).openapi("ReleaseHold");

const HoldView = z
  .object({
    holdId: z.string(),
    scope: Scope,
    reason: z.string(),
    setBy: z.string(),
    setAt: Iso,
    released: z.object({ by: z.string(), at: Iso, reason: z.string() }).nullable(),
  })
  .openapi("LegalHold");
export type HoldView = z.infer<typeof HoldView>;

const HoldList = z.object({ holds: z.array(HoldView), ...pageEnd }).openapi("LegalHoldList");

const pages = pagesOf("holds", ["part", "time", "id"], { most: 200 });

const list = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/holds",
  summary: "List legal holds, standing ones first",
  request: { query: z.object(pages.parameters) },
  responses: { ...ok("What there is", HoldList), ...readRefusals },
});
const set = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/holds",
  summary: "Set a legal hold on a case, a person or the whole company: nothing of it is erased",
  request: { body: jsonBody(SetHold) },
  responses: { ...ok("Taken and durable", HoldView), ...changeRefusals },
});
const release = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/holds/{holdId}/release",
  summary: "Release a legal hold",
  request: { params: z.object({ holdId: z.string().max(64) }), body: jsonBody(ReleaseHold) },
  responses: { ...ok("Taken and durable", HoldView), ...changeRefusals },
});

/** Legal holds: nothing under one is erased. */
export function holdsApi(deps: PrivacyDeps) {
  const { pool, company } = deps;
  const app = new OpenAPIHono<ApiEnv>();
  guardRole(app, "/v1/holds", PRIVACY_ROLE);
  return app
    .openapi(list, async (c) => {
      const { limit, cursor: after, total } = c.req.valid("query");
      const { shown, next } = pages.cut(c, await readHolds(pool, company, { after, limit: limit + 1 }), limit, placeOf);
      const holds = shown.map(({ place: _place, ...hold }) => hold);
      return c.json({ holds, next, total: total ? await countHolds(pool, company) : null }, 200);
    })
    .openapi(set, async (c) => {
      const { scope: given, reason } = c.req.valid("json");
      const scope = readScope(company, given);
      if (scope === undefined) return refuse(c, "validation", "a field is wrong", noSubject("/scope"));
      const hold = await setHold(pool, askerOf(c, deps), { scope, reason });
      if ("kind" in hold) return refused(c, deps, hold);
      tell(c, deps, { holdId: hold.holdId }, "legal hold set");
      return c.json(hold, 200);
    })
    .openapi(release, async (c) => {
      const { holdId } = c.req.valid("param");
      const hold = await releaseHold(pool, askerOf(c, deps), { holdId, ...c.req.valid("json") });
      if ("kind" in hold) return refused(c, deps, hold);
      tell(c, deps, { holdId }, "legal hold released");
      return c.json(hold, 200);
    });
}
