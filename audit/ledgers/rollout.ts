import type { Mode } from "../../domain/decision-details.ts";
import type { Verdict } from "../../domain/decision.ts";
import type { Sql } from "../records.ts";

/** Which decisions of a policy: `since` is ISO 8601. Gates after the first are the same request again and do not count. */
export type Stretch = { readonly company: string; readonly policyId: string; readonly since: string };

export type TallyAsked = Stretch & {
  /** Only decisions of this release; empty for policies taken from files. */
  readonly release: string;
  /** How many of the latest count. */
  readonly most: number;
};

export type TallyRead = {
  readonly decisions: number;
  readonly blocked: number;
  readonly answered: number;
  readonly rejected: number;
};

/** The latest decisions of a policy under one release, and the latest of them that people approved or rejected. */
export async function readTally(sql: Sql, { company, policyId, since, release, most }: TallyAsked): Promise<TallyRead> {
  const { rows } = await sql.query<TallyRead>({
    name: "rollout-tally",
    text: `with latest as (
             select verdict from decision
             where company = $1 and policy_id = $2 and decided_at >= $3 and gate = 1
               and coalesce(details->>'release', '') = $4
             order by decided_at desc limit $5),
           answered as (
             select answer_in(e.state) as state from escalation e
             cross join lateral (select * from decision x
                                 where x.company = e.company and x.decision_id = e.decision_id limit 1) d
             where e.company = $1 and e.policy_id = $2 and e.opened_at >= $3 and e.state in ('approved', 'executed', 'execution-failed', 'rejected')
               and d.decided_at >= $3 and d.gate = 1 and coalesce(d.details->>'release', '') = $4
             order by e.opened_at desc limit $5)
           select (select count(*)::int from latest) as decisions,
                  (select count(*)::int from latest where verdict = 'block') as blocked,
                  (select count(*)::int from answered) as answered,
                  (select count(*)::int from answered where state = 'rejected') as rejected`,
    values: [company, policyId, since, release, most],
  });
  return rows[0] ?? { decisions: 0, blocked: 0, answered: 0, rejected: 0 };
}

type Settled = { readonly company: string; readonly policyId: string; readonly release: string };

/** When the policy's mode or the release last changed, ISO 8601: what was decided before says nothing about the present. */
export async function readSettledSince(sql: Sql, { company, policyId, release }: Settled): Promise<string> {
  const { rows } = await sql.query<{ since: string }>({
    name: "rollout-settled",
    text: `select greatest('epoch'::timestamptz,
             (select at from autonomy_mode where company = $1 and policy_id = $2 and in_force order by n desc limit 1),
             (select max(at) from policy_release_event where company = $1 and $3 in (release, parent))) as since`,
    values: [company, policyId, release],
  });
  return rows[0]?.since ?? new Date(0).toISOString();
}

/** Decisions counted by everything that a report tells apart. `side` is null outside a canary. */
export type DecisionCount = {
  readonly mode: Mode;
  readonly side: "new" | "old" | null;
  readonly release: string;
  readonly verdict: Verdict;
  readonly count: number;
};

