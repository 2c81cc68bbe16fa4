import type { Ledger, Sql } from "../../audit/records.ts";
import { whyUnsealed } from "../../audit/sealed-elsewhere.ts";
import type { Route } from "../../domain/decision.ts";
import { isOutOfReach, reachFrom, type Reached } from "../../domain/escalation.ts";
import { readBounds, type Bounds } from "./bounds.ts";
import { readSilentEnds, type SilentEnds } from "./silent-ends.ts";
import type { AskedCases, OpenCases, StalledCase } from "./stalled-cases.ts";

/** Stalled cases that an answer names; the rest are counted. */
const MOST_NAMED = 100;

export type OpenQuestion = {
  readonly escalationId: string;
  readonly caseId: string;
  readonly role: string;
  readonly openedAt: string;
  readonly dueAt: string;
};

/** A reply that a case awaits of the outside. */
export type AwaitedReply = {
  readonly correlation: string;
  readonly caseId: string;
  readonly openedAt: string;
  readonly deadline: string;
};

/** What companies are to agree to, or act on by now. */
export type OpenAgreement = { readonly agreementId: string; readonly caseId: string; readonly expiresAt: string };

/** `pending`: no case has it yet. `dispatched`: its case works on it. */
export type UnfinishedEvent = {
  readonly eventId: string;
  readonly caseId: string;
  readonly state: "pending" | "dispatched";
  readonly receivedAt: string;
};

/** What is under way for a company, and what of it needs somebody. Times are ISO 8601. */
export type Status = {
  readonly at: string;
  /** Null when the durable engine does not answer. */
  readonly cases: {
    readonly open: number;
    readonly lookedAt: number;
    readonly stalled: number;
    /** The first hundred of them. */
    readonly stalledCases: readonly StalledCase[];
  } | null;
  readonly questions: {
    readonly open: number;
    readonly overdue: number;
    readonly oldest: OpenQuestion | null;
    /** Of the open ones, those that nobody, or not enough people, can let pass. */
    readonly outOfReach: number;
    /** Roles that the longest asked of those waits for, from its level up. */
    readonly wantedRoles: readonly string[];
  };
  /** `overdue`: past their deadline and not lapsed, so that their case does not run. `next`: due first. */
  readonly replies: { readonly waiting: number; readonly overdue: number; readonly next: AwaitedReply | null };
  /** Without the engine's answer only those that no case has yet. */
  /**
   * Agreements that are not over. `ours`: this company has said nothing yet. `overdue`: past their time and still asked, so that
   * their case does not run, here or at the executor. `next`: the one that runs out first.
   */
  readonly agreements: {
    readonly open: number;
    readonly ours: number;
    readonly overdue: number;
    readonly next: OpenAgreement | null;
  };
  readonly events: { readonly unfinished: number; readonly oldest: UnfinishedEvent | null };
  readonly ends: SilentEnds;
  readonly bounds: Bounds;
  /** What came and could not be taken, and nobody has replayed or dropped. `late`: what changed nothing, of seven days. */
  readonly quarantine: { readonly held: number; readonly oldestAt: string | null; readonly late: number };
};

export type StatusDeps = {
  readonly sql: Ledger;
  readonly company: string;
  /** Asks the durable engine; rejects when it does not answer. */
  readonly openCases: (asked: AskedCases) => Promise<OpenCases>;
  /** Told why the durable engine could not be asked. */
  readonly onFault: (error: unknown) => void;
  /** ISO 8601. */
  readonly at: string;
};

