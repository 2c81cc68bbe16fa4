-- What must be durable before something happens: proposals, decisions, approvals, permits, effects, model turns.
-- Foreign keys and triggers refuse an effect that has no decision behind it, whoever asks.

create table policy_version (
  company text not null,
  policy_id text not null,
  version text not null,
  document text not null,
  first_used_at timestamptz not null default clock_timestamp(),
  primary key (company, policy_id, version)
);

create table model_turn (
  company text not null,
  turn_key text not null,
  seq int not null,
  request_digest text not null,
  case_id text not null,
  model text not null,
  offline boolean not null,
  state text not null check (state in ('pending', 'done')),
  lease_until timestamptz not null,
  attempts int not null default 1,
  request text not null,
  response text,
  input_tokens bigint,
  output_tokens bigint,
  primary key (company, turn_key, seq, request_digest)
);

create table agent_turn (
  company text not null,
  turn_key text not null,
  case_id text not null,
  role text not null check (role in ('intelligence', 'orchestration', 'compliance')),
  output text not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (company, turn_key)
);

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
  proposed_at timestamptz not null,
  primary key (company, proposal_id),
  unique (company, step_key)
);

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
  approval_id text,
  decided_at timestamptz not null,
  primary key (company, decision_id),
  unique (company, step_key, gate),
  foreign key (company, proposal_id) references proposal,
  foreign key (company, policy_id, policy_version) references policy_version
);
create index decision_by_case on decision (company, case_id);

create table escalation (
  company text not null,
  escalation_id text not null,
  case_id text not null,
  step_key text not null,
  decision_id text not null,
  action_digest text not null,
  requested_by text not null,
  route jsonb not null,
  level int not null check (level >= 0),
  role text not null,
  due_at timestamptz not null,
  state text not null check (state in ('open', 'approved', 'rejected', 'expired', 'superseded')),
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (company, escalation_id),
  unique (company, decision_id),
  foreign key (company, decision_id) references decision
);
create index escalation_open on escalation (company, due_at) where state = 'open';

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
  primary key (company, approval_id),
  unique (company, escalation_id),
  foreign key (company, escalation_id) references escalation
);
alter table decision add foreign key (company, approval_id) references approval;

create table permit (
  company text not null,
  permit_id text not null,
  decision_id text not null,
  action_digest text not null,
  effect_key text not null,
  issued_at timestamptz not null,
  primary key (company, permit_id),
  unique (company, decision_id),
  unique (company, effect_key),
  foreign key (company, decision_id) references decision
);

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
  intended_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz,
  primary key (company, effect_key),
  unique (company, permit_id),
  foreign key (company, permit_id) references permit
);
create index effect_by_case on effect (company, case_id);

-- A function that is stopped: permits are not issued and no effect starts.
create table kill_switch (
  company text not null,
  function_id text not null,
  stopped_by text not null,
  reason text not null,
  stopped_at timestamptz not null default clock_timestamp(),
  primary key (company, function_id)
);

-- A permit needs an `execute` decision, or an `escalate` decision that carries an approval of this very action.
create function permit_needs_decision() returns trigger language plpgsql as $$
declare
  d decision%rowtype;
begin
  select * into d from decision where company = new.company and decision_id = new.decision_id;
  if not found then
    raise exception 'NO_DECISION: permit % has no decision', new.permit_id using errcode = '23503';
  end if;
  if d.action_digest <> new.action_digest or d.step_key <> new.effect_key then
    raise exception 'DIGEST_MISMATCH: permit % is for another action', new.permit_id using errcode = '42501';
  end if;
  if d.verdict = 'execute' then
    return new;
  end if;
  if d.verdict = 'escalate' and exists (
    select 1 from approval a join escalation e using (company, escalation_id)
    where a.company = d.company and a.approval_id = d.approval_id and a.verdict = 'approve'
      and a.action_digest = d.action_digest and e.step_key = d.step_key and a.person_id <> d.requested_by
  ) then
    return new;
  end if;
  raise exception 'NOT_PERMITTED: decision % is % without an approval', d.decision_id, d.verdict using errcode = '42501';
end $$;
create trigger permit_needs_decision before insert on permit for each row execute function permit_needs_decision();

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
    raise exception 'FORWARD_ONLY: effect % cannot go from % to %', old.effect_key, old.state, new.state
      using errcode = '42501';
  end if;
  return new;
end $$;
create trigger effect_moves_forward before update on effect for each row execute function effect_moves_forward();

create function escalation_moves_forward() returns trigger language plpgsql as $$
begin
  if old.state <> 'open' or new.level < old.level
     or (old.company, old.escalation_id, old.decision_id, old.action_digest, old.requested_by)
     is distinct from (new.company, new.escalation_id, new.decision_id, new.action_digest, new.requested_by) then
    raise exception 'FORWARD_ONLY: escalation % is %', old.escalation_id, old.state using errcode = '42501';
  end if;
  return new;
end $$;
create trigger escalation_moves_forward before update on escalation
  for each row execute function escalation_moves_forward();

do $$
declare
  t text;
begin
  foreach t in array array['policy_version', 'agent_turn', 'proposal', 'decision', 'approval', 'permit'] loop
    execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
      t || '_is_append_only', t);
  end loop;
  foreach t in array array['effect', 'escalation'] loop
    execute format('create trigger %I before delete on %I for each row execute function refuse_change()',
      t || '_is_kept', t);
  end loop;
  foreach t in array array['policy_version', 'agent_turn', 'proposal', 'decision', 'approval', 'permit', 'effect',
                           'escalation'] loop
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()',
      t || '_keeps_all', t);
  end loop;
end $$;
