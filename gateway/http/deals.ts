import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { ReadTools } from "../../deciding/evidence.ts";
import { coSelling } from "../../functions/co-selling/function.ts";
import { needOf } from "../../functions/co-selling/match.ts";
import { badges, customerIn, levels, readOpportunity, stages } from "../../functions/co-selling/opportunity.ts";
import { recordToolOf } from "../../functions/index.ts";
import { assertKnown } from "../../domain/registry.ts";
import type { Sql } from "../../audit/records.ts";
import type { RecordReader } from "../../tools/record-reader.ts";
import { dealStandings, dealStates, type FoundDeal } from "../deals/standings.ts";
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

const DealStandingView = z
  .object({
    dealId: z.string(),
    account: z.string().nullable(),
    state: z.enum(dealStates).openapi({ description: "`missing`: open, never scored, and no case was ever about it" }),
    scorePpm: z.int().nullable(),
    cause: z.string().openapi({ description: "why, where the state alone does not say; may be empty" }),
    owner: z.string().openapi({ description: "who has it in hand: a role, `agents` or `crm`; may be empty" }),
    caseId: z.string(),
  })
  .openapi("DealStanding");

const DealPage = z
  .object({
    deals: z.array(DealStandingView),
    next: z.string().nullable().openapi({ description: "`after` of the next page; null on the last one" }),
  })
  .openapi("DealPage");
export type DealPage = z.infer<typeof DealPage>;

/** Deals of a page: each is read from the CRM. */
const MOST_DEALS = 100;

const list = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/deals",
  summary: "List every deal of the CRM with where it stands in co-selling, so that none is missing",
  request: { query: z.object({ after: ObjectName.shape.id.optional() }) },
  responses: {
    ...ok("The next deals, in the order of their ids", DealPage),
    ...problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person" }),
  },
});

type DealsDeps = {
  readonly company: string;
  readonly pool: Sql;
  readonly readTools: ReadTools;
  /** The CRM's records; without it no deal is listed. */
  readonly crm?: RecordReader | undefined;
};

/** Deals as the CRM has them now. */
export function dealsApi({ company, pool, readTools, crm }: DealsDeps) {
  const app = new OpenAPIHono<ApiEnv>().openapi(list, async (c) => {
    const { after = "" } = c.req.valid("query");
    const ids = (await crm?.listRecords(company, coSelling.subject.type, after, MOST_DEALS)) ?? [];
    const read = ids.map(async (dealId): Promise<readonly FoundDeal[]> => {
      const record = await crm?.readRecord(company, coSelling.subject.type, dealId);
      return record === undefined ? [] : [{ dealId, record: record.value }];
    });
    const deals = await dealStandings(pool, company, (await Promise.all(read)).flat());
    return c.json({ deals, next: ids.length < MOST_DEALS ? null : (ids.at(-1) ?? null) }, 200);
  });
  return app.openapi(show, async (c) => {
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