/** Reads the status. Rejects when the database does not answer. */
export async function readStatus({ sql, company, openCases, onFault, at }: StatusDeps): Promise<Status> {
  const waiting = await readQuestions(sql, company);
  const asked = { company, waiting: new Set(waiting.map(({ caseId }) => caseId)) };
  const cases = await openCases(asked).catch((error: unknown) => {
    onFault(error);
    return null;
  });
  const events = await readUnfinished(sql, company, cases?.caseIds ?? []);
  const [replies, quarantine] = [await readReplies(sql, company, at), await readHeld(sql, company)];
  const agreements = await readAgreements(sql, company, at);
  const overdue = waiting.filter(({ dueAt }) => Date.parse(dueAt) < Date.parse(at)).length;
  const unreached = waiting.filter(({ reached, level, route: { quorum } }) =>
    isOutOfReach(reachFrom(reached, { level, quorum })),
  );
  return {
    at,
    cases: cases && {
      open: cases.caseIds.length,
      lookedAt: cases.lookedAt,
      stalled: cases.stalled.length,
      stalledCases: await explained(sql, company, cases.stalled.slice(0, MOST_NAMED)),
    },
    questions: {
      open: waiting.length,
      overdue,
      oldest: oldestOf(waiting),
      outOfReach: unreached.length,
      wantedRoles: unreached[0] === undefined ? [] : rolesOf(unreached[0]),
    },
    replies,
    agreements,
    events,
    ends: await readSilentEnds(sql, company, cases?.broken ?? null),
    bounds: await readBounds(sql, company, at),
    quarantine,
  };
}

/** The code of a key that cannot be had. */
const NO_KEY = "SEALED_ELSEWHERE";

/** The engine knows a failure by its code, and of ledger work none: why a key cannot be had is seen from here. */
async function explained(
  ledger: Ledger,
  company: string,
  stalled: readonly StalledCase[],
): Promise<readonly StalledCase[]> {
  const ids = stalled.flatMap(({ kind, failure, caseId }) => (kind === "ledger" || failure === NO_KEY ? [caseId] : []));
  const why = await whyUnsealed(ledger, company, ids);
  return stalled.map((one) => ({ ...one, failure: why.get(one.caseId) ?? one.failure }));
}

type Waiting = OpenQuestion & { readonly level: number; readonly route: Route; readonly reached: Reached };

/** The oldest first. */
async function readQuestions(sql: Sql, company: string): Promise<readonly Waiting[]> {
  const { rows } = await sql.query<Waiting>(
    `select s.escalation_id as "escalationId", s.case_id as "caseId", s.role, s.opened_at as "openedAt", s.due_at as "dueAt",
       s.level, s.route, jsonb_build_object('firstLevel', r.first_level, 'people', r.people) as reached
     from escalation s
     left join lateral (
       select x.proposal_id from decision x where x.company = s.company and x.decision_id = s.decision_id limit 1) d on true
     left join lateral (
       select x.args->>'caller' as caller from proposal x
       where x.company = s.company and x.proposal_id = d.proposal_id and x.tool = 'external' limit 1) q on true
     cross join lateral reach_of(s.company, s.route, s.level, jsonb_build_array(s.requested_by, s.requester_id, q.caller)) r
     where s.company = $1 and s.closed_at is null order by s.opened_at, s.escalation_id`,
    [company],
  );
  return rows;
}

function oldestOf([first]: readonly Waiting[]): OpenQuestion | null {
  if (first === undefined) return null;
  const { level: _level, route: _route, reached: _reached, ...oldest } = first;
  return oldest;
}

function rolesOf({ level, route }: Waiting): readonly string[] {
  return [...new Set(route.levels.slice(level).map(({ role }) => role))];
}

async function readHeld(sql: Sql, company: string): Promise<Status["quarantine"]> {
  const { rows } = await sql.query<Status["quarantine"]>(
    `select (select count(*) from quarantined_event where company = $1 and state = 'held') as held,
       (select min(received_at) from quarantined_event where company = $1 and state = 'held') as "oldestAt",
       (select count(*) from inbox where company = $1 and state = 'late'
          and received_at > clock_timestamp() - interval '7 days') as late`,
    [company],
  );
  return rows[0] ?? { held: 0, oldestAt: null, late: 0 };
}

