import { REVIEW_MISSING } from "../../domain/outage.ts";
import type { CandidateSeen, DecisionDetails, LimitReading, Mode } from "../../domain/decision-details.ts";
import { stricter } from "../../domain/decision.ts";
import type { MatchedRule, PolicyRef, Verdict } from "../../domain/decision.ts";
import type { EscalationStanding } from "../../domain/escalation.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Sql } from "../records.ts";

/** A policy's decisions from `since` (ISO 8601). */
export type History = { readonly company: string; readonly policyId: string; readonly since: string };

/**
 * Some of them in the order they were taken. `after`: when one was decided, as a PostgreSQL timestamp in UTC to the
 * microsecond, and its id.
 */
export type HistoryPage = History & { readonly after: readonly string[] | undefined; readonly limit: number };

/** A decision as far as replaying it needs. `byRules` is the verdict before the mode made people decide. */
export type HistoricDecision = {
  readonly decisionId: string;
  readonly caseId: string;
  readonly at: string;
  readonly policy: PolicyRef;
  readonly verdict: Verdict;
  readonly byRules: Verdict;
  readonly rules: readonly string[];
  readonly review: "escalate" | "block" | null;
  readonly mode: Mode;
  readonly facts: JsonObject;
  readonly missing: readonly string[];
  readonly limits: readonly LimitReading[];
  readonly escalation: {
    readonly escalationId: string;
    readonly state: EscalationStanding;
  } | null;
};

type Row = {
  decision_id: string;
  case_id: string;
  decided_at: string;
  place: string;
  policy_id: string;
  policy_version: string;
  verdict: Verdict;
  reason: string;
  rules: readonly MatchedRule[];
  facts: JsonObject;
  missing: readonly string[];
  details: Partial<DecisionDetails>;
  escalation_id: string | null;
  state: NonNullable<HistoricDecision["escalation"]>["state"];
};

const historicDecisions = `
  select d.decision_id, d.case_id, d.decided_at, d.policy_id, d.policy_version, d.verdict, d.reason, d.rules, d.facts,
    d.missing, d.details, s.escalation_id,
    case when s.closed_at is null then 'open' else answer_in(s.state) end as state,
    to_char(d.decided_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place
  from decision d
  left join lateral (select escalation_id, state, closed_at from escalation x
                     where x.company = d.company and x.decision_id = d.decision_id limit 1) s on true`;

/**
 * In the order of the index `decision_by_policy`. A gate that carries an approval re-checks a request that is in the
 * history already, so it is left out.
 */
const pageOfDecisions = `${historicDecisions}
  where d.company = $1 and d.policy_id = $2 and d.decided_at >= greatest($3, $4::timestamptz)
    and (d.decided_at, d.decision_id) > ($4::timestamptz, $5) and d.approval_id is null
  order by d.decided_at, d.decision_id limit $6`;

export async function readDecisionHistory(
  sql: Sql,
  { company, policyId, since, after = ["-infinity", ""], limit }: HistoryPage,
): Promise<readonly (HistoricDecision & { readonly place: readonly string[] })[]> {
  const { rows } = await sql.query<Row>(pageOfDecisions, [company, policyId, since, ...after, limit]);
  return rows.map((row) => ({ ...historic(row), place: [row.place, row.decision_id] }));
}

/** One decision by its id, as the history tells it. */
export async function readHistoricDecision(
  sql: Sql,
  company: string,
  decisionId: string,
): Promise<HistoricDecision | undefined> {
  const { rows } = await sql.query<Row>(`${historicDecisions} where d.company = $1 and d.decision_id = $2`, [
    company,
    decisionId,
  ]);
  return rows.map(historic)[0];
}

/** How many there are. */
export async function countDecisions(sql: Sql, { company, policyId, since }: History): Promise<number> {
  const { rows } = await sql.query<{ total: number }>(
    `select count(*) as total from decision
     where company = $1 and policy_id = $2 and decided_at >= $3 and approval_id is null`,
    [company, policyId, since],
  );
  return rows[0]?.total ?? 0;
}

/** Compliance's rules beside the policy's own; no policy may use these ids. See `guardrails/tighten.ts`. */
const reviewRules = ["compliance-review", REVIEW_MISSING];

function historic(row: Row): HistoricDecision {
  const { verdict, rules, missing, facts, details, reason } = row;
  const isReview = ({ id }: MatchedRule) => reviewRules.includes(id);
  const reviewed = rules.filter(isReview).map(({ effect }) => effect);
  const review = reviewed.reduce<Verdict>(stricter, "execute");
  const mode = details.mode ?? "led";
  return {
    decisionId: row.decision_id,
    caseId: row.case_id,
    at: row.decided_at,
    policy: { id: row.policy_id, version: row.policy_version },
    verdict,
    byRules: mode === "assisted" && isHeld(verdict, reason) ? "execute" : verdict,
    rules: rules.filter((rule) => !isReview(rule)).map(({ id }) => id),
    review: review === "execute" ? null : review,
    mode,
    facts,
    missing,
    limits: details.limits ?? [],
    escalation: row.escalation_id === null ? null : { escalationId: row.escalation_id, state: row.state },
  };
}

/** Whether only the mode kept a decision from executing: `restrain` of `guardrails/mode.ts` gives this reason. */
function isHeld(verdict: Verdict, reason: string): boolean {
  return verdict === "escalate" && reason.startsWith("people decide while `");
}

/** A decision with the policy version that took it, for explaining it. `document` is that version's canonical JSON. */
export type ExplainableDecision = Pick<HistoricDecision, "decisionId" | "caseId" | "at" | "policy" | "verdict"> &
  Pick<HistoricDecision, "missing" | "facts" | "limits" | "mode"> & {
    readonly reason: string;
    readonly rules: readonly MatchedRule[];
    readonly release: string;
    readonly candidate: CandidateSeen | null;
    readonly document: string;
  };

/** Ids of the decisions that a decision, an escalation or a case id names, oldest first; at most `limit`. */
export async function decisionIdsNamed(
  sql: Sql,
  company: string,
  id: string,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await sql.query<{ decision_id: string }>(
    `select decision_id from decision
     where company = $1 and decision_id = any (array(
       select $2
       union all select c.decision_id from decision c where c.company = $1 and c.case_id = $2
       union all select s.decision_id from escalation s where s.company = $1 and s.escalation_id = $2))
     order by decided_at, decision_id limit $3`,
    [company, id, limit],
  );
  return rows.map((row) => row.decision_id);
}

export async function readExplainable(
  sql: Sql,
  company: string,
  decisionId: string,
): Promise<ExplainableDecision | undefined> {
  const { rows } = await sql.query<Omit<Row, "place" | "escalation_id" | "state"> & { document: string }>(
    `select d.decision_id, d.case_id, d.decided_at, d.policy_id, d.policy_version, d.verdict, d.reason, d.rules, d.facts,
       d.missing, d.details, v.document
     from decision d
     cross join lateral (select document from policy_version x where x.company = d.company
                           and x.policy_id = d.policy_id and x.version = d.policy_version limit 1) v
     where d.company = $1 and d.decision_id = $2`,
    [company, decisionId],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { details } = row;
  return {
    decisionId,
    caseId: row.case_id,
    at: row.decided_at,
    policy: { id: row.policy_id, version: row.policy_version },
    verdict: row.verdict,
    reason: row.reason,
    rules: row.rules,
    missing: row.missing,
    facts: row.facts,
    mode: details.mode ?? "led",
    release: details.release ?? "",
    limits: details.limits ?? [],
    candidate: details.candidate ?? null,
    document: row.document,
  };
}
