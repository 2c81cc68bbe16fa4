import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { DecideService } from "../../deciding/service.ts";
import type { ApiEnv } from "./auth.ts";
import { DecisionStanding, standingView } from "./decisions.ts";
import { problemResponses, refuse } from "./problem.ts";
import { jsonBody, ok, withToken } from "./route.ts";

const withdraw = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/decisions/{decisionId}/withdraw",
  summary: "Take back a question that people have not answered; what it held of limits is free again",
  request: { params: z.object({ decisionId: z.string().max(64) }), body: jsonBody(z.strictObject({})) },
  responses: {
    ...ok("Withdrawn and recorded", DecisionStanding),
    ...problemResponses({
      400: "A field is wrong; `errors` points at it",
      401: "No token of a known person",
      403: "Another caller's decision",
      404: "No such decision",
      409: "Nobody is asked, or somebody answered first",
      413: "More than 256 KiB",
    }),
  },
});

/** Questions that who asked them takes back. */
export function withdrawalsApi({ decisions }: { readonly decisions: DecideService }) {
  return new OpenAPIHono<ApiEnv>().openapi(withdraw, async (c) => {
    const { decisionId } = c.req.valid("param");
    const withdrawn = await decisions.withdraw(c.var.person.personId, decisionId);
    if (withdrawn.kind === "refused") return refuse(c, withdrawn.code, withdrawn.detail);
    return c.json(standingView(withdrawn.step), 200);
  });
}