async function readReplies(sql: Sql, company: string, at: string): Promise<Status["replies"]> {
  const { rows } = await sql.query<AwaitedReply & { waiting: number; overdue: number }>(
    `select correlation, case_id as "caseId", opened_at as "openedAt", deadline, count(*) over ()::int as waiting,
       (count(*) filter (where deadline < $2) over ())::int as overdue
     from reply where company = $1 and state = 'waiting' order by deadline, correlation limit 1`,
    [company, at],
  );
  const [first] = rows;
  if (first === undefined) return { waiting: 0, overdue: 0, next: null };
  const { waiting, overdue, ...next } = first;
  return { waiting, overdue, next };
}

async function readAgreements(sql: Sql, company: string, at: string): Promise<Status["agreements"]> {
  const { rows } = await sql.query<OpenAgreement & { open: number; ours: number; overdue: number }>(
    `select g.agreement_id as "agreementId", g.case_id as "caseId", g.expires_at as "expiresAt", count(*) over ()::int as open,
       (count(*) filter (where g.state = 'asked' and said.word is null) over ())::int as ours,
       (count(*) filter (where g.state in ('asked', 'ready') and g.expires_at < $2) over ())::int as overdue
     from agreement g
     left join lateral (
       select w.word from agreement_word w
       where w.company = g.company and w.agreement_id = g.agreement_id and w.side = g.company limit 1) said on true
     where g.company = $1 and g.expires_at > '-infinity' and g.state in ('asked', 'ready', 'intent', 'unknown')
     order by g.expires_at, g.agreement_id limit 1`,
    [company, at],
  );
  const [first] = rows;
  if (first === undefined) return { open: 0, ours: 0, overdue: 0, next: null };
  const { open, ours, overdue, ...next } = first;
  return { open, ours, overdue, next };
}

/**
 * $1 company, $2 its open cases. A case works on its newest event: one that was ended, or after which another one was
 * ended, is finished, and so is one that a case goes by dates on: it has a plan. An event that its case was told of twice is counted once.
 */
const unfinished = `
  with kept as (
    select r.case_id, r.n, r.kind, r.envelope::jsonb->'fields' as fields
    from unnest($2::text[]) as open (case_id)
    cross join lateral (select * from case_head x where x.company = $1 and x.case_id = open.case_id offset 0) h
    cross join lateral (
      select x.*, x.envelope from audit_record x where x.company = h.company and x.log = h.log and x.case_id = h.case_id offset 0) r
    where r.kind in ('event', 'plan', 'case_end')),
  ended as (
    select e.case_id, max(e.n) as n
    from kept c join kept e on e.case_id = c.case_id and e.kind = 'event' and e.fields->>'eventId' = c.fields->>'eventId'
    where c.kind in ('plan', 'case_end') group by e.case_id),
  untold as (
    select event_id, case_id_of(company, function_id, system, object_type, object_id) as case_id, received_at
    from inbox where company = $1 and dispatched_at is null and state = 'pending'),
  told as (
    select k.fields->>'eventId' as event_id, k.case_id, (k.fields->>'receivedAt')::timestamptz as received_at
    from kept k left join ended on ended.case_id = k.case_id
    where k.kind = 'event' and k.fields->>'state' = 'accepted' and k.n > coalesce(ended.n, 0)
      and k.fields->>'eventId' not in (select event_id from untold))
  select event_id as "eventId", case_id as "caseId", state, received_at as "receivedAt", count(*) over ()::int as unfinished
  from (select *, 'pending' as state from untold union all select *, 'dispatched' from told) every
  order by received_at, event_id limit 1`;

async function readUnfinished(sql: Sql, company: string, openCaseIds: readonly string[]): Promise<Status["events"]> {
  const { rows } = await sql.query<UnfinishedEvent & { unfinished: number }>(unfinished, [company, openCaseIds]);
  const [first] = rows;
  if (first === undefined) return { unfinished: 0, oldest: null };
  const { unfinished: count, ...oldest } = first;
  return { unfinished: count, oldest };
}
