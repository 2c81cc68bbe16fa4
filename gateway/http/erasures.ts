import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { askErasure, confirmErasure, countAskedErasures, readAskedErasures } from "../../proof/privacy/erasure.ts";
import { erasureGrounds } from "../../proof/privacy/grounds.ts";
import { readSubject } from "../../proof/privacy/scope.ts";
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

const Subject = z.string().max(600).openapi({ description: "`case:<case id>` or `person:<person id>`" });
const Ground = z
  .enum(erasureGrounds)
  .openapi({ description: "Art. 17(1)(a) to (e) GDPR in words, or the end of retention" });
const Records = z.int().openapi({ description: "audit records that a part of is sealed under the subject's key" });

const AskErasure = z.strictObject({ subject: Subject, ground: Ground, reason: Reason }).openapi("AskErasure");

/** A confirmation says nothing more than who gives it. */
const Confirmation = z.strictObject({}).openapi("ErasureConfirmation");

const ErasureView = z
  .object({
    erasureId: z.string(),
    subject: Subject,
    ground: Ground,
    reason: z.string(),
    askedBy: z.string(),
    askedAt: Iso,
  })
  .openapi("Erasure");
export type ErasureView = z.infer<typeof ErasureView>;

const ErasureAsked = ErasureView.extend({
  records: Records,
  signatures: z.int().openapi({ description: "signed policy changes of a person; they keep the person's id" }),
}).openapi("ErasureAsked");

const ErasureList = z.object({ erasures: z.array(ErasureView), ...pageEnd }).openapi("ErasureList");

const pages = pagesOf("erasures", ["time", "id"], { most: 200 });

/** `Traces` of proof/privacy/traces.ts. */
const TracesView = z
  .object({
    records: z.int().openapi({
      description: "records of other cases that still bear the person's id, name or what systems call them",
    }),
    cases: z.array(z.string()).readonly(),
    until: Iso.nullable().openapi({
      description: "when the last of these cases is erased by the end of its retention",
    }),
    all: z.boolean().openapi({ description: "every record was read; otherwise the newest, in the time there was" }),
  })
  .openapi("ErasureTraces");

/** The subject is named as envelopes name it, for ever; nobody knows any more who that was. */
const ErasureDone = z
  .object({
    erasureId: z.string(),
    subjectId: z.string(),
    recordKey: z.string(),
    records: Records,
    traces: TracesView.optional(),
  })
  .openapi("ErasureDone");
export type ErasureDone = z.infer<typeof ErasureDone>;

const list = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/erasures",
  summary: "List erasures that wait for a second person",
  request: { query: z.object(pages.parameters) },
  responses: { ...ok("What there is", ErasureList), ...readRefusals },
});
const ask = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/erasures",
  summary: "Ask to erase a case or a person; another person confirms it",
  request: { body: jsonBody(AskErasure) },
  responses: { ...ok("Taken and durable", ErasureAsked), ...changeRefusals },
});
const confirm = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/erasures/{erasureId}/confirm",
  summary: "Carry an erasure out, as the second person: the key is destroyed and the ledgers are overwritten",
  request: { params: z.object({ erasureId: z.string().max(64) }), body: jsonBody(Confirmation) },
  responses: { ...ok("Taken and durable", ErasureDone), ...changeRefusals },
});

/** Erasures: one person asks, another confirms. */
export function erasuresApi(deps: PrivacyDeps) {
  const { pool, company } = deps;
  const app = new OpenAPIHono<ApiEnv>();
  guardRole(app, "/v1/erasures", PRIVACY_ROLE);
  return app
    .openapi(list, async (c) => {
      const { limit, cursor: after, total } = c.req.valid("query");
      const rows = await readAskedErasures(pool, company, { after, limit: limit + 1 });
      const { shown, next } = pages.cut(c, rows, limit, placeOf);
      const erasures = shown.map(({ place: _place, ...erasure }) => erasure);
      return c.json({ erasures, next, total: total ? await countAskedErasures(pool, company) : null }, 200);
    })
    .openapi(ask, async (c) => {
      const { subject: given, ...rest } = c.req.valid("json");
      const subject = readSubject(company, given);
      if (subject === undefined) return refuse(c, "validation", "a field is wrong", noSubject("/subject"));
      const asked = await askErasure(pool, askerOf(c, deps), { ...rest, subject });
      if (asked.kind === "refused") return refused(c, deps, asked);
      const { erasure, records, signatures } = asked;
      tell(c, deps, { erasureId: erasure.erasureId }, "erasure asked for");
      return c.json({ ...erasure, records, signatures }, 200);
    })
    .openapi(confirm, async (c) => {
      const erased = await confirmErasure(pool, askerOf(c, deps), c.req.valid("param").erasureId);
      if (erased.kind === "refused") return refused(c, deps, erased);
      const { kind: _kind, ...view } = erased;
      tell(c, deps, view, "erased");
      return c.json(view, 200);
    });
}
