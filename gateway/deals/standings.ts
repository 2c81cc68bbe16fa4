import type { Sql } from "../../audit/records.ts";
import { caseIdOf, objectRefOf } from "../../domain/ids.ts";
import type { JsonObject } from "../../domain/json.ts";
import { coSelling } from "../../functions/co-selling/function.ts";
import { customerIn, isClosed, readOpportunity } from "../../functions/co-selling/opportunity.ts";
import { isUnset } from "../../functions/fields.ts";
import { casesUnderWay } from "../sweep/cases-under-way.ts";

/** Where deals stand in co-selling. `missing`: open, never scored, and no case was ever about it. */
export const dealStates = ["qualified", "not-qualified", "asked", "under-way", "held", "closed", "missing"] as const;
export type DealState = (typeof dealStates)[number];

/** A deal as the CRM has it. */
export type FoundDeal = { readonly dealId: string; readonly record: JsonObject };

/**
 * Where a deal stands, why where that is not plain, and who has it in hand: the role that is asked, `agents`, or `crm` for whoever keeps
 * the record. Empty where nothing is to be done.
 */
export type DealStanding = {
  readonly dealId: string;
  readonly account: string | null;
  readonly state: DealState;
  readonly scorePpm: number | null;
  readonly cause: string;
  readonly owner: string;
  readonly caseId: string;
};

type Known = {
  readonly questions: ReadonlyMap<string, { readonly escalationId: string; readonly role: string }>;
  readonly underWay: ReadonlySet<string>;
  readonly ended: ReadonlySet<string>;
};

/** Where each of these deals stands, by the CRM's record beside our own ledgers. */
export async function dealStandings(sql: Sql, company: string, deals: readonly FoundDeal[]): Promise<DealStanding[]> {
  const ids = deals.map(({ dealId }) => dealId);
  const caseIds = ids.map((id) => caseOf(company, id));
  const questions = await readQuestions(sql, company, caseIds);
  const underWay = await casesUnderWay(sql, company, coSelling, ids);
  const ended = await readEnded(sql, company, caseIds);
  return deals.map((deal) => standingOf(deal, caseOf(company, deal.dealId), { questions, underWay, ended }));
}

function caseOf(company: string, dealId: string): string {
  const { system, type } = coSelling.subject;
  return caseIdOf(company, coSelling.id, objectRefOf(system, type, dealId));
}

function standingOf({ dealId, record }: FoundDeal, caseId: string, known: Known): DealStanding {
  const opportunity = readOpportunity(record);
  const { co_sell_badge: badge, co_sell_score: scorePpm = null } = opportunity;
  const of = { dealId, account: customerIn(opportunity)?.domain ?? null, scorePpm, caseId };
  const at = (state: DealState, cause = "", owner = ""): DealStanding => ({ ...of, state, cause, owner });
  const question = known.questions.get(caseId);
  if (question !== undefined) return at("asked", `question ${question.escalationId} is open`, question.role);
  if (known.underWay.has(dealId)) return at("under-way", "", "agents");
  if (isClosed(opportunity)) return at("closed");
  if (badge === "qualified" || badge === "not-qualified") return at(badge);
  if (isUnset(record["stage"])) return at("held", "it has no stage", "crm");
  if (known.ended.has(caseId)) return at("held", "its score was decided, and not written", "partner-manager");
  return at("missing", "no event told of it, and no sweep has found it yet", "partner-manager");
}

async function readQuestions(sql: Sql, company: string, caseIds: readonly string[]): Promise<Known["questions"]> {
  const { rows } = await sql.query<{ caseId: string; escalationId: string; role: string }>({
    name: "questions-of-cases",
    text: `select s.case_id as "caseId", s.escalation_id as "escalationId", s.role
           from unnest($2::text[]) as asked (case_id) cross join lateral (
             select q.* from (select x.* from escalation x
                              where x.company = $1 and x.case_id = asked.case_id offset 0) q
             where q.closed_at is null limit 1) s`,
    values: [company, caseIds],
  });
  return new Map(rows.map((row) => [row.caseId, row]));
}

async function readEnded(sql: Sql, company: string, caseIds: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql.query<{ caseId: string }>({
    name: "cases-that-ended",
    text: `select asked.case_id as "caseId" from unnest($2::text[]) as asked (case_id)
           where (select r.n from audit_record r
                  where r.company = $1 and r.log = $1 and r.case_id = asked.case_id and r.kind = 'case_end'
                  limit 1) is not null`,
    values: [company, caseIds],
  });
  return new Set(rows.map(({ caseId }) => caseId));
}
