import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { readAnswered, readApprovers } from "../../../audit/ledgers/answered.ts";
import { readPolicyIds } from "../../../audit/ledgers/rollout.ts";
import type { Sql } from "../../../audit/records.ts";
import { readShadowReport, type ShadowReport } from "../../../releases/shadow-report.ts";
import type { ApiEnv } from "../auth.ts";
import { AnsweredHistory, Approvers, ShadowReports, ShadowReportView } from "../contract/rollout.ts";
import { problemResponses } from "../problem.ts";

const DAY_MS = 86_400_000;
const REPORT_DAYS = 30;
/** Evidence for a limit takes longer to gather than a report should look back. */
const LEARN_DAYS = 180;
/** Most requests that one answer carries. */
const MAX_ANSWERED = 5_000;

function sinceOr(days: number) {
  const description = `at or after this time; default ${days} days back`;
  return z.object({ since: z.iso.datetime({ offset: true }).optional().openapi({ description }) });
}

const refusals = problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person" });

const one = createRoute({
  method: "get",
  path: "/v1/policies/{policyId}/shadow-report",
  summary: "Tell what candidate rules, a withholding mode or a canary would have changed under a policy",
  security: [{ personToken: [] }],
  request: { params: z.object({ policyId: z.string().max(128) }), query: sinceOr(REPORT_DAYS) },
  responses: {
    200: { description: "The report", content: { "application/json": { schema: ShadowReportView } } },
    ...refusals,
  },
});

const all = createRoute({
  method: "get",
  path: "/v1/shadow-reports",
  summary: "Tell the same of every policy that decided anything",
  security: [{ personToken: [] }],
  request: { query: sinceOr(REPORT_DAYS) },
  responses: {
    200: { description: "One report per policy", content: { "application/json": { schema: ShadowReports } } },
    ...refusals,
  },
});

const answers = createRoute({
  method: "get",
  path: "/v1/policies/{policyId}/answers",
  summary: "List the requests of a policy that people answered, latest first",
  security: [{ personToken: [] }],
  request: { params: z.object({ policyId: z.string().max(128) }), query: sinceOr(LEARN_DAYS) },
  responses: {
    200: { description: "The history", content: { "application/json": { schema: AnsweredHistory } } },
    ...refusals,
  },
});

const approvers = createRoute({
  method: "get",
  path: "/v1/approvers",
  summary: "Tell how often and how fast each person answers",
  security: [{ personToken: [] }],
  request: { query: sinceOr(REPORT_DAYS) },
  responses: {
    200: {
      description: "People, those who approve most first",
      content: { "application/json": { schema: Approvers } },
    },
    ...refusals,
  },
});

type Deps = { readonly sql: Sql; readonly company: string; readonly now: () => number };

export function mountRollout(app: OpenAPIHono<ApiEnv>, { sql, company, now }: Deps): void {
  const sinceOf = (given: string | undefined, days = REPORT_DAYS) =>
    new Date(given === undefined ? now() - days * DAY_MS : Date.parse(given)).toISOString();
  app.openapi(one, async (c) => {
    const { policyId } = c.req.valid("param");
    const since = sinceOf(c.req.valid("query").since);
    return c.json(await readShadowReport(sql, { company, policyId, since }), 200);
  });
  app.openapi(all, async (c) => {
    const since = sinceOf(c.req.valid("query").since);
    const reports: ShadowReport[] = [];
    for (const policyId of await readPolicyIds(sql, company)) {
      reports.push(await readShadowReport(sql, { company, policyId, since }));
    }
    return c.json({ reports }, 200);
  });
  app.openapi(answers, async (c) => {
    const { policyId } = c.req.valid("param");
    const since = sinceOf(c.req.valid("query").since, LEARN_DAYS);
    const rows = await readAnswered(sql, { company, policyId, since, most: MAX_ANSWERED + 1 });
    const requests: AnsweredHistory["requests"] = rows.slice(0, MAX_ANSWERED);
    return c.json({ policyId, since, requests, more: rows.length > MAX_ANSWERED }, 200);
  });
  app.openapi(approvers, async (c) => {
    const since = sinceOf(c.req.valid("query").since);
    return c.json({ since, approvers: await readApprovers(sql, company, since) }, 200);
  });
}
