-- What may happen and what did. Foreign keys and triggers refuse an effect that has no decision behind it, whoever asks.

-- Leave to act once: of an `execute` decision, or of one that people approved. `effect_key` is made of what is asked and
-- nothing else (docs/decisions/0016), so that the same ask is permitted once, whoever asks it by whatever road.
create table permit (
  company text not null,
  permit_id text not null,
  decision_id text not null,
  action_digest text not null,
  effect_key text not null,
  issued_at timestamptz not null,
  primary key (permit_id, company),
  foreign key (decision_id, company) references decision
);
create unique index permit_of_decision on permit (company, decision_id) where decision_id is not null;
create unique index permit_of_effect on permit (company, effect_key) where effect_key is not null;

-- An `escalate` decision needs as many approvals of this very action as its route's quorum says, none of them by who made
-- the request. One rejection is enough to deny.
create function permit_needs_decision() returns trigger language plpgsql as $$
declare
  d decision%rowtype;
  e escalation%rowtype;
begin
  select * into d from decision where company = new.company and decision_id = new.decision_id;
  if not found then
    raise exception 'NO_DECISION: permit % has no decision', new.permit_id using errcode = '23503';
  end if;
  if d.action_digest <> new.action_digest then
    raise exception 'DIGEST_MISMATCH: permit % is for another action', new.permit_id using errcode = '42501';
  end if;
  if exists (select from (select * from decision x where x.company = d.company and x.step_key = d.step_key offset 0) x
             cross join lateral (
               select permit_id from permit m where m.company = x.company and m.decision_id = x.decision_id limit 1) m) then
    raise exception 'PERMITTED_ONCE: the step of permit % has one already', new.permit_id using errcode = '42501';
  end if;
  if d.verdict = 'execute' then
    return new;
  end if;
  if d.verdict = 'escalate' then
    select * into e from escalation where company = d.company and escalation_id = (
      select escalation_id from approval
      where company = d.company and approval_id = d.approval_id and verdict = 'approve' and undone_at is null);
    if e.step_key = d.step_key and e.state = 'approved' and coalesce((e.route->>'quorum')::int, 1) <= (
      select count(*) from approval a
      where a.company = e.company and a.escalation_id = e.escalation_id and a.verdict = 'approve' and a.undone_at is null
        and a.action_digest = d.action_digest and a.person_id <> d.requested_by
        and a.person_id is distinct from d.requester_id) then
      return new;
    end if;
  end if;
  raise exception 'NOT_PERMITTED: decision % is % without an approval', d.decision_id, d.verdict using errcode = '42501';
end $$;
create trigger permit_needs_decision before insert on permit for each row execute function permit_needs_decision();
create trigger permit_is_append_only before update or delete on permit for each row execute function refuse_change();
create trigger permit_keeps_all before truncate on permit for each statement execute function refuse_change();

-- A side effect: an intent before it begins, and what became of it.
create table effect (
  company text not null,
  effect_key text not null,
  permit_id text not null,
  case_id text not null,
  tool text not null,
  action_digest text not null,
  state text not null check (state in ('intent', 'done', 'failed', 'unknown')),
  external_ref text,
  detail text,
  -- By the company's clock, as its decision is.
  intended_at timestamptz not null,
  settled_at timestamptz,
  record_key text not null generated always as (effect_key || '/intent') stored,
  -- The workflow run that made the intent known: `act` calls out without asking the target first only within that run.
  run_id text,
  primary key (effect_key, company),
  foreign key (permit_id, company) references permit,
  constraint effect_is_recorded foreign key (record_key, company) references audit_record
    deferrable initially deferred
) with (fillfactor = 70);
-- No index has what settling changes, so that it leaves them all as they are while there is room on the row's page.
create index effect_by_case on effect (company, case_id) where case_id is not null;
-- What was done is watched: the reconcile sweep goes through it in order.
create index effect_by_tool on effect (company, tool, intended_at, effect_key) where tool is not null;

-- A permit lets through the effect of one key, its own: there is no second one.
create function effect_needs_permit() returns trigger language plpgsql as $$
declare
  p permit%rowtype;
begin
  select * into p from permit where company = new.company and permit_id = new.permit_id;
  if not found then
    raise exception 'NO_PERMIT: effect % has no permit', new.effect_key using errcode = '23503';
  end if;
  if p.action_digest <> new.action_digest or p.effect_key <> new.effect_key then
    raise exception 'DIGEST_MISMATCH: effect % is not what was permitted', new.effect_key using errcode = '42501';
  end if;
  if new.state <> 'intent' then
    raise exception 'INTENT_FIRST: effect % must start as an intent', new.effect_key using errcode = '42501';
  end if;
  return new;
