import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Logger } from "pino";
import type { LedgerPool } from "../../../audit/records.ts";
import { giveVerdict } from "../../../audit/ledgers/approvals.ts";
import type { ApiEnv } from "../auth.ts";
import { EscalationList, EscalationView, VerdictBody, VerdictTaken } from "../contract.ts";
import { problemResponses, refuse } from "../problem.ts";
import { listEscalations, readEscalation } from "../views/escalations.ts";

export type EscalationDeps = {
  readonly pool: LedgerPool;
  readonly company: string;
  /** The company's clock, ISO 8601: verdicts and deadlines go by it. */
  readonly at: () => string;
  /** Called when a verdict was taken: its case can be woken. */
  readonly onVerdict: () => void;
  readonly log: Logger;
};

const tag = { security: [{ personToken: [] }] };
const Id = z.object({ escalationId: z.string().max(64) });

const list = createRoute({
  ...tag,
  method: "get",
  path: "/v1/escalations",
  summary: "List what waits for people, due first",
  request: { query: z.object({ state: EscalationView.shape.state.optional() }) },
  responses: {
    200: { description: "Escalations", content: { "application/json": { schema: EscalationList } } },
    ...problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person" }),
  },
});

const show = createRoute({
  ...tag,
  method: "get",
  path: "/v1/escalations/{escalationId}",
  summary: "Read one escalation with everything needed to answer it",
  request: { params: Id },
  responses: {
    200: { description: "The escalation", content: { "application/json": { schema: EscalationView } } },
    ...problemResponses({ 400: "The id is no id", 401: "No token of a known person", 404: "No such escalation" }),
  },
});

function verdictRoute<const Path extends string>(path: Path, summary: string) {
  return createRoute({
    ...tag,
    method: "post",
    path,
    summary,
    request: {
      params: Id,
      body: { required: true, content: { "application/json": { schema: VerdictBody } } },
    },
    responses: {
      200: { description: "Taken and durable", content: { "application/json": { schema: VerdictTaken } } },
      ...problemResponses({
        400: "A field is wrong; `errors` points at it",
        401: "No token of a known person",
        404: "No such escalation",
        403: "The person may not answer this one",
        409: "Decided, moot, overdue, or not the action that was shown",
        413: "More than 256 KiB",
      }),
    },
  });
}

const approve = verdictRoute("/v1/escalations/{escalationId}/approve", "Approve exactly the action with this digest");
const reject = verdictRoute("/v1/escalations/{escalationId}/reject", "Reject it: nothing is done");

/** Escalations to read and to answer. A GET never answers one. */
export function mountEscalations(app: OpenAPIHono<ApiEnv>, deps: EscalationDeps): void {
  const { pool, company } = deps;

  app.openapi(list, async (c) => {
    const { state } = c.req.valid("query");
    return c.json({ escalations: await listEscalations(pool, company, state) }, 200);
  });

  app.openapi(show, async (c) => {
    const { escalationId } = c.req.valid("param");
    const escalation = await readEscalation(pool, company, escalationId);
    if (escalation === undefined) return refuse(c, "not-found", `no escalation \`${escalationId}\``);
    return c.json(escalation, 200);
  });

  app.openapi(approve, (c) => answer(deps, c, { ...c.req.valid("param"), ...c.req.valid("json"), verdict: "approve" }));
  app.openapi(reject, (c) => answer(deps, c, { ...c.req.valid("param"), ...c.req.valid("json"), verdict: "reject" }));
}

type Answer = z.infer<typeof Id> & z.infer<typeof VerdictBody> & { readonly verdict: "approve" | "reject" };

async function answer(deps: EscalationDeps, c: Context<ApiEnv>, given: Answer) {
  const { pool, company, at, onVerdict, log } = deps;
  const { escalationId, verdict } = given;
  const { personId, role } = c.var.person;
  const taken = await giveVerdict(pool, { ...given, company, personId, role, at: at() });
  const detail = { component: "escalations", escalationId, personId, verdict };
  if (taken.kind === "refused") {
    log.warn({ ...detail, code: taken.code }, "verdict refused");
    return refuse(c, taken.code, taken.detail);
  }
  const { approvalId, state, missing } = taken;
  if (missing === 0) onVerdict();
  log.info({ ...detail, approvalId, state }, "verdict taken");
  return c.json({ escalationId, approvalId, verdict, state, missing }, 200);
}
