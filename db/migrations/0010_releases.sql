-- Policy releases and autonomy modes: what is in force, who signed for it, and every step to it. All of it is append-only.

alter table audit_record drop constraint audit_record_kind_check;
alter table audit_record add constraint audit_record_kind_check check (kind in
  ('event', 'proposal', 'review', 'decision', 'escalation', 'approval', 'intent', 'receipt', 'case_end', 'policy'));

-- The public half of a person's signing key (Ed25519, SPKI, base64). The first one stands.
create table signing_key (
  company text not null,
  person_id text not null,
  public_key text not null,
  registered_at timestamptz not null,
  primary key (company, person_id)
);

-- A bundle: every policy of a folder as one canonical JSON document, named by its SHA-256.
create table policy_release (
  company text not null,
  release text not null,
  parent text,
  document text not null check (release = encode(sha256(convert_to(document, 'UTF8')), 'hex')),
  author text not null,
  created_at timestamptz not null,
  primary key (company, release),
  foreign key (company, parent) references policy_release
);

-- The company's history of releases, without a gap. What is in force is what this history, read from its beginning, says.
create table policy_release_event (
  company text not null,
  n int not null check (n > 0),
  action text not null check (action in ('apply', 'promote', 'rollback')),
  release text not null,
  parent text,
  canary_ppm int not null check (canary_ppm between 1 and 1000000),
  -- One person was enough. Readers prove again that the change loosens nothing.
  alone boolean not null,
  person_id text not null,
  role text not null,
  reason text not null check (reason <> ''),
  at timestamptz not null,
  signature text not null,
  primary key (company, n),
  foreign key (company, release) references policy_release
);

-- Autonomy modes by policy id. The newest row that is in force counts; a raise that waits for a second person is not.
create table autonomy_mode (
  company text not null,
  n int not null check (n > 0),
  policy_id text not null,
  mode text not null check (mode in ('off', 'shadow', 'assisted', 'led')),
  in_force boolean not null,
  person_id text not null,
  role text not null,
  reason text not null check (reason <> ''),
  at timestamptz not null,
  -- Absent where the system itself lowered a mode.
  signature text,
  primary key (company, n)
);
create index autonomy_mode_newest on autonomy_mode (company, policy_id, n desc) where in_force;

do $$
declare
  t text;
begin
  foreach t in array array['signing_key', 'policy_release', 'policy_release_event', 'autonomy_mode'] loop
    execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
      t || '_is_append_only', t);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()',
      t || '_keeps_all', t);
  end loop;
end $$;

-- Answers the key that stands. A first one is recorded.
create function register_signing_key(p jsonb) returns text language plpgsql as $$
begin
  insert into signing_key (company, person_id, public_key, registered_at)
  values (p->>'company', p->>'person', p->>'publicKey', (p->>'at')::timestamptz)
  on conflict do nothing;
  if found then
    perform append_record(p->>'company', p->>'caseId', 'policy', p->>'recordKey', p->>'canonical');
  end if;
  return (select public_key from signing_key where company = p->>'company' and person_id = p->>'person');
end $$;

-- One change at its place in the history, with its bundle (when it brings one) and its record. False when the place is taken.
create function append_release_change(p jsonb) returns boolean language plpgsql as $$
begin
  if (p->>'n')::int <> 1 + coalesce((select max(n) from policy_release_event where company = p->>'company'), 0) then
    return false;
  end if;
  if (p->>'document') is not null then
    insert into policy_release (company, release, parent, document, author, created_at)
    values (p->>'company', p->>'release', p->>'parent', p->>'document', p->>'person', (p->>'at')::timestamptz)
    on conflict do nothing;
  end if;
  insert into policy_release_event (company, n, action, release, parent, canary_ppm, alone, person_id, role, reason, at, signature)
  values (p->>'company', (p->>'n')::int, p->>'action', p->>'release', p->>'parent', (p->>'canaryPpm')::int,
          (p->>'alone')::boolean, p->>'person', p->>'role', p->>'reason', (p->>'at')::timestamptz, p->>'signature')
  on conflict (company, n) do nothing;
  if not found then
    return false;
  end if;
  perform append_record(p->>'company', p->>'caseId', 'policy', p->>'recordKey', p->>'canonical');
  return true;
end $$;

create function append_mode_change(p jsonb) returns boolean language plpgsql as $$
begin
  if (p->>'n')::int <> 1 + coalesce((select max(n) from autonomy_mode where company = p->>'company'), 0) then
    return false;
  end if;
  insert into autonomy_mode (company, n, policy_id, mode, in_force, person_id, role, reason, at, signature)
  values (p->>'company', (p->>'n')::int, p->>'policy', p->>'mode', (p->>'inForce')::boolean, p->>'person', p->>'role',
          p->>'reason', (p->>'at')::timestamptz, p->>'signature')
  on conflict (company, n) do nothing;
  if not found then
    return false;
  end if;
  perform append_record(p->>'company', p->>'caseId', 'policy', p->>'recordKey', p->>'canonical');
  return true;
end $$;

-- As in 0006; a policy whose mode is `off` or `shadow` stops an effect that has not begun, like the kill switch.
create or replace function begin_effect(p jsonb) returns jsonb language plpgsql as $$
declare
  v_fresh boolean;
  v_effect effect%rowtype;
  v_action record;
begin
  select q.tool, q.args, q.record_version, d.policy_version, d.policy_id into v_action
    from permit m join decision d using (company, decision_id) join proposal q using (company, proposal_id)
    where m.company = p->>'company' and m.permit_id = p->>'permitId' and m.decision_id = p->>'decisionId'
      and q.tool = p->>'tool' and m.action_digest = p->>'actionDigest' and m.effect_key = p->>'effectKey' and d.case_id = p->>'caseId';
  if not found then
    return jsonb_build_object('state', 'no-permit');
  end if;
  if (exists (select 1 from kill_switch where company = p->>'company' and function_id in (p->>'functionId', '*'))
      or (select mode from autonomy_mode where company = p->>'company' and policy_id = v_action.policy_id and in_force
          order by n desc limit 1) in ('off', 'shadow'))
     and not exists (select 1 from effect where company = p->>'company' and effect_key = p->>'effectKey') then
    return jsonb_build_object('state', 'stopped');
  end if;
  insert into effect (company, effect_key, permit_id, case_id, tool, action_digest, state)
  values (p->>'company', p->>'effectKey', p->>'permitId', p->>'caseId', v_action.tool, p->>'actionDigest', 'intent')
  on conflict (company, effect_key) do nothing;
  v_fresh := found;
  if v_fresh then
    perform append_record(p->>'company', p->>'caseId', 'intent', p->>'recordKey', p->>'canonical');
  end if;
  select * into v_effect from effect where company = p->>'company' and effect_key = p->>'effectKey';
  return jsonb_build_object('state', v_effect.state, 'fresh', v_fresh, 'externalRef', v_effect.external_ref,
    'detail', v_effect.detail, 'tool', v_action.tool, 'args', v_action.args, 'recordVersion', v_action.record_version,
    'policyVersion', v_action.policy_version);
end $$;