end $$;
create trigger effect_needs_permit before insert on effect for each row execute function effect_needs_permit();

-- An effect moves forward only: intent to done, failed or unknown; unknown to done or failed, by a look-up or a person.
create function effect_moves_forward() returns trigger language plpgsql as $$
begin
  if (old.company, old.effect_key, old.permit_id, old.tool, old.action_digest)
     is distinct from (new.company, new.effect_key, new.permit_id, new.tool, new.action_digest)
     or old.state in ('done', 'failed') or new.state = 'intent' or (old.state = 'unknown' and new.state = 'unknown') then
    if is_erasure('effect', to_jsonb(old), to_jsonb(new)) then
      return new;
    end if;
    raise exception 'FORWARD_ONLY: effect % cannot go from % to %', old.effect_key, old.state, new.state
      using errcode = '42501';
  end if;
  return new;
end $$;
create trigger effect_moves_forward before update on effect for each row execute function effect_moves_forward();

-- What people approved is told by its question to have come about, or not, by its effect.
create function effect_ends_question() returns trigger language plpgsql as $$
declare
  v_approval text := (
    select d.approval_id from permit m cross join lateral (
      select x.approval_id from decision x where x.company = m.company and x.decision_id = m.decision_id limit 1) d
    where m.company = new.company and m.permit_id = new.permit_id);
begin
  if v_approval is not null then
    update escalation s set state = case new.state when 'done' then 'executed' else 'execution-failed' end, version = s.version + 1
    where s.company = new.company and s.escalation_id = (
      select e.escalation_id from (select * from approval x
                                   where x.company = new.company and x.approval_id = v_approval offset 0) a
      cross join lateral (
        select * from escalation x where x.company = a.company and x.escalation_id = a.escalation_id limit 1) e
      where e.state = 'approved');
  end if;
  return null;
end $$;
create trigger effect_ends_question after update of state on effect for each row
  when (new.state in ('done', 'failed') and old.state <> new.state) execute function effect_ends_question();
create trigger effect_is_kept before delete on effect for each row execute function refuse_change();
create trigger effect_keeps_all before truncate on effect for each statement execute function refuse_change();

-- Whether an effect was done and the same action did something else later in its case.
create function effect_is_replaced(p_company text, p_key text) returns boolean language sql stable as $$
  select exists (
    select from (select * from effect x where x.company = p_company and x.effect_key = p_key and x.state = 'done' offset 0) e
    cross join lateral (select * from permit x where x.company = e.company and x.permit_id = e.permit_id limit 1) m
    cross join lateral (select * from decision x where x.company = m.company and x.decision_id = m.decision_id limit 1) d
    cross join lateral (select * from effect x where x.company = e.company and x.case_id = e.case_id offset 0) later
    cross join lateral (select * from permit x where x.company = later.company and x.permit_id = later.permit_id limit 1) n
    cross join lateral (select * from decision x where x.company = n.company and x.decision_id = n.decision_id limit 1) o
    where later.state = 'done' and o.policy_id = d.policy_id and o.decided_at > d.decided_at)
$$;

-- The key under which what is asked is done, or would be: the ask's own, and after each time that the target refused it for
-- certain the next one, `~2`, `~3`. What is known to be undone may be asked anew; what may have been done never gets another.
-- `p_one_stands`: the same after each time that another act of the action took its place.
create function effect_key_of(p_company text, p_ask text, p_one_stands boolean) returns text language plpgsql stable as $$
declare
  v_key text := p_ask;
  v_n int := 1;
begin
  while (select e.state = 'failed' or (p_one_stands and effect_is_replaced(p_company, v_key))
         from effect e where e.company = p_company and e.effect_key = v_key) loop
    v_n := v_n + 1;
    v_key := p_ask || '~' || v_n;
  end loop;
  return v_key;
end $$;

-- The step by which an ask stands, by its newest proposal: permitted, unless that failed or a later ask about the same object
-- was permitted; or asked of people who have not said no. Null when it is to be decided.
create function standing_ask(p_company text, p_ask text) returns text language sql stable as $$
  select q.step_key
  from (select x.company, x.case_id, x.step_key from proposal x where x.company = p_company and x.ask_key = p_ask
        order by x.proposed_at desc limit 1) q
  cross join lateral (
    select * from decision x where x.company = q.company and x.step_key = q.step_key order by x.gate desc limit 1) d
  left join lateral (
    select * from permit x where x.company = d.company and x.decision_id = d.decision_id limit 1) m on true
  left join lateral (
    select state from effect x where x.company = m.company and x.effect_key = m.effect_key limit 1) e on true
  left join lateral (
    select state from escalation x where x.company = d.company and x.decision_id = d.decision_id limit 1) s on true
  where case when m.permit_id is null then s.state in ('open', 'info-requested', 'committing', 'approved')
    else e.state is distinct from 'failed' and not exists (
      select from (select * from decision x where x.company = q.company and x.case_id = q.case_id offset 0) o
      cross join lateral (
        select permit_id from permit x where x.company = o.company and x.decision_id = o.decision_id limit 1) later
      where o.decided_at > d.decided_at and o.step_key <> q.step_key) end
