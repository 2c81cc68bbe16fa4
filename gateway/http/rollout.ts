import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { readAnswered, readApprovers } from "../../audit/ledgers/answered.ts";
import { readPolicyIds } from "../../audit/ledgers/rollout.ts";
import type { Sql } from "../../audit/records.ts";
import { readShadowReport, type ShadowReport } from "../../releases/shadow-report.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses } from "./problem.ts";
import { GivenTime, Iso, ok, Verdict, withToken } from "./route.ts";

const Verdicts = z.object({ execute: z.int(), escalate: z.int(), block: z.int() }).openapi("VerdictCounts");
const Ids = z.array(z.string()).readonly();

/** What a policy's recorded decisions say about letting it, its candidate rules or its canary do more. */
const ShadowReportView = z
  .object({
    policyId: z.string(),
    since: Iso,
    decisions: z.int(),
    /** Under `off` and `shadow` the verdicts are what would have happened. */
    modes: z.array(z.object({ mode: z.enum(["off", "shadow", "assisted", "led"]), verdicts: Verdicts })).readonly(),
    candidates: z
      .array(
        z.object({
          ruleId: z.string(),
          effect: Verdict,
          matched: z.int(),
          /** Where the rule by itself would have changed the verdict; the latest three decisions each. */
          flips: z.array(z.object({ from: Verdict, to: Verdict, count: z.int(), decisionIds: Ids })).readonly(),
        }),
      )
      .readonly(),
    /** What people answered where a verdict was only recorded; `asks`: the verdict leaves it to people. */
    people: z
      .array(
        z.object({
          basis: z.enum(["withheld", "candidate", "assisted"]),
          agreed: z.int(),
          differed: z.int(),
          asks: z.int(),
        }),
      )
      .readonly(),
    canary: z
      .array(z.object({ side: z.enum(["new", "old"]), release: z.string(), decisions: z.int(), verdicts: Verdicts }))
      .readonly(),
  })
  .openapi("ShadowReport");
export type ShadowReportView = z.infer<typeof ShadowReportView>;

const ShadowReports = z.object({ reports: z.array(ShadowReportView) }).openapi("ShadowReports");

/** A policy's requests that people answered, and how they ended. */
const AnsweredHistory = z
  .object({
    policyId: z.string(),
    since: Iso,
    /** The latest ones first; `more` says that older ones of the stretch are left out. */
    requests: z
      .array(
        z.object({
          decisionId: z.string(),
          caseId: z.string(),
          at: Iso,
          facts: z.record(z.string(), z.unknown()),
          /** `executed`: nobody was asked, and people later rejected a question about the same object. */
          end: z.enum(["approved", "rejected", "expired", "executed"]),
          people: Ids,
          seconds: z.int().nullable(),
        }),
      )
      .readonly(),
    more: z.boolean(),
  })
  .openapi("AnsweredHistory");
export type AnsweredHistory = z.infer<typeof AnsweredHistory>;

/** How people answer: many approvals in one hour, each in seconds, is no review. */
const Approvers = z
  .object({
    since: Iso,
    approvers: z
      .array(
        z.object({
          personId: z.string(),
          answers: z.int(),
          approvals: z.int(),
          /** The most approvals in one hour of the clock. */
          mostPerHour: z.int(),
          medianSeconds: z.int(),
        }),
      )
      .readonly(),
  })
  .openapi("Approvers");
export type Approvers = z.infer<typeof Approvers>;

const DAY_MS = 86_400_000;
const REPORT_DAYS = 30;
/** Evidence for a limit takes longer to gather than a report should look back. */
const LEARN_DAYS = 180;
/** Most requests that one answer carries. */
const MAX_ANSWERED = 5_000;

function sinceOr(days: number) {
  const description = `at or after this time; default ${days} days back`;
  return z.object({ since: GivenTime.optional().openapi({ description }) });
}

const Policy = z.object({ policyId: z.string().max(128) });
const refusals = problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person" });

const one = createRoute({
  method: "get",
  path: "/v1/policies/{policyId}/shadow-report",
  summary: "Tell what candidate rules, a withholding mode or a canary would have changed under a policy",
  ...withToken,
  request: { params: Policy, query: sinceOr(REPORT_DAYS) },
  responses: { ...ok("The report", ShadowReportView), ...refusals },
});

const all = createRoute({
  method: "get",
  path: "/v1/shadow-reports",
  summary: "Tell the same of every policy that decided anything",
  ...withToken,
  request: { query: sinceOr(REPORT_DAYS) },
  responses: { ...ok("One report per policy", ShadowReports), ...refusals },
});

const answers = createRoute({
  method: "get",
  path: "/v1/policies/{policyId}/answers",
  summary: "List the requests of a policy that people answered, latest first",
  ...withToken,
  request: { params: Policy, query: sinceOr(LEARN_DAYS) },
  responses: { ...ok("The history", AnsweredHistory), ...refusals },
});

const approvers = createRoute({
  method: "get",
  path: "/v1/approvers",
  summary: "Tell how often and how fast each person answers",
  ...withToken,
  request: { query: sinceOr(REPORT_DAYS) },
  responses: { ...ok("People, those who approve most first", Approvers), ...refusals },
});

type RolloutDeps = { readonly sql: Sql; readonly company: string; readonly now: () => number };

/** What recorded decisions say about letting agents do more. */
export function rolloutApi({ sql, company, now }: RolloutDeps) {
  const sinceOf = (given: string | undefined, days = REPORT_DAYS) =>
    new Date(given === undefined ? now() - days * DAY_MS : Date.parse(given)).toISOString();
  return new OpenAPIHono<ApiEnv>()
    .openapi(one, async (c) => {
      const { policyId } = c.req.valid("param");
      const since = sinceOf(c.req.valid("query").since);
      return c.json(await readShadowReport(sql, { company, policyId, since }), 200);
    })
    .openapi(all, async (c) => {
      const since = sinceOf(c.req.valid("query").since);
      const reports: ShadowReport[] = [];
      for (const policyId of await readPolicyIds(sql, company)) {
        reports.push(await readShadowReport(sql, { company, policyId, since }));
      }
      return c.json({ reports }, 200);
    })
    .openapi(answers, async (c) => {
      const { policyId } = c.req.valid("param");
      const since = sinceOf(c.req.valid("query").since, LEARN_DAYS);
      const rows = await readAnswered(sql, { company, policyId, since, most: MAX_ANSWERED + 1 });
      const requests: AnsweredHistory["requests"] = rows.slice(0, MAX_ANSWERED);
      return c.json({ policyId, since, requests, more: rows.length > MAX_ANSWERED }, 200);
    })
    .openapi(approvers, async (c) => {
      const since = sinceOf(c.req.valid("query").since);
      return c.json({ since, approvers: await readApprovers(sql, company, since) }, 200);
    });
}
