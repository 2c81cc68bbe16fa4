import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Logger } from "pino";
import type { JsonObject } from "../../../domain/json.ts";
import { STOPPED, type DecideService } from "../../../deciding/service.ts";
import type { ApiEnv } from "../auth.ts";
import {
  DecisionAnswer,
  DecisionRequest,
  DecisionStanding,
  IdempotencyKey,
  OutcomeReport,
  OutcomeTaken,
} from "../contract/decisions.ts";
import type { Person } from "../people.ts";
import { problemResponses, refuse } from "../problem.ts";
import { answerView, isOurTool, standingView } from "../views/decisions.ts";

export type DecisionDeps = { readonly decisions: DecideService; readonly log: Logger };

/** A token of this role belongs to a system, which asks for other people. */
const SYSTEM_ROLE = "system";

const tag = { security: [{ personToken: [] }] };
const Id = z.object({ decisionId: z.string().max(64) });
const refused = { 401: "No token of a known person", 413: "More than 256 KiB" };
const answer = { description: "The decision, recorded", content: { "application/json": { schema: DecisionAnswer } } };

const decide = createRoute({
  ...tag,
  method: "post",
  path: "/v1/decisions",
  summary: "Decide a request under a policy, at once; a permit comes with what may be done",
  request: {
    headers: IdempotencyKey,
    body: { required: true, content: { "application/json": { schema: DecisionRequest } } },
  },
  responses: {
    200: answer,
    ...problemResponses({
      ...refused,
      400: "A field is wrong, or the idempotency key is missing; `errors` points at it",
      403: "Only a system asks for somebody else",
      409: "The key was used for another request, or the function is stopped",
    }),
  },
});

const show = createRoute({
  ...tag,
  method: "get",
  path: "/v1/decisions/{decisionId}",
  summary: "Read where a request stands",
  request: { params: Id },
  responses: {
    200: { description: "Where it stands", content: { "application/json": { schema: DecisionStanding } } },
    ...problemResponses({ 400: "The id is no id", 401: "No token of a known person", 404: "No such decision" }),
  },
});

const regate = createRoute({
  ...tag,
  method: "post",
  path: "/v1/decisions/{decisionId}/regate",
  summary: "Decide again what people approved, under the policy in force; the permit comes with it",
  request: { params: Id, body: { required: true, content: { "application/json": { schema: z.strictObject({}) } } } },
  responses: {
    200: answer,
    ...problemResponses({
      ...refused,
      400: "A field is wrong; `errors` points at it",
      403: "Another caller's decision",
      404: "No such decision",
      409: "People have not answered, did not approve, or the function is stopped",
    }),
  },
});

const report = createRoute({
  ...tag,
  method: "post",
  path: "/v1/decisions/{decisionId}/outcome",
  summary: "Say what became of the permitted action; once only",
  request: { params: Id, body: { required: true, content: { "application/json": { schema: OutcomeReport } } } },
  responses: {
    200: { description: "Taken and recorded", content: { "application/json": { schema: OutcomeTaken } } },
    ...problemResponses({
      ...refused,
      400: "A field is wrong; `errors` points at it",
      403: "Another caller's decision",
      404: "No such decision",
      409: "There is no permit, the function is stopped, or another outcome was reported",
    }),
  },
});

/** Decisions for other systems: asked for, read, gated again after people approved, and reported on. */
export function mountDecisions(app: OpenAPIHono<ApiEnv>, { decisions, log }: DecisionDeps): void {
  app.openapi(decide, async (c) => {
    const body = c.req.valid("json");
    const { personId: caller } = c.var.person;
    if (!mayAskFor(c.var.person, body.requestedBy)) {
      return refuse(c, "not-your-request", `\`${caller}\` is no system, and asks for itself only`);
    }
    if (body.action?.tool !== undefined && isOurTool(body.action.tool)) {
      const errors = [{ pointer: "/action/tool", detail: "name a tool of your own, or none" }];
      return refuse(c, "validation", `\`${body.action.tool}\` is a tool that only our own cases run`, errors);
    }
    const answered = await decisions.decide({
      ...askedFrom(body),
      caller,
      key: c.req.valid("header")["idempotency-key"].replaceAll('"', ""),
      requestedBy: body.requestedBy ?? caller,
    });
    if (answered.kind === "key-reused") {
      return refuse(c, "idempotency-key-reused", "this Idempotency-Key was sent with another request");
    }
    if (answered.kind === "stopped") return refuse(c, "function-stopped", STOPPED);
    const { decision } = answered;
    log.info({ component: "decisions", caller, decisionId: decision.decisionId }, "decided");
    return c.json(answerView(decision), 200);
  });

  app.openapi(show, async (c) => {
    const { decisionId } = c.req.valid("param");
    const step = await decisions.read(decisionId);
    if (step === undefined) return refuse(c, "not-found", `no decision \`${decisionId}\``);
    return c.json(standingView(step), 200);
  });

  app.openapi(regate, async (c) => {
    const { decisionId } = c.req.valid("param");
    const again = await decisions.regate(c.var.person.personId, decisionId);
    if (again.kind === "refused") return refuse(c, again.code, again.detail);
    return c.json(answerView(again.decision), 200);
  });

  app.openapi(report, async (c) => {
    const { decisionId } = c.req.valid("param");
    const settled = await decisions.settle(c.var.person.personId, decisionId, c.req.valid("json"));
    if (settled.kind === "refused") return refuse(c, settled.code, settled.detail);
    return c.json({ decisionId: settled.decisionId, state: settled.state }, 200);
  });
}

/** A person asks for themselves: else they could ask in another's name, and then approve it. */
function mayAskFor({ personId, role }: Person, requestedBy: string | undefined): boolean {
  return requestedBy === undefined || requestedBy === personId || role === SYSTEM_ROLE;
}

function askedFrom({ policy, facts, action, ref }: DecisionRequest) {
  if (action === undefined) return { policy, facts, action: null, ref };
  const { name, tool } = action;
  const args = action.args as JsonObject;
  return { policy, facts, action: { name, args, ...(tool !== undefined && { tool }) }, ref };
}
