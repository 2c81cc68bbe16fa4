-- What was proposed, decided and answered. Nothing is decided or approved of which there is no record: whoever writes the
-- row writes its record in the same transaction, or neither is kept.

-- A policy as it was when it first decided something.
create table policy_version (
  company text not null,
  policy_id text not null,
  version text not null,
  document text not null,
  first_used_at timestamptz not null default clock_timestamp(),
  primary key (company, policy_id, version)
);
create trigger policy_version_is_append_only before update or delete on policy_version
  for each row execute function refuse_change();
create trigger policy_version_keeps_all before truncate on policy_version
  for each statement execute function refuse_change();

-- The action that a step wants, one per step.
create table proposal (
  company text not null,
  proposal_id text not null,
  case_id text not null,
  step_key text not null,
  action_id text not null,
  tool text not null,
  args jsonb not null,
  record_version text not null,
  reasoning text not null,
  -- Compliance's review of it, canonical JSON; null when it gave none.
  review text,
  proposed_at timestamptz not null,
  -- What another system asks of the decide service about an object that it names, and by whom: a keyed digest.
  ask_key text,
  -- The answer to a question by which a person put other arguments in place of what was proposed: the question, who, as what, why.
  edit jsonb,
  -- What code noticed of how it came about, for whoever is asked; null where there was nothing.
  noticed jsonb,
  primary key (proposal_id, company)
);
create index proposal_of_ask on proposal (company, ask_key, proposed_at) where ask_key is not null;
create unique index proposal_of_step on proposal (company, step_key, coalesce(edit->>'escalationId', ''))
  where step_key is not null;
create trigger proposal_is_append_only before update or delete on proposal
  for each row execute function refuse_change();
create trigger proposal_keeps_all before truncate on proposal for each statement execute function refuse_change();

-- A policy's answer to a proposal; a later gate of the same step decides again, with an approval.
create table decision (
  company text not null,
  decision_id text not null,
  case_id text not null,
  step_key text not null,
  gate int not null check (gate > 0),
  proposal_id text not null,
  verdict text not null check (verdict in ('execute', 'escalate', 'block')),
  reason text not null,
  rules jsonb not null,
  missing jsonb not null,
  facts jsonb not null,
  sources jsonb not null,
  route jsonb,
  policy_id text not null,
  policy_version text not null,
  action_digest text not null,
  requested_by text not null,
  -- The person whom the directory knew by that when people were asked; null where it knew nobody, or nobody was asked.
  requester_id text,
  approval_id text,
  decided_at timestamptz not null,
  -- What it was taken with, beside its rules and facts: mode, release, parameters, limits, candidates, obligations. The
  -- shape is `DecisionDetails` in domain/decision-details.ts.
  details jsonb not null default '{}',
  record_key text not null generated always as (decision_id || '/decision') stored,
  primary key (decision_id, company),
  foreign key (proposal_id, company) references proposal,
  foreign key (company, policy_id, policy_version) references policy_version,
  constraint decision_is_recorded foreign key (record_key, company) references audit_record
    deferrable initially deferred
);
-- Reports, demotion and the history read one policy's decisions in order.
create index decision_by_policy on decision (company, policy_id, decided_at, decision_id) where policy_id is not null;
create index decision_by_case on decision (company, case_id) where case_id is not null;
create unique index decision_of_step on decision (company, step_key, gate) where step_key is not null;
create trigger decision_is_append_only before update or delete on decision
  for each row execute function refuse_change();
create trigger decision_keeps_all before truncate on decision for each statement execute function refuse_change();

-- A decision that waits for people, one after the other along its route. Where it stands, and what moves it, is as
-- domain/escalation.ts says; who moved it and what they said stands in its records.
create table escalation (
  company text not null,
  escalation_id text not null,
  case_id text not null,
  step_key text not null,
  decision_id text not null,
  policy_id text not null,
  action_digest text not null,
  requested_by text not null,
  -- As of its decision.
  requester_id text,
  route jsonb not null,
  level int not null check (level >= 0),
  role text not null,
  due_at timestamptz not null,
  state text not null check (state in ('open', 'info-requested', 'committing', 'approved', 'executed', 'execution-failed',
    'rejected', 'expired', 'superseded', 'withdrawn')),
  opened_at timestamptz not null,
  closed_at timestamptz check ((closed_at is null) = (state in ('open', 'info-requested', 'committing'))),
  -- Every change of the row is another version: who answers may say which one they saw.
  version int not null default 1,
  -- Of those who may answer, the one it was left to; the others still may.
  assignee text,
  -- Put off until then by who should answer; its deadline stays.
  held_until timestamptz,
  -- Who put it off last, also once that is over.
  held_by text,
  -- While information is asked for: since when its clock stands still.
  paused_at timestamptz check ((paused_at is not null) = (state = 'info-requested')),
  -- Until when an answer is waited for, or an approval may be undone.
  until_at timestamptz check ((until_at is not null) = (state in ('info-requested', 'committing'))),
  -- The working time that its deadlines go by, as it was when it opened; null where they run day and night.
  working_time jsonb,
  -- The decision that was taken without people in place of it: only an outage had asked it.
  instead text check (instead is null or state = 'superseded'),
  primary key (escalation_id, company),
  foreign key (decision_id, company) references decision
);
create index escalation_open on escalation (company, due_at) where closed_at is null;
create index escalation_closed on escalation (company, due_at) where closed_at is not null;
-- Demotion looks at what people answered last, every few seconds.
create index escalation_answered on escalation (company, policy_id, opened_at)
  where state in ('approved', 'executed', 'execution-failed', 'rejected');
