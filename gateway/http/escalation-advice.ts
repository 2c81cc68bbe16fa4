import { z } from "@hono/zod-openapi";
import { readSettled } from "../../audit/ledgers/precedents.ts";
import type { Sql } from "../../audit/records.ts";
import type { MatchedRule } from "../../domain/decision.ts";
import type { JsonObject } from "../../domain/json.ts";
import { noticedInWords, type Noticed } from "../../domain/noticed.ts";
import { adviceOn, type Advice } from "../../guardrails/learn/advice.ts";
import { policyFromDocument } from "../../guardrails/policy-document.ts";
import { readsOf } from "../../guardrails/policy.ts";
import { CardFinding } from "../../domain/card.ts";
import { pastFindings, type History, type PastFinding } from "../../guardrails/learn/findings.ts";
import { Iso } from "./route.ts";

/** What past answers say of a question. It decides nothing. */
export const AdviceView = z
  .object({
    answer: z.enum(["approve", "reject"]).nullable().openapi({
      description:
        "what most people answered when the same rules asked; null where too few did, or something is in doubt",
    }),
    reasons: z.array(z.string()),
    agreement: z.object({ approved: z.int(), rejected: z.int(), of: z.int() }),
    findings: z.array(CardFinding).openapi({
      description:
        "what our ledgers say of it, each with its sources, time, provenance and how far it came true before",
    }),
    precedents: z.array(
      z.object({
        escalationId: z.string(),
        caseId: z.string(),
        at: Iso,
        answer: z.enum(["approved", "rejected", "expired"]),
        failed: z.boolean().openapi({ description: "it was approved, and could not be done" }),
        likenessPpm: z
          .int()
          .openapi({ description: "in parts per million; 1000000 is the same in all that was known" }),
        text: z.string(),
      }),
    ),
  })
  .openapi("Advice");

/** How many past questions are looked at, the latest. */
const MOST_PAST = 500;

/** Facts by which policies name whom a request is about. */
const histories: readonly History[] = [
  { code: "partner-history", fact: "partner", who: "this partner" },
  { code: "account-history", fact: "customer", who: "this customer" },
  { code: "account-history", fact: "account", who: "this customer" },
];

type Row = {
  readonly policyId: string;
  readonly document: string;
  readonly facts: JsonObject;
  readonly rules: readonly MatchedRule[];
  readonly missing: readonly string[];
  readonly unknown: { readonly [fact: string]: string };
  readonly offers: readonly { readonly text: string }[];
  readonly noticed: Noticed | null;
};

/** What was known when it was opened: the same whenever it is asked for. Null where no policy asked. */
export async function readAdvice(
  sql: Sql,
  company: string,
  { decisionId, openedAt }: { readonly decisionId: string; readonly openedAt: string },
): Promise<(Advice & { readonly findings: readonly PastFinding[] }) | null> {
  const { rows } = await sql.query<Row>({
    name: "advice-question",
    text: `select d.policy_id as "policyId", v.document, d.facts, d.rules, d.missing, coalesce(d.details->'unknown', '{}') as unknown,
             coalesce(d.details->'offers', '[]') as offers, q.noticed
           from decision d
           cross join lateral (select document from policy_version x
                               where x.company = d.company and x.policy_id = d.policy_id and x.version = d.policy_version limit 1) v
           cross join lateral (select noticed from proposal x
                               where x.company = d.company and x.proposal_id = d.proposal_id limit 1) q
           where d.company = $1 and d.decision_id = $2`,
    values: [company, decisionId],
  });
  const [row] = rows;
  const policy = row && policyIn(row.document);
  if (row === undefined || policy === undefined) return null;
  const { policyId, facts, missing, unknown, offers, noticed } = row;
  const rules = row.rules.filter(({ effect }) => effect === "escalate").map(({ id }) => id);
  const asking = policy.rules.filter(({ id }) => rules.includes(id));
  const read = [...new Set(asking.flatMap(({ when }) => readsOf(when).facts))];
  const past = await readSettled(sql, { company, policyId, before: openedAt, most: MOST_PAST });
  const doubts = [
    ...(missing.length === 0 ? [] : [`Not known: ${missing.join(", ")}.`]),
    ...(noticed === null ? [] : noticedInWords(noticed)),
  ];
  const named = histories.filter(({ fact }) => policy.facts.some(({ name }) => name === fact));
  const notKnown = missing.map((fact) => ({ fact, why: unknown[fact] ?? null }));
  const findings = pastFindings(
    { types: policy.facts, histories: named },
    { facts, rules, missing: notKnown, at: openedAt },
    past,
  );
  const advice = adviceOn(policy.facts, { facts, rules, read, doubts, offers: offers.map(({ text }) => text) }, past);
  return { ...advice, findings };
}

/** Undefined where none was in force, or this program can no longer read it: then nothing is advised. */
export function policyIn(document: string) {
  try {
    return policyFromDocument(document);
  } catch {
    return undefined;
  }
}
