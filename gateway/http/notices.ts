import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { noticeKinds, readNotices } from "../../audit/ledgers/notices.ts";
import type { Sql } from "../../audit/records.ts";
import { describeAction } from "../../functions/governed-actions.ts";
import { takingBackActions } from "../../functions/index.ts";
import type { ApiEnv } from "./auth.ts";
import { pagesOf, placeOf } from "./paging.ts";
import { problemResponses } from "./problem.ts";
import { Iso, ok, withToken } from "./route.ts";

/** What was approved is told of for so long. */
const DAYS = 90;

const NoticeView = z
  .object({
    escalationId: z.string(),
    caseId: z.string(),
    what: z.enum(noticeKinds).openapi({
      description:
        "`asked-back`: of what you asked, something is asked back; `edited`: other values were put in its place. Of what you approved, `not-done`: it did not come about; " +
        "`moot`: it changed before anything was done; `taken-back`: it was taken back since. " +
        "Of what you had taken, put off or begun to answer, `asked-no-more`: only an outage asked it, and it was decided without people",
    }),
    ask: z.string().openapi({ description: "what it was about, in one sentence" }),
    detail: z.string().nullable().openapi({ description: "why, where the ledger has it" }),
    at: Iso,
  })
  .openapi("Notice");
export type NoticeView = z.infer<typeof NoticeView>;

const pages = pagesOf("notices", ["time", "id"], { most: 100 });

const { limit, cursor } = pages.parameters;
const list = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/notices",
  summary: "List what became of what you approved or had taken, and what is asked back of you, newest first",
  request: { query: z.object({ limit, cursor }) },
  responses: {
    ...ok("A page of them", z.object({ notices: z.array(NoticeView), next: z.string().nullable() }).openapi("Notices")),
    ...problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person" }),
  },
});

type NoticeDeps = {
  readonly sql: Sql;
  readonly company: string;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
};

/** What somebody is to know of their own questions and answers. */
export function noticesApi({ sql, company, at }: NoticeDeps) {
  return new OpenAPIHono<ApiEnv>().openapi(list, async (c) => {
    const { limit: most, cursor: before } = c.req.valid("query");
    const since = new Date(Date.parse(at()) - DAYS * 86_400_000).toISOString();
    const asked = { company, personId: c.var.person.personId, since, takingBack: takingBackActions, before };
    const { shown, next } = pages.cut(c, await readNotices(sql, { ...asked, limit: most + 1 }), most, placeOf);
    const notices = shown.map(({ tool, args, place: _place, ...notice }) => ({
      ...notice,
      ask: describeAction(tool, args, undefined),
    }));
    return c.json({ notices, next }, 200);
  });
}