-- Escalations of the decide service have no workflow that waits for their times.
create index escalation_of_service on escalation (company, coalesce(until_at, due_at))
  where closed_at is null and starts_with(case_id, company || ':decisions:');
-- Who asked is told of what was put in its place.
create index escalation_of_requester on escalation (company, requester_id, closed_at) where state = 'superseded';
-- Who asked is asked back.
create index escalation_asks_back on escalation (company, requester_id) where state = 'info-requested';
-- Who had to do with what was decided without people is told.
create index escalation_decided_instead on escalation (company, closed_at) where instead is not null;
create index escalation_by_case on escalation (company, case_id) where case_id is not null;
create unique index escalation_of_decision on escalation (company, decision_id) where decision_id is not null;

-- What people said, whatever came of it.
create function answer_in(p_state text) returns text language sql immutable as $$
  select case when p_state in ('executed', 'execution-failed') then 'approved' else p_state end
$$;

create function escalation_moves_forward() returns trigger language plpgsql as $$
declare
  v_next text[] := case old.state
    when 'open' then array['open', 'info-requested', 'committing', 'approved', 'rejected', 'expired', 'superseded', 'withdrawn']
    when 'info-requested' then array['open', 'info-requested', 'committing', 'approved', 'rejected', 'superseded', 'withdrawn']
    when 'committing' then array['open', 'approved', 'superseded', 'withdrawn']
    when 'approved' then array['executed', 'execution-failed', 'superseded']
    else '{}' end;
begin
  if new.state <> all (v_next) or new.level < old.level or new.version <> old.version + 1
     or (old.company, old.escalation_id, old.decision_id, old.action_digest, old.requested_by, old.requester_id)
     is distinct from (new.company, new.escalation_id, new.decision_id, new.action_digest, new.requested_by, new.requester_id) then
    if is_erasure('escalation', to_jsonb(old), to_jsonb(new)) then
      return new;
    end if;
    raise exception 'FORWARD_ONLY: escalation % cannot go from % to %', old.escalation_id, old.state, new.state
      using errcode = '42501';
  end if;
  return new;
end $$;
create trigger escalation_moves_forward before update on escalation
  for each row execute function escalation_moves_forward();
create trigger escalation_is_kept before delete on escalation for each row execute function refuse_change();
create trigger escalation_keeps_all before truncate on escalation for each statement execute function refuse_change();

-- A person's answer. A route may want several people: each answers once. An approval that is undone before it counts is one
-- no more, and its person may answer again.
create table approval (
  company text not null,
  approval_id text not null,
  escalation_id text not null,
  person_id text not null,
  role text not null,
  verdict text not null check (verdict in ('approve', 'reject')),
  action_digest text not null,
  reason text not null,
  given_at timestamptz not null,
  undone_at timestamptz check (undone_at is null or verdict = 'approve'),
  -- Which answer to its question it is, from 1.
  nth int not null default 1 check (nth > 0),
  record_key text not null generated always as (approval_id || '/approval') stored,
  primary key (approval_id, company),
  foreign key (escalation_id, company) references escalation,
  constraint approval_is_recorded foreign key (record_key, company) references audit_record
    deferrable initially deferred
);
-- What became of what somebody approved.
create index approval_of_person on approval (company, person_id, given_at) where person_id is not null;
create index approval_by_time on approval (company, given_at) where given_at is not null;
create index approval_of_escalation on approval (company, escalation_id) where escalation_id is not null;
create unique index approval_once_per_person on approval (company, escalation_id, person_id)
  where escalation_id is not null and undone_at is null;

