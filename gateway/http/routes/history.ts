import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import {
  decisionIdsNamed,
  readDecisionHistory,
  readExplainable,
  type ExplainableDecision,
} from "../../../audit/ledgers/decision-history.ts";
import type { Sql } from "../../../audit/records.ts";
import { explain, explainUnruled, type Explanation } from "../../../guardrails/explain/explain.ts";
import { policyFromDocument } from "../../../guardrails/policy-document.ts";
import type { ApiEnv } from "../auth.ts";
import { DecisionHistory, ExplanationView } from "../contract/history.ts";
import { problemResponses, refuse } from "../problem.ts";
import { readCursor, writeCursor } from "../views/cursor.ts";

const MAX_LIMIT = 1_000;
const BEGINNING = "1970-01-01T00:00:00Z";
/** Decisions of one case that a refusal names. */
const NAMED = 10;

const Query = z.object({
  policy: z.string().min(1).max(64).openapi({ description: "the policy's id" }),
  since: z.iso.datetime({ offset: true }).default(BEGINNING).openapi({ description: "decided at or after this time" }),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, "expected a whole number")
    .transform(Number)
    .pipe(z.int().min(1).max(MAX_LIMIT))
    .default(MAX_LIMIT)
    .openapi({ type: "integer", minimum: 1, maximum: MAX_LIMIT, default: MAX_LIMIT }),
  cursor: z.string().max(256).optional().openapi({ description: "`next` of the page before" }),
});

const history = createRoute({
  method: "get",
  path: "/v1/decisions/history",
  summary: "Read a policy's decisions in the order they were taken, for replaying them under another",
  security: [{ personToken: [] }],
  request: { query: Query },
  responses: {
    200: { description: "A page of decisions", content: { "application/json": { schema: DecisionHistory } } },
    ...problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person" }),
  },
});

const explanation = createRoute({
  method: "get",
  path: "/v1/decisions/{id}/explanation",
  summary: "Explain a decision, by its id, its escalation's, or that of a case with a single decision",
  security: [{ personToken: [] }],
  request: { params: z.object({ id: z.string().max(512) }) },
  responses: {
    200: { description: "Why it came out so", content: { "application/json": { schema: ExplanationView } } },
    ...problemResponses({
      400: "The case has several decisions",
      401: "No token of a known person",
      404: "No such decision",
    }),
  },
});

/** Mounted before `/v1/decisions/{decisionId}`, which would take `history` for an id. */
export function mountHistory(app: OpenAPIHono<ApiEnv>, { sql, company }: { sql: Sql; company: string }): void {
  app.openapi(history, async (c) => {
    const { policy: policyId, since, limit, cursor } = c.req.valid("query");
    const after = cursor === undefined ? undefined : readCursor(cursor);
    if (cursor !== undefined && after === undefined) {
      const detail = "not a cursor that this API gave";
      return refuse(c, "validation", "a parameter is wrong", [{ pointer: "/cursor", detail }]);
    }
    const { decisions, next } = await readDecisionHistory(sql, { company, policyId, since, after, limit });
    const page: DecisionHistory = { decisions, next: next && writeCursor(next) };
    return c.json(page, 200);
  });
  app.openapi(explanation, async (c) => {
    const { id } = c.req.valid("param");
    const [found, ...others] = await decisionIdsNamed(sql, company, id, NAMED);
    if (found === undefined) return refuse(c, "not-found", `no decision, escalation or case \`${id}\``);
    if (others.length > 0) {
      return refuse(c, "validation", `\`${id}\` has several decisions: ${[found, ...others].join(", ")}`);
    }
    const taken = await readExplainable(sql, company, found);
    if (taken === undefined) return refuse(c, "not-found", `no decision \`${found}\``);
    const view: ExplanationView = explained(taken);
    return c.json(view, 200);
  });
}

/** A decision that was taken for want of a policy has a document that is none: then its reason is all there is. */
function explained(taken: ExplainableDecision): Explanation {
  const { inForce } = JSON.parse(taken.document) as { readonly inForce?: unknown };
  return inForce === false ? explainUnruled(taken) : explain(policyFromDocument(taken.document), taken);
}
