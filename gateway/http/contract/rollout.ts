import { z } from "@hono/zod-openapi";

const Iso = z.iso.datetime();
const Verdict = z.enum(["execute", "escalate", "block"]);
const Verdicts = z.object({ execute: z.int(), escalate: z.int(), block: z.int() }).openapi("VerdictCounts");
const Ids = z.array(z.string()).readonly();

/** What a policy's recorded decisions say about letting it, its candidate rules or its canary do more. */
export const ShadowReportView = z
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

export const ShadowReports = z.object({ reports: z.array(ShadowReportView) }).openapi("ShadowReports");

/** A policy's requests that people answered, and how they ended. */
export const AnsweredHistory = z
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
export const Approvers = z
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