create function approval_is_kept() returns trigger language plpgsql as $$
begin
  -- What is generated is not there yet.
  if to_jsonb(old) - 'undone_at'::text - 'record_key'::text = to_jsonb(new) - 'undone_at'::text - 'record_key'::text
     and old.undone_at is null and new.undone_at is not null and exists (
       select from escalation s where s.company = old.company and s.escalation_id = old.escalation_id
       and s.state = 'committing') then
    return new;
  end if;
  if is_erasure('approval', to_jsonb(old), to_jsonb(new)) then
    return new;
  end if;
  raise exception 'APPEND_ONLY: an approval is undone before it counts, and changes in no other way' using errcode = '42501';
end $$;
create trigger approval_is_kept before update on approval for each row execute function approval_is_kept();
create trigger approval_is_not_deleted before delete on approval for each row execute function refuse_change();
create trigger approval_keeps_all before truncate on approval for each statement execute function refuse_change();
-- The circle closes: a decision may carry an approval, of an escalation, of an earlier decision.
alter table decision add foreign key (approval_id, company) references approval;

-- Nobody answers their own request: not the person whom the directory knew by what it was asked under, nor, in whoever's
-- name it was made, who asked the service.
create function approval_not_by_requester() returns trigger language plpgsql as $$
begin
  if exists (select from escalation s where s.company = new.company and s.escalation_id = new.escalation_id
             and new.person_id in (s.requested_by, s.requester_id))
     or (select q.tool = 'external' and q.args->>'caller' = new.person_id from proposal q
      where q.company = new.company and q.proposal_id = (
        select d.proposal_id from decision d where d.company = new.company and d.decision_id = (
          select s.decision_id from escalation s where s.company = new.company and s.escalation_id = new.escalation_id)))
  then
    raise exception 'OWN_REQUEST: % asked for what % decides', new.person_id, new.escalation_id using errcode = '42501';
  end if;
  return new;
end $$;
create trigger approval_not_by_requester before insert on approval
  for each row execute function approval_not_by_requester();

grant select, insert on policy_version, proposal, decision, escalation, approval to mandate_app;
grant update (level, role, due_at, state, closed_at, version, assignee, held_until, held_by, paused_at, until_at, instead)
  on escalation to mandate_app;
grant update (undone_at) on approval to mandate_app;

-- The row of a proposal. False when the step has one already, or its question was answered by one.
create function keep_proposal(p jsonb) returns boolean language plpgsql as $$
begin
  insert into proposal (company, proposal_id, case_id, step_key, action_id, tool, args, record_version, reasoning, review, proposed_at, ask_key, edit, noticed)
  values (p->>'company', p->>'proposalId', p->>'caseId', p->>'stepKey', p->>'actionId', p->>'tool', p->'args',
          p->>'recordVersion', p->>'reasoning', p->>'review', (p->>'at')::timestamptz, p->>'askKey', nullif(p->'edit', 'null'), nullif(p->'noticed', 'null'))
  on conflict do nothing;
  return found;
end $$;

-- Policy, decision, for an executed or approved one the permit and, where a workflow run is to act on it, the intent of its
-- effect. False when this gate was passed before: what stands then is the first decision.
create function keep_decision(p jsonb) returns boolean language plpgsql as $$
begin
  if (p->>'policyDocument') is not null then
    insert into policy_version (company, policy_id, version, document)
    values (p->>'company', p->>'policyId', p->>'policyVersion', p->>'policyDocument')
    on conflict do nothing;
  end if;
  insert into decision (company, decision_id, case_id, step_key, gate, proposal_id, verdict, reason, rules, missing, facts,
                        sources, route, policy_id, policy_version, action_digest, requested_by, requester_id, approval_id,
                        decided_at, details)
  values (p->>'company', p->>'decisionId', p->>'caseId', p->>'stepKey', (p->>'gate')::int, p->>'proposalId',
          p->>'verdict', p->>'reason', p->'rules', p->'missing', p->'facts', p->'sources', nullif(p->'route', 'null'),
          p->>'policyId', p->>'policyVersion', p->>'actionDigest', p->>'requestedBy', p->>'requesterId',
          p->>'approvalId', (p->>'at')::timestamptz, p->'details')
  on conflict do nothing;
  if not found then
    return false;
  end if;
  if (p->>'permitId') is not null then
    insert into permit (company, permit_id, decision_id, action_digest, effect_key, issued_at)
    values (p->>'company', p->>'permitId', p->>'decisionId', p->>'actionDigest', p->>'effectKey', (p->>'at')::timestamptz);
    if jsonb_typeof(p->'intent') = 'object' then
      insert into effect (company, effect_key, permit_id, case_id, tool, action_digest, state, run_id, intended_at)
      select p->>'company', p->>'effectKey', p->>'permitId', p->>'caseId', q.tool, p->>'actionDigest', 'intent',
             p #>> '{intent,runId}', (p->>'at')::timestamptz
      from proposal q where q.company = p->>'company' and q.proposal_id = p->>'proposalId';
    end if;
  elsif (p->>'gate')::int > 1 then
    -- What people approved is not done: it is asked anew, or refused by now.
    update escalation s set version = s.version + 1,
        state = case p->>'verdict' when 'escalate' then 'superseded' else 'execution-failed' end
    where s.company = p->>'company' and s.escalation_id = any (array(
      select e.escalation_id
      from (select * from escalation x where x.company = p->>'company' and x.case_id = p->>'caseId' offset 0) e
      where e.step_key = p->>'stepKey' and e.state = 'approved'));
  end if;
  return true;