export async function countDecisions(sql: Sql, { company, policyId, since }: Stretch): Promise<DecisionCount[]> {
  const { rows } = await sql.query<DecisionCount>({
    name: "rollout-decisions",
    text: `select coalesce(details->>'mode', 'led') as mode, details->'canary'->>'side' as side,
             coalesce(details->>'release', '') as release, verdict, count(*)::int as count
           from decision
           where company = $1 and policy_id = $2 and decided_at >= $3 and gate = 1
           group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    values: [company, policyId, since],
  });
  return rows;
}

/** A matched rule that is the policy's own, and not compliance's word. */
const own = '@.id != "compliance-review" && @.id != "compliance-review-missing"';

/**
 * What the policy's own rules said, beside what was recorded after compliance and the mode. $1 company, $2 policy,
 * $3 since. Where neither tightened anything the recorded verdict is theirs; else the strictest rule that matched.
 */
const judged = `
  select d.company, d.decision_id, d.case_id, d.decided_at, d.details->>'mode' as mode, d.verdict as recorded,
    d.details->'candidate' as candidate,
    d.missing = '[]' and not jsonb_path_exists(d.rules, '$[*] ? (${own})') as uncovered,
    case
      when not coalesce((d.details->'candidate'->>'flips')::boolean, true) then d.details->'candidate'->>'verdict'
      when d.details->>'mode' is distinct from 'assisted'
        and not jsonb_path_exists(d.rules, '$[*] ? (!(${own}))') then d.verdict
      when jsonb_path_exists(d.rules, '$[*] ? (@.effect == "block" && ${own})') then 'block'
      when d.missing <> '[]' or jsonb_path_exists(d.rules, '$[*] ? (@.effect == "escalate" && ${own})') then 'escalate'
      when jsonb_path_exists(d.rules, '$[*] ? (${own})') then 'execute'
      else d.verdict end as said
  from decision d
  where d.company = $1 and d.policy_id = $2 and d.decided_at >= $3 and d.gate = 1`;

/** How often a candidate rule matched where the policy said `from`, and with the rule would have said `to`. */
export type CandidateCount = {
  readonly ruleId: string;
  readonly effect: Verdict;
  readonly from: Verdict;
  readonly to: Verdict;
  readonly count: number;
  /** The latest three. */
  readonly decisionIds: readonly string[];
};

/** Each candidate rule by itself: where several matched, what the others would have done is left out. */
export async function countCandidates(sql: Sql, { company, policyId, since }: Stretch): Promise<CandidateCount[]> {
  const { rows } = await sql.query<CandidateCount>({
    name: "rollout-candidates",
    text: `with judged as (${judged} and d.details->'candidate'->'rules'->0 is not null),
           alone as (
             select r->>'id' as rule_id, r->>'effect' as effect, said, j.decision_id, j.decided_at,
               case
                 when jsonb_array_length(candidate->'rules') = 1 then candidate->>'verdict'
                 when uncovered then r->>'effect'
                 when 'block' in (said, r->>'effect') then 'block'
                 when 'escalate' in (said, r->>'effect') then 'escalate'
                 else 'execute' end as becomes
             from judged j, jsonb_array_elements(candidate->'rules') r)
           select rule_id as "ruleId", effect, said as "from", becomes as "to", count(*)::int as count,
             (array_agg(decision_id order by decided_at desc))[1:3] as "decisionIds"
           from alone group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    values: [company, policyId, since],
  });
  return rows;
}

/**
 * What people answered where a verdict was only recorded: of a decision withheld by its mode, by a later question about
 * the same object (`withheld`); of what candidates would have changed (`candidate`); of what the rules said while people
 * decided everything (`assisted`).
 */
export type AnswerCount = {
  readonly basis: "withheld" | "candidate" | "assisted";
  readonly verdict: Verdict;
  readonly answer: "approved" | "rejected";
  readonly count: number;
};

export async function countAnswers(sql: Sql, { company, policyId, since }: Stretch): Promise<AnswerCount[]> {
  const { rows } = await sql.query<AnswerCount>({
    name: "rollout-answers",
    text: `with judged as (${judged}),
           later as (
             select 'withheld' as basis, j.recorded as verdict, answer_in(e.state) as answer
             from judged j, lateral (
               select e.state from (select * from escalation x
                                    where x.company = j.company and x.case_id = j.case_id offset 0) e
               where e.closed_at > j.decided_at and e.state in ('approved', 'executed', 'execution-failed', 'rejected') and e.policy_id = $2
               order by e.closed_at limit 1) e
             where j.mode in ('off', 'shadow')),
           own as (
             select b.basis, b.verdict, answer_in(e.state) as answer
             from judged j, lateral (
               select x.state from escalation x
               where x.company = j.company and x.decision_id = j.decision_id limit 1) e, lateral (values
               ('candidate', j.candidate->>'verdict', coalesce((j.candidate->>'flips')::boolean, false)),
               ('assisted', j.said, j.mode = 'assisted')) b (basis, verdict, counts)
             where b.counts and e.state in ('approved', 'executed', 'execution-failed', 'rejected'))
           select basis, verdict, answer, count(*)::int as count
           from (select * from later union all select * from own) a group by 1, 2, 3 order by 1, 2, 3`,
    values: [company, policyId, since],
  });
  return rows;
}

/** Every policy that ever decided something here, by id. */
export async function readPolicyIds(sql: Sql, company: string): Promise<string[]> {
  const { rows } = await sql.query<{ policy_id: string }>({
    name: "rollout-policies",
    text: "select distinct policy_id from policy_version where company = $1 order by policy_id",
    values: [company],
  });
  return rows.map(({ policy_id: id }) => id);
}
