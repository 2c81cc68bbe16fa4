import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { ReadTools } from "../../deciding/evidence.ts";
import { coSelling } from "../../functions/co-selling/function.ts";
import { needOf } from "../../functions/co-selling/match.ts";
import { badges, customerIn, levels, readOpportunity, stages } from "../../functions/co-selling/opportunity.ts";
import { recordToolOf } from "../../functions/index.ts";
import { assertKnown } from "../../domain/registry.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { ObjectName, ok, withToken } from "./route.ts";

const DealView = z
  .object({
    dealId: z.string(),
    account: z.string().nullable().openapi({ description: "registrable domain of the customer" }),
    stage: z.enum(stages).nullable(),
    badge: z.enum(badges).nullable().openapi({ description: "what was decided of it last; null: nothing yet" }),
    scorePpm: z.int().nullable(),
    need: z
      .object({
        productFamily: z.string(),
        industry: z.string(),
        region: z.string(),
        stuckAt: z.enum(levels),
        competitors: z.array(z.string()).readonly(),
      })
      .nullable()
      .openapi({ description: "what a partner is sought by; null where `lacks` names what it is not known for" }),
    lacks: z.array(z.string()).readonly().openapi({ description: "properties that are not there or cannot be read" }),
  })
  .openapi("Deal");
export type DealView = z.infer<typeof DealView>;

const show = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/deals/{dealId}",
  summary: "Read a deal as co-selling reads it in the CRM: its badge, its score, and what a partner is sought by",
  request: { params: z.object({ dealId: ObjectName.shape.id }) },
  responses: {
    ...ok("The deal", DealView),
    ...problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person", 404: "No such deal" }),
  },
});

/** Deals as the CRM has them now. */
export function dealsApi({ company, readTools }: { readonly company: string; readonly readTools: ReadTools }) {
  return new OpenAPIHono<ApiEnv>().openapi(show, async (c) => {
    const { dealId } = c.req.valid("param");
    const crm = assertKnown(readTools, recordToolOf(coSelling.id), "tool");
    const record = await crm.read(company, { objectType: coSelling.subject.type, objectId: dealId });
    if (record === undefined) return refuse(c, "not-found", `no deal \`${dealId}\``);
    const opportunity = readOpportunity(record.value);
    const need = needOf(opportunity);
    const { stage = null, co_sell_badge: badge = null, co_sell_score: scorePpm = null } = opportunity;
    const known = { dealId, account: customerIn(opportunity)?.domain ?? null, stage, badge, scorePpm };
    return "lacks" in need
      ? c.json({ ...known, need: null, lacks: need.lacks }, 200)
      : c.json({ ...known, need, lacks: [] }, 200);
  });
}