$$;

grant select, insert on permit, effect to mandate_app;
grant update (state, external_ref, detail, settled_at) on effect to mandate_app;

-- The intent, and the action exactly as it was decided, read from the ledger behind the permit and never from the caller.
-- `state` is what the effect is in now: `intent` on the first call and after a crash, otherwise what it was settled as;
-- `no-permit` when the ledger's permit is another one; `stopped`, for an effect that has not begun, when a switch is on or the
-- policy's mode is `off` or `shadow`: `by` says which.
create function begin_effect(p jsonb) returns jsonb language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  v_fresh boolean;
  v_effect effect%rowtype;
  v_by text;
  m permit%rowtype;
  d decision%rowtype;
  q proposal%rowtype;
begin
  select * into m from permit where company = p->>'company' and permit_id = p->>'permitId';
  select * into d from decision where company = p->>'company' and decision_id = m.decision_id;
  select * into q from proposal where company = p->>'company' and proposal_id = d.proposal_id;
  if (m.decision_id, m.action_digest, m.effect_key, d.case_id, q.tool)
     is distinct from (p->>'decisionId', p->>'actionDigest', p->>'effectKey', p->>'caseId', p->>'tool') then
    return jsonb_build_object('state', 'no-permit');
  end if;
  v_by := stopped_by(p->>'company', p->>'functionId', q.tool, d.step_key, d.policy_id, d.approval_id is not null);
  if v_by is not null
     and not exists (select 1 from effect where company = p->>'company' and effect_key = p->>'effectKey') then
    return jsonb_build_object('state', 'stopped', 'by', v_by);
  end if;
  insert into effect (company, effect_key, permit_id, case_id, tool, action_digest, state, intended_at)
  values (p->>'company', p->>'effectKey', p->>'permitId', p->>'caseId', q.tool, p->>'actionDigest', 'intent', m.issued_at)
  on conflict (company, effect_key) do nothing;
  v_fresh := found;
  if v_fresh then
    perform append_record(p->>'company', p->>'caseId', 'intent', p->>'recordKey', p->>'canonical');
  end if;
  select * into v_effect from effect where company = p->>'company' and effect_key = p->>'effectKey';
  return jsonb_build_object('state', v_effect.state, 'fresh', v_fresh, 'externalRef', v_effect.external_ref,
    'detail', v_effect.detail, 'tool', q.tool, 'args', q.args, 'recordVersion', q.record_version,
    'policyVersion', d.policy_version);
end $$;

-- Everything that one transaction makes durable of a step, all or nothing: `settled` is how an effect ended, `records` the
-- records of that; `proposal`, `decision` and `end` are {row, records}, and what of them stands already is left as it is,
-- with its records. Answers whether the decision is the one that stands now. Accounts of limits are locked before the case,
-- as everywhere: rows first, all records last.
create function record_step(p jsonb) returns boolean language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  v_company text := p->>'company';
  v_records jsonb := p->'records';
  v_decided boolean := false;
begin
  if p ? 'settled' then
    update effect set state = p #>> '{settled,state}', external_ref = p #>> '{settled,externalRef}',
                      detail = p #>> '{settled,detail}', settled_at = (p #>> '{settled,at}')::timestamptz
    where company = v_company and effect_key = p #>> '{settled,effectKey}' and state in ('intent', 'unknown')
      and state <> p #>> '{settled,state}';
  end if;
  if p ? 'proposal' and keep_proposal(p #> '{proposal,row}') then
    v_records := v_records || (p #> '{proposal,records}');
  end if;
  if p ? 'decision' then
    v_decided := keep_decision(p #> '{decision,row}');
    if v_decided then
      v_records := v_records || (p #> '{decision,records}');
    end if;
  end if;
  if p ? 'end' and not exists (select 1 from audit_record where company = v_company and key = p #>> '{end,row,recordKey}') then
    perform release_unbegun(v_company, p #>> '{end,row,caseId}');
    v_records := v_records || (p #> '{end,records}');
  end if;
  if v_records <> '[]' then
    perform append_records(v_company, v_records);
  end if;
  return v_decided;
end $$;
