import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { DecideService } from "../../deciding/service.ts";
import type { ApiEnv } from "./auth.ts";
import { answerView, decided } from "./decisions.ts";
import { problemResponses, refuse } from "./problem.ts";
import { jsonBody, ok, withToken } from "./route.ts";

const Id = z.object({ decisionId: z.string().max(64) });

const OutcomeReport = z
  .discriminatedUnion("state", [
    z.strictObject({ state: z.literal("done"), externalRef: z.string().trim().min(1).max(200).optional() }),
    z.strictObject({ state: z.literal("failed"), detail: z.string().trim().min(1).max(1_000) }),
  ])
  .openapi("OutcomeReport");

const OutcomeTaken = z.object({ decisionId: z.string(), state: z.enum(["done", "failed"]) }).openapi("OutcomeTaken");

/** `conflict`: why what was decided does not let it happen now. */
const refusals = (conflict: string) =>
  problemResponses({
    400: "A field is wrong; `errors` points at it",
    401: "No token of a known person",
    403: "Another caller's decision",
    404: "No such decision",
    409: conflict,
    413: "More than 256 KiB",
  });

const regate = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/decisions/{decisionId}/regate",
  summary: "Decide again what people approved, under the policy in force; the permit comes with it",
  request: { params: Id, body: jsonBody(z.strictObject({})) },
  responses: {
    ...decided,
    ...refusals("People have not answered, did not approve, or the function is stopped"),
  },
});

const report = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/decisions/{decisionId}/outcome",
  summary: "Say what became of the permitted action; once only",
  request: { params: Id, body: jsonBody(OutcomeReport) },
  responses: {
    ...ok("Taken and recorded", OutcomeTaken),
    ...refusals("There is no permit, the function is stopped, or another outcome was reported"),
  },
});

/** What comes of decisions for other systems: a permit once people approved, and the word of what was done with it. */
export function permitsApi({ decisions }: { readonly decisions: DecideService }) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(regate, async (c) => {
      const { decisionId } = c.req.valid("param");
      const again = await decisions.regate(c.var.person.personId, decisionId);
      if (again.kind === "refused") return refuse(c, again.code, again.detail);
      return c.json(answerView(again.decision), 200);
    })
    .openapi(report, async (c) => {
      const { decisionId } = c.req.valid("param");
      const settled = await decisions.settle(c.var.person.personId, decisionId, c.req.valid("json"));
      if (settled.kind === "refused") return refuse(c, settled.code, settled.detail);
      return c.json({ decisionId: settled.decisionId, state: settled.state }, 200);
    });
}