end $$;

create function open_escalation(p jsonb) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  insert into escalation (company, escalation_id, case_id, step_key, decision_id, policy_id, action_digest, requested_by,
                          requester_id, route, level, role, due_at, state, opened_at, working_time)
  select p->>'company', p->>'escalationId', p->>'caseId', p->>'stepKey', p->>'decisionId', d.policy_id,
         p->>'actionDigest', d.requested_by, d.requester_id, p->'route', 0, p->>'role', (p->>'dueAt')::timestamptz, 'open',
         (p->>'at')::timestamptz, nullif(p->'workingTime', 'null')
  from decision d where d.company = p->>'company' and d.decision_id = p->>'decisionId'
  on conflict do nothing;
  if found then
    perform append_record(p->>'company', p->>'caseId', 'escalation', p->>'recordKey', p->>'canonical');
  end if;
end $$;

-- Decisions that the decide service takes: proposal, decision, permit or escalation, and their records, all or nothing.
-- Many of them share one commit.

-- `known` when this gate was passed before: what stands then is the first decision, with its proposal. `stands`, and nothing
-- written, when another step has the same ask. `stopped`, and nothing written, when a permit would be given while a switch
-- is on: its effect happens out of our reach. Requests about one object come one after the other.
create function record_service_decision(p jsonb) returns text language plpgsql as $$
declare
  d jsonb := p #> '{step,decision,row}';
  v_ask text := p #>> '{step,proposal,row,askKey}';
begin
  if v_ask is not null then
    perform pg_advisory_xact_lock(hashtextextended(d->>'caseId', 0));
    if standing_ask(d->>'company', v_ask) <> d->>'stepKey' then
      return 'stands';
    end if;
  end if;
  if d->>'permitId' is not null
     and stopped_by(d->>'company', p->>'functionId', p #>> '{step,proposal,row,tool}', d->>'stepKey', null, true) is not null
     and not exists (select 1 from decision where company = d->>'company' and decision_id = d->>'decisionId') then
    return 'stopped';
  end if;
  if not record_step(p->'step') then
    return 'known';
  end if;
  if jsonb_typeof(p->'escalation') = 'object' then
    perform open_escalation(p->'escalation');
  end if;
  return 'fresh';
end $$;

-- Records a batch and answers for each item, in the order given, `{state}` or `{fault, code}`. An item that cannot be
-- kept fails alone: when one does, the batch is undone and each item tried by itself. Policies are written ahead of the
-- decisions that name them, so that a document travels once per batch. Locks are taken in one order: version, object, case.
create function record_service_decisions(p_policies jsonb, p_items jsonb) returns jsonb language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  r record;
  v_answers jsonb[] := array_fill(null::jsonb, array[jsonb_array_length(p_items)]);
begin
  insert into policy_version (company, policy_id, version, document)
    select company, "policyId", version, document
    from jsonb_to_recordset(p_policies) as q (company text, "policyId" text, version text, document text)
    order by company, "policyId", version
    on conflict do nothing;
  begin
    for r in select value, ordinality as n from jsonb_array_elements(p_items) with ordinality
             order by value #>> '{step,decision,row,caseId}', value #>> '{step,decision,row,stepKey}', n loop
      v_answers[r.n] := jsonb_build_object('state', record_service_decision(r.value));
    end loop;
  exception when others then
    for r in select value, ordinality as n from jsonb_array_elements(p_items) with ordinality
             order by value #>> '{step,decision,row,caseId}', value #>> '{step,decision,row,stepKey}', n loop
      begin
        v_answers[r.n] := jsonb_build_object('state', record_service_decision(r.value));
      exception when others then
        v_answers[r.n] := jsonb_build_object('fault', sqlerrm, 'code', sqlstate);
      end;
    end loop;
  end;
  return to_jsonb(v_answers);
end $$;
